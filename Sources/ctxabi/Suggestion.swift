/// Names that a user may have meant.
enum Suggestion {
  /// The known names that are most like `word`, sorted; at most three.
  static func names(like word: String, among known: some Sequence<String>) -> [String] {
    let wanted = word.lowercased()
    let limit = max(1, wanted.count / 3)
    let scored = Set(known).compactMap { name -> (name: String, distance: Int)? in
      let candidate = name.lowercased()
      if wanted.count >= 3, candidate.hasPrefix(wanted) { return (name, 0) }
      if wanted.count >= 3, candidate.contains(wanted) { return (name, 1) }
      let distance = distance(Array(wanted.utf8), Array(candidate.utf8))
      return distance <= limit ? (name, distance) : nil
    }
    let least = scored.map(\.distance).min()
    return scored.filter { $0.distance == least }.map(\.name).sorted().prefix(3).map { $0 }
  }

  /// `; did you mean xdp_md?`, or what there is where nothing is like it: `; there are a, b`.
  static func text(for word: String, among known: some Collection<String>) -> String {
    let near = names(like: word, among: known)
    if !near.isEmpty { return "; did you mean \(alternatives(near))?" }
    return known.isEmpty ? "" : "; there are \(known.joined(separator: ", "))"
  }

  private static func alternatives(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  /// How many letters have to be put in, left out, replaced, or swapped with their neighbour (Damerau and Levenshtein).
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    // Nothing so long was typed by a person.
    guard left.count <= 64, right.count <= 64 else { return .max }
    var rows = [Array(0...right.count)]
    for row in 1..<(left.count + 1) {
      var next = [row]
      for column in 1..<(right.count + 1) {
        let isSame = left[row - 1] == right[column - 1]
        var best = min(rows[row - 1][column] + 1, next[column - 1] + 1, rows[row - 1][column - 1] + (isSame ? 0 : 1))
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          best = min(best, rows[row - 2][column - 2] + 1)
        }
        next.append(best)
      }
      rows.append(next)
    }
    return rows[left.count][right.count]
  }
}
