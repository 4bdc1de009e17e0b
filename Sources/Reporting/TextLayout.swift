/// Breaks text into lines that fit a terminal.
enum TextLayout {
  /// `text` broken at spaces, the first line behind `first`, the others behind `rest`; no line is longer than `width`: a
  /// word that does not fit into a line is broken, too.
  static func wrapped(_ text: String, first: String, rest: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(separator: " ") {
      var word = word
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = rest
        isEmpty = true
      }
      while isEmpty, word.count > max(width - line.count, 8) {
        let piece = piece(of: word, upTo: max(width - line.count, 8))
        lines.append(line + piece)
        line = rest
        word = word.dropFirst(piece.count)
      }
      line += isEmpty ? String(word) : " \(word)"
      isEmpty = false
    }
    lines.append(line)
    return lines
  }

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
