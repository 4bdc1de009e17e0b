/// Two expressions word by word, with what only one of them has marked.
struct TextDifference {
  let before: Markup
  let after: Markup

  init(_ before: String, _ after: String) {
    let (old, new) = (Self.words(before), Self.words(after))
    guard old.count * new.count < 1 << 20 else {
      self.before = Markup(code: before)
      self.after = Markup(code: after)
      return
    }
    let difference = new.difference(from: old)
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    self.before = Self.marked(old, removed) { "<del>\(Markup(code: $0))</del>" }
    self.after = Self.marked(new, inserted) { "<ins>\(Markup(code: $0))</ins>" }
  }

  /// Names and numbers, arrows, and every other character on its own.
  private static func words(_ text: String) -> [String] {
    var words: [String] = []
    var isInWord = false
    for character in text {
      let belongs = character.isLetter || character.isNumber || character == "_"
      if belongs && isInWord || character == ">" && words.last == "-" {
        words[words.count - 1].append(character)
      } else {
        words.append(String(character))
      }
      isInWord = belongs
    }
    return words
  }

  /// Neighbours with a mark get one together, and so does a space between two of them.
  private static func marked(_ words: [String], _ marks: Set<Int>, _ mark: (String) -> Markup) -> Markup {
    var result: Markup = .empty
    var run = ""
    for (index, word) in words.enumerated() {
      let isBetween = word == " " && !run.isEmpty && marks.contains(index + 1)
      if marks.contains(index) || isBetween {
        run += word
        continue
      }
      if !run.isEmpty { result += mark(run) }
      run = ""
      result += Markup(code: word)
    }
    if !run.isEmpty { result += mark(run) }
    return result
  }
}
