/// Breaks text into lines that fit a terminal.
enum TextLayout {
  /// `text` broken at spaces, the first line behind `first`, the others behind `rest`; no line is longer than `width`: a
  /// word that does not fit into a line is broken, too, unless words are to be kept.
  static func wrapped(
    _ text: String, first: String, rest: String, width: Int, keepsWords: Bool = false
  ) -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    // The space in a cast, `(u64 *)`, is no place to break at.
    for word in text.replacing(" *)", with: castSpace + "*)").split(separator: " ") {
      var word = word
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = rest
        isEmpty = true
      }
      while !keepsWords, isEmpty, word.count > max(width - line.count, 8) {
        let piece = piece(of: word, upTo: max(width - line.count, 8))
        lines.append(line + piece)
        line = rest
        word = word.dropFirst(piece.count)
      }
      line += isEmpty ? String(word) : " \(word)"
      isEmpty = false
    }
    lines.append(line)
    return lines.map { $0.contains(castSpace) ? $0.replacing(castSpace, with: " ") : $0 }
  }

  /// Stands for a space that stays in its line: no text that is shown has this character.
  private static let castSpace = "\u{2}"

  /// The start of a word, up to where a reader would break it.
  private static func piece(of word: Substring, upTo width: Int) -> Substring {
    let start = word.prefix(width)
    let isJoint: (Character) -> Bool = { ">./,_-".contains($0) }
    guard let joint = start.dropFirst(width / 2).lastIndex(where: isJoint) else { return start }
    return start[...joint]
  }

  /// `text` with spaces behind it up to `width` characters.
  static func padded(_ text: String, _ width: Int) -> String {
    text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
  }

  /// `number` with spaces before it up to `width` characters.
  static func right(_ number: Int, _ width: Int) -> String {
    let digits = "\(number)"
    return String(repeating: " ", count: max(0, width - digits.count)) + digits
  }
}
