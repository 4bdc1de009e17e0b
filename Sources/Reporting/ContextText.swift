import ByteReading
import ContextABI

/// Writes contexts as text, in the manner of pahole: the declaration with offsets, sizes and holes, and below each field
/// who may do what with it, and what it means.
public struct ContextText {
  /// What to show besides the layout.
  public enum Detail: Sendable {
    /// Nothing.
    case layout
    /// Who may access it, and what that means.
    case meaning
    /// The instructions that replace the accesses, too.
    case instructions
  }

  private let snapshot: Snapshot
  private let detail: Detail
  private let width: Int
  private let style: Style

  /// - Parameter width: how many columns a line should take.
  public init(_ snapshot: Snapshot, detail: Detail, width: Int = 80, style: Style = .plain) {
    self.snapshot = snapshot
    self.detail = detail
    self.width = width
    self.style = style
  }

  /// The lines of one context.
  public func lines(_ context: Context) -> [String] {
    let programs = snapshot.programs.filter { $0.context == context.name }
    let names = ProgramNames(programs)
    var lines = heading(context, programs)
    if context.layout.size > 0 {
      lines += members(of: context, names)
      lines += summary(context.layout)
      lines.append("};")
    } else {
      for rule in context.rules { lines += ruleLines(rule, names, heading: "\(rule.field)") }
    }
    return lines
  }

  private func heading(_ context: Context, _ programs: [Program]) -> [String] {
    let kernel = Set(programs.map(\.kernelContext)).sorted().joined(separator: ", ")
    let declared = snapshot.provenance.declarations[context.name].map { "\($0); " } ?? ""
    let comment = style.dim("/* \(declared)in the kernel: \(kernel) */")
    let types = TextLayout.wrapped(
      ProgramNames([]).text(Set(programs.map(\.name))), first: "/* for ", rest: " * ", width: width - 3)
    let intro = [comment] + types.dropLast().map { style.dim($0) } + [style.dim("\(types.last ?? "") */")]
    return context.layout.size > 0 ? intro + [style.bold("struct \(context.name) {")] : intro
  }

  // MARK: - Members

  private func members(of context: Context, _ names: ProgramNames) -> [String] {
    var lines: [String] = []
    var shown: Set<Int> = []
    var end = 0
    for member in context.layout.members {
      if member.bitOffset > end {
        lines += hole(from: end, to: member.bitOffset, context, names, &shown)
      }
      lines.append(declaration(member))
      if detail != .layout {
        for (index, rule) in context.rules.enumerated()
        where !shown.contains(index) && belongs(rule, to: member) {
          shown.insert(index)
          let isWhole = rule.offset * 8 == member.bitOffset && rule.size * 8 == member.bitSize
          lines += ruleLines(rule, names, heading: isWhole ? nil : "\(rule.field) \(rule.offset):\(rule.size)")
        }
      }
      end = max(end, member.bitOffset + member.bitSize)
    }
    if end < context.layout.size * 8 {
      lines += hole(from: end, to: context.layout.size * 8, context, names, &shown)
    }
    if detail != .layout {
      for (index, rule) in context.rules.enumerated() where !shown.contains(index) {
        lines += ruleLines(rule, names, heading: "\(rule.field) \(rule.offset):\(rule.size)")
      }
    }
    return lines
  }

  private func belongs(_ rule: AccessRule, to member: LayoutMember) -> Bool {
    rule.offset * 8 >= member.bitOffset && rule.offset * 8 < member.bitOffset + member.bitSize
  }

  private func declaration(_ member: LayoutMember) -> String {
    var type = member.type
    var dimensions = ""
    if let bracket = type.firstIndex(of: "[") {
      dimensions = String(type[bracket...])
      type = String(type[..<bracket])
    }
    let isBitField = member.bitOffset % 8 != 0 || member.bitSize % 8 != 0
    let name = "\(member.name)\(dimensions)\(isBitField ? ":\(member.bitSize)" : "");"
    let place =
      isBitField
      ? "/* \(TextLayout.right(member.bitOffset / 8, 5)):\(member.bitOffset % 8) \(TextLayout.right((member.bitSize + 7) / 8, 3)) */"
      : "/* \(TextLayout.right(member.bitOffset / 8, 5)) \(TextLayout.right(member.bitSize / 8, 5)) */"
    let start = "    \(TextLayout.padded(type, 22)) \(name)"
    return "\(TextLayout.padded(style.bold(start), style.bold("").count + width - place.count - 1)) \(style.dim(place))"
  }

  private func hole(
    from start: Int, to end: Int, _ context: Context, _ names: ProgramNames, _ shown: inout Set<Int>
  ) -> [String] {
    var lines = [style.dim("    /* \((end - start) / 8) bytes hole */")]
    guard detail != .layout else { return lines }
    for (index, rule) in context.rules.enumerated()
    where !shown.contains(index) && rule.offset * 8 >= start && rule.offset * 8 < end {
      shown.insert(index)
      lines += ruleLines(rule, names, heading: "\(rule.field) \(rule.offset):\(rule.size)")
    }
    return lines
  }

  private func summary(_ layout: Layout) -> [String] {
    var covered = Set<Int>()
    for member in layout.members {
      covered.formUnion(member.bitOffset..<member.bitOffset + member.bitSize)
    }
    let holes = layout.size - (covered.count + 7) / 8
    return [
      style.dim(
        "    /* size: \(layout.size), members: \(layout.members.count), alignment: \(layout.alignment)\(holes > 0 ? ", holes: \(holes) bytes" : "") */")
    ]
  }

  // MARK: - Rules

  private func ruleLines(_ rule: AccessRule, _ names: ProgramNames, heading: String?) -> [String] {
    var lines: [String] = []
    let kinds = style.kind(rule.kinds.map(\.rawValue).joined(separator: "+"), isWrite: rule.kinds[0].isWrite)
    let label = heading.map { "\($0) " } ?? ""
    let plain = "      \(rule.kinds.map(\.rawValue).joined(separator: "+")) \(label)"
    let indent = String(repeating: " ", count: 10)
    let wrapped = TextLayout.wrapped(
      rule.meaning.description, first: "\(plain) ", rest: indent, width: width)
    lines.append("      \(kinds) \(label)" + wrapped[0].dropFirst(plain.count))
    lines += wrapped.dropFirst()
    var notes: [String] = []
    let programs = names.text(rule.programs)
    if programs != "all" { notes.append("by \(programs)") }
    if !rule.registerType.isEmpty, rule.registerType != "SCALAR_VALUE" {
      notes.append("gives \(rule.registerType)")
    }
    if rule.needsPrivilege { notes.append("needs privilege (CAP_BPF)") }
    switch rule.parts {
    case .whole: if rule.size > 1 { notes.append("as a whole only") }
    case .aligned: break
    case .listed(let parts):
      notes.append("parts \(parts.map { "\($0.offset):\($0.size)" }.joined(separator: " "))")
    }
    if !notes.isEmpty {
      lines += TextLayout.wrapped(
        notes.joined(separator: "; "), first: indent, rest: indent, width: width
      ).map { style.dim($0) }
    }
    for deviation in rule.deviations {
      lines += TextLayout.wrapped(
        "with the registers \(deviation.registers.rawValue): \(deviation.meaning)", first: indent,
        rest: indent + "  ", width: width
      ).map { style.warning($0) }
    }
    for immediate in rule.immediates {
      lines += TextLayout.wrapped(
        "immediate \(immediate.immediate): \(immediate.meaning)", first: indent, rest: indent + "  ",
        width: width)
    }
    if detail == .instructions { lines += instructions(rule, names, indent) }
    return lines
  }

  private func instructions(
    _ rule: AccessRule, _ names: ProgramNames, _ indent: String
  ) -> [String] {
    rule.conversions.flatMap { conversion in
      let intro =
        rule.conversions.count > 1
        ? TextLayout.wrapped(
          "for \(names.text(conversion.programs)):", first: indent, rest: indent, width: width) : []
      return intro
        + ConversionText.lines(conversion.code, snapshot.byteOrder).map {
          "\(indent)  \(style.dim($0))"
        }
    }
  }
}
