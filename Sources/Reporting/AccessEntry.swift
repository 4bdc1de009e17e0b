import ContextABI

/// What a text says of some accesses to a member in one go: one rule, or several that say the same of other places.
struct AccessEntry {
  /// The rule that it is told by.
  let rule: AccessRule
  /// What is accessed: `cb[0..4]`; nil for the member as a whole.
  let place: String?
  let meaning: String
  /// Other places in the field that give just the same: `5:1`.
  var repeats: [String] = []

  /// The entries for the rules of one member.
  static func entries(_ rules: [AccessRule], of member: LayoutMember?) -> [AccessEntry] {
    var rest = rules
    var entries: [AccessEntry] = []
    while let rule = rest.first {
      let row = row(rule, rest)
      if row.count > 1 {
        entries.append(AccessEntry(rule: rule, place: places(row), meaning: meanings(row)))
        rest.removeAll(where: row.contains)
        continue
      }
      rest.removeFirst()
      let isWhole = member.map { rule.offset * 8 == $0.bitOffset && rule.size * 8 == $0.bitSize } ?? false
      let text = StoredImmediate(rule).text ?? rule.meaning.description
      if !isWhole, rule.field.memberName == member?.name,
        let index = entries.firstIndex(where: { $0.rule.field == rule.field && isRepeated(rule, as: $0.rule) })
      {
        entries[index].repeats.append("\(rule.offset):\(rule.size)")
        continue
      }
      let name = rule.field == member?.name ? "\(rule.offset):\(rule.size)" : rule.field.shownField
      entries.append(AccessEntry(rule: rule, place: isWhole ? nil : name, meaning: text))
    }
    return entries
  }

  /// Whether a rule says of another place what `first` says.
  private static func isRepeated(_ rule: AccessRule, as first: AccessRule) -> Bool {
    rule.kinds == first.kinds && rule.meaning == first.meaning && isAlike(rule, first)
      && (rule.parts == .whole || first.parts == .aligned && rule.parts == .aligned)
  }

  private static func isAlike(_ one: AccessRule, _ other: AccessRule) -> Bool {
    one.kinds == other.kinds && one.programs == other.programs && one.registerType == other.registerType
      && one.needsPrivilege == other.needsPrivilege && one.deviations.isEmpty && other.deviations.isEmpty
      && one.immediates.isEmpty && other.immediates.isEmpty
  }

  // MARK: - Rows of elements

  /// The rules for neighbours of one array that differ in numbers alone, these counting evenly.
  private static func row(_ first: AccessRule, _ rules: [AccessRule]) -> [AccessRule] {
    guard first.field.hasSuffix("]"), !first.field.contains("..") else { return [first] }
    var row = [first]
    for rule in rules.dropFirst()
    where rule.size == first.size && rule.offset == first.offset + row.count * first.size && isAlike(rule, first)
      && Self.isListed(rule) == Self.isListed(first) && continues(row, rule)
    {
      row.append(rule)
    }
    return row.count > 2 ? row : [first]
  }

  private static func isListed(_ rule: AccessRule) -> Int {
    switch rule.parts {
    case .whole: 0
    case .aligned: 1
    case .listed: 2
    }
  }

  private static func continues(_ row: [AccessRule], _ rule: AccessRule) -> Bool {
    guard isListed(rule) < 2, let last = row.last else { return false }
    let (before, after) = (Numbered(text(last)), Numbered(text(rule)))
    guard before.words == after.words, before.numbers.count == after.numbers.count else { return false }
    guard row.count > 1 else { return true }
    let earlier = Numbered(text(row[row.count - 2]))
    return zip(earlier.numbers, zip(before.numbers, after.numbers)).allSatisfy { $1.1 &- $1.0 == $1.0 &- $0 }
  }

  private static func text(_ rule: AccessRule) -> String { "\(rule.field) \(rule.meaning)" }

  private static func places(_ row: [AccessRule]) -> String { Numbered.range(row.map(\.field.shownField)) }

  private static func meanings(_ row: [AccessRule]) -> String { Numbered.range(row.map(\.meaning.description)) }
}

/// A text as words with numbers between them.
private struct Numbered {
  private(set) var words: [String] = [""]
  private(set) var numbers: [Int] = []

  init(_ text: String) {
    var digits = ""
    for character in text + " " {
      // A digit that belongs to a name (`u32`) counts as a part of it.
      let isInName = digits.isEmpty && (words.last?.last.map { $0.isLetter || $0 == "_" || $0.isNumber } ?? false)
      if character.isASCII, character.isNumber, !isInName {
        digits.append(character)
        continue
      }
      if !digits.isEmpty {
        numbers.append(Int(digits) ?? 0)
        words.append("")
        digits = ""
      }
      words[words.count - 1].append(character)
    }
  }

  /// Texts that differ in their numbers, as one: `cb[0..4]`, `data[0, 4 .. 16]`.
  static func range(_ texts: [String]) -> String {
    let all = texts.map(Numbered.init)
    guard let first = all.first, let last = all.last, all.count > 1 else { return texts.first ?? "" }
    var result = first.words[0]
    for (index, number) in first.numbers.enumerated() {
      let (next, end) = (all[1].numbers[index], last.numbers[index])
      switch next &- number {
      case 0: result += "\(number)"
      case 1: result += "\(number)..\(end)"
      default: result += "\(number), \(next) .. \(end)"
      }
      result += first.words[index + 1]
    }
    return String(result.dropLast())
  }
}
