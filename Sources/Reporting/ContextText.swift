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

  /// - Parameter width: how many columns a line may take.
  public init(_ snapshot: Snapshot, detail: Detail, width: Int = 80, style: Style = .plain) {
    self.snapshot = snapshot
    self.detail = detail
    self.width = max(width, 40)
    self.style = style
  }

  /// The lines of one context.
  public func lines(_ context: Context) -> [String] {
    let programs = snapshot.programs.filter { $0.context == context.name }
    let accesses = AccessText(context, programs, snapshot, detail: detail, width: width, style: style)
    var lines = heading(context, programs, accesses)
    guard context.layout.size > 0 else { return lines + accesses.lines(context.rules, of: nil) }
    let opening = "struct \(Printable.line(context.name)) {"
    lines += TextLayout.wrapped(opening, first: "", rest: "  ", width: width).map(style.bold)
    lines += members(of: context, accesses)
    return lines + summary(context.layout).map(style.dim) + ["};"]
  }

  // MARK: - Heading

  private func heading(_ context: Context, _ programs: [Program], _ accesses: AccessText) -> [String] {
    let kernel = Set(programs.map(\.kernelContext)).sorted().joined(separator: ", ")
    let declared = snapshot.provenance.declarations[context.name].map { "\($0); " } ?? ""
    var sentences = ["\(declared)the kernel's \(kernel)"]
    let types = ProgramNames([]).text(Set(programs.map { $0.name.hasPrefix("ptr:") ? $0.name : $0.type }))
    if !types.isEmpty { sentences.append("seen by \(types)") }
    if let usual = accesses.usual { sentences.append("accesses by \(usual), unless others are named") }
    return sentences.enumerated().flatMap { index, sentence in
      let isLast = index == sentences.count - 1
      let lines = TextLayout.wrapped(
        Printable.line(sentence) + (isLast ? " */" : ";"), first: index == 0 ? "/* " : " * ", rest: " *   ",
        width: width)
      return lines.map(style.dim)
    }
  }

  // MARK: - Members

  private func members(of context: Context, _ accesses: AccessText) -> [String] {
    var lines: [String] = []
    var shown: Set<Int> = []
    var end = 0
    /// What there is to say of the accesses that start between two bits and were not shown yet.
    func rules(_ start: Int, _ end: Int, of member: LayoutMember?) -> [String] {
      guard detail != .layout else { return [] }
      let indices = context.rules.indices.filter { index in
        let bit = context.rules[index].offset * 8
        return bit >= start && bit < end && !shown.contains(index)
      }
      shown.formUnion(indices)
      return accesses.lines(indices.map { context.rules[$0] }, of: member)
    }
    for member in context.layout.members {
      if member.bitOffset > end {
        lines += [hole(member.bitOffset - end)] + rules(end, member.bitOffset, of: nil)
      }
      lines += declaration(member)
      lines += rules(member.bitOffset, member.bitOffset + member.bitSize, of: member)
      end = max(end, member.bitOffset + member.bitSize)
    }
    if end < context.layout.size * 8 { lines.append(hole(context.layout.size * 8 - end)) }
    return lines + rules(0, Int.max, of: nil)
  }

  private func declaration(_ member: LayoutMember) -> [String] {
    let type = String(member.type.prefix { $0 != "[" })
    let dimensions = member.type.dropFirst(type.count)
    let isBitField = member.bitOffset % 8 != 0 || member.bitSize % 8 != 0
    let name = "\(member.name)\(dimensions)\(isBitField ? ":\(member.bitSize)" : "");"
    let place =
      isBitField
      ? "/* \(TextLayout.right(member.bitOffset / 8, 5)):\(member.bitOffset % 8) \(TextLayout.right((member.bitSize + 7) / 8, 3)) */"
      : "/* \(TextLayout.right(member.bitOffset / 8, 5)) \(TextLayout.right(member.bitSize / 8, 5)) */"
    let text = Printable.line("    \(TextLayout.padded(type, 22)) \(name)")
    // The places stay together however wide the terminal is.
    let column = min(width, 80) - place.count
    guard text.count >= column else { return [style.bold(TextLayout.padded(text, column)) + style.dim(place)] }
    let lines = TextLayout.wrapped(text, first: "    ", rest: "      ", width: width).map(style.bold)
    return lines + [String(repeating: " ", count: column) + style.dim(place)]
  }

  private func hole(_ bits: Int) -> String {
    style.dim(bits % 8 == 0 ? "    /* XXX \(bits / 8) bytes hole */" : "    /* XXX \(bits) bits hole */")
  }

  private func summary(_ layout: Layout) -> [String] {
    var sum = 0
    var holes = 0
    var end = 0
    for member in layout.members.sorted(by: { $0.bitOffset < $1.bitOffset }) {
      if member.bitOffset > end { holes += 1 }
      sum += max(0, member.bitOffset + member.bitSize - max(end, member.bitOffset))
      end = max(end, member.bitOffset + member.bitSize)
    }
    let padding = layout.size - (end + 7) / 8
    var lines = ["    /* size: \(layout.size), members: \(layout.members.count), alignment: \(layout.alignment) */"]
    if holes > 0 || padding > 0 {
      let gaps = [holes > 0 ? "holes: \(holes)" : nil, padding > 0 ? "padding: \(padding)" : nil].compactMap(\.self)
      lines.append("    /* sum members: \((sum + 7) / 8), \(gaps.joined(separator: ", ")) */")
    }
    return lines
  }
}
