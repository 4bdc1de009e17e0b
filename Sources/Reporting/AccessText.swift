import ContextABI

/// Writes what programs may do with the fields of a context: an access a line where nothing else is to be said.
struct AccessText {
  private let snapshot: Snapshot
  private let names: ProgramNames
  private let detail: ContextText.Detail
  private let width: Int
  private let style: Style
  /// The programs that have most accesses: named once for the whole context.
  private let usualPrograms: [String]
  private let areAllUsual: Bool
  private let knowsSignExtension: Bool

  private static let indent = "      "

  init(
    _ context: Context, _ programs: [Program], _ snapshot: Snapshot, detail: ContextText.Detail, width: Int,
    style: Style
  ) {
    self.snapshot = snapshot
    names = ProgramNames(programs)
    self.detail = detail
    self.width = width
    self.style = style
    let counts = Dictionary(grouping: context.rules, by: \.programs).mapValues(\.count)
    usualPrograms = counts.max { ($0.value, $1.key.joined()) < ($1.value, $0.key.joined()) }?.key ?? []
    areAllUsual = Set(usualPrograms) == Set(programs.map(\.name))
    knowsSignExtension = snapshot.contexts.contains { $0.rules.contains { $0.kinds.contains(.readSignExtending) } }
  }

  /// The programs that an access is by where none are named; nil where these are all that see the context.
  var usual: String? {
    usualPrograms.isEmpty || areAllUsual || detail == .layout ? nil : names.text(usualPrograms)
  }

  /// The lines for rules of one member, or of none.
  func lines(_ rules: [AccessRule], of member: LayoutMember?) -> [String] {
    AccessEntry.entries(rules, of: member).flatMap { lines($0, rules) }
  }

  private func lines(_ entry: AccessEntry, _ rules: [AccessRule]) -> [String] {
    let rule = entry.rule
    let label = TextLayout.padded(Self.label(rule.kinds), 6)
    let place = entry.place.map { Printable.line($0) + ": " } ?? ""
    let start = "\(Self.indent)\(label) "
    let rest = String(repeating: " ", count: start.count)
    var lines = TextLayout.wrapped(place + Printable.line(entry.meaning), first: start, rest: rest + "  ", width: width)
    let notes = notes(entry, rules)
    let first = lines[0].dropFirst(start.count)
    lines[0] = Self.indent + style.kind(label, isWrite: rule.kinds[0].isWrite) + " " + first
    if !notes.isEmpty {
      let text = "[\(Printable.line(notes.joined(separator: "; ")))]"
      let used = lines.count == 1 ? start.count + first.count : lines[lines.count - 1].count
      if used + 2 + text.count <= width {
        lines[lines.count - 1] += "  " + style.dim(text)
      } else {
        lines += TextLayout.wrapped(text, first: rest, rest: rest + " ", width: width).map(style.dim)
      }
    }
    lines += deviations(rule, rest) + immediates(rule, rest)
    return detail == .instructions ? lines + instructions(rule, rest) : lines
  }

  /// `read` stands for reads with sign extension as well, and `write` for stores of immediates.
  private static func label(_ kinds: [AccessKind]) -> String {
    kinds.first?.rawValue ?? ""
  }

  // MARK: - Notes

  private func notes(_ entry: AccessEntry, _ rules: [AccessRule]) -> [String] {
    let rule = entry.rule
    var notes: [String] = []
    if rule.programs != usualPrograms { notes.append("by \(names.text(rule.programs))") }
    if !rule.registerType.isEmpty, rule.registerType != "SCALAR_VALUE" { notes.append(rule.registerType) }
    if rule.needsPrivilege { notes.append("needs CAP_BPF") }
    if let parts = parts(rule) { notes.append(parts) }
    if !entry.repeats.isEmpty {
      let verb = entry.repeats.count == 1 ? "gives" : "give"
      notes.append("\(entry.repeats.joined(separator: " ")) \(verb) the same value")
    }
    if let missing = missing(rule, rules) { notes.append(missing) }
    return notes
  }

  /// Which parts of the field can be accessed; nothing where any can.
  private func parts(_ rule: AccessRule) -> String? {
    switch rule.parts {
    case .aligned: return nil
    case .whole: return rule.size > 1 ? "\(rule.size)-byte access only" : nil
    case .listed(let parts):
      let bytes = parts.filter { $0.size == 1 }
      guard bytes.count == rule.size else {
        return "also \(parts.map { "\($0.offset):\($0.size)" }.joined(separator: " "))"
      }
      let others = parts.filter { $0.size > 1 }.map { "\($0.offset):\($0.size)" }
      return (["also any byte"] + others).joined(separator: " ")
    }
  }

  /// A kind of access that a reader would expect, and that is refused.
  private func missing(_ rule: AccessRule, _ rules: [AccessRule]) -> String? {
    guard rule.kinds == [.read], rule.registerType == "SCALAR_VALUE", rule.size < 8, knowsSignExtension else {
      return nil
    }
    let hasOther = rules.contains {
      $0.kinds == [.readSignExtending] && $0.offset == rule.offset && $0.size == rule.size
    }
    return hasOther ? nil : "no sign extension"
  }

  // MARK: - More lines

  private func deviations(_ rule: AccessRule, _ indent: String) -> [String] {
    rule.deviations.flatMap { deviation in
      TextLayout.wrapped(
        Printable.line("\(Self.choice(deviation.registers)): \(deviation.meaning)"), first: indent,
        rest: indent + "  ", width: width
      ).map(style.warning)
    }
  }

  /// A choice of registers, as a programmer would say it.
  private static func choice(_ registers: AccessRegisters) -> String {
    switch registers {
    case .different: "if destination and context are two registers"
    case .same: "if destination and context are the same register"
    case .high, .highest: "if the registers are r\(registers.base) and r\(registers.value)"
    }
  }

  /// What immediates do that do something else than `value` says, those that do the same together.
  private func immediates(_ rule: AccessRule, _ indent: String) -> [String] {
    var order: [Meaning] = []
    var numbers: [Meaning: [Int32]] = [:]
    let stored = StoredImmediate(rule)
    for immediate in rule.immediates where immediate.meaning != rule.meaning && !stored.covers(immediate) {
      if numbers[immediate.meaning] == nil { order.append(immediate.meaning) }
      numbers[immediate.meaning, default: []].append(immediate.immediate)
    }
    return order.flatMap { meaning in
      let list = (numbers[meaning] ?? []).map { "\($0)" }.joined(separator: ", ")
      return TextLayout.wrapped(
        Printable.line("if value is \(list): \(meaning)"), first: indent + "  ", rest: indent + "    ", width: width)
    }
  }

  private func instructions(_ rule: AccessRule, _ indent: String) -> [String] {
    rule.conversions.flatMap { conversion -> [String] in
      let heading =
        rule.conversions.count > 1
        ? TextLayout.wrapped(
          Printable.line("for \(names.text(conversion.programs)):"), first: indent, rest: indent + "  ", width: width)
        : []
      return heading + ConversionText.lines(conversion.code, snapshot.byteOrder).map { "\(indent)  \(style.dim($0))" }
    }
  }
}
