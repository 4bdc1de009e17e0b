import Comparison
import ContextABI

/// What became of one field of a context, build by build.
public struct FieldHistory: Sendable {
  /// The field in one build.
  public struct Stage: Sendable {
    public let side: ComparisonReport.Side
    /// Nil where the build does not have the field.
    let member: LayoutMember?
    /// The accesses to it, or to a part of it.
    let rules: [AccessRule]
    /// What happened to it since the build before that a program may notice, the worst first.
    let events: [Event]
    /// Why it can't be told who may access it; nil where that is known.
    let hole: String?

    /// The programs that may read any of it, and those that may write to it.
    var readers: Set<String> { programs { !$0.isWrite } }
    var writers: Set<String> { programs(where: \.isWrite) }

    private func programs(where isMeant: (AccessKind) -> Bool) -> Set<String> {
      Set(rules.filter { $0.kinds.contains(where: isMeant) }.flatMap(\.programs))
    }
  }

  /// A finding, as far as it is about the field.
  public struct Event: Sendable {
    let finding: Finding
    let changes: [Change]
  }

  public let context: String
  /// `tstamp`, `cb`, `cb[2]`.
  public let field: String
  /// The builds, the oldest first.
  public let stages: [Stage]
  /// The programs that were asked about, as the user named them; none where all were.
  public let programs: [String]
  /// The version of ctxabi that judged.
  public let toolVersion: String

  /// - Parameters:
  ///   - sides: the builds, the oldest first, with nothing in them that was not asked for.
  ///   - programs: what the user called the programs that were asked about.
  public init(
    context: String, field: String, _ sides: [ComparisonReport.Side], programs: [String] = [], toolVersion: String = ""
  ) {
    self.context = context
    self.field = field
    self.programs = programs
    self.toolVersion = toolVersion
    let places = sides.map { FieldPlace(field, in: $0.context(context)) }
    stages = sides.indices.map { index in
      let names = places[index].names.union(index > 0 ? places[index - 1].names : [])
      return Stage(
        side: sides[index], member: places[index].member, rules: places[index].rules,
        events: index > 0 ? Self.events(sides[index - 1], sides[index], context, names) : [],
        hole: places[index].hole(in: sides[index].snapshot))
    }
  }

  /// `__sk_buff.tstamp`
  public var name: String { "\(context).\(field)" }

  /// Whether any of the builds has the field.
  public var isKnown: Bool { stages.contains { $0.member != nil } }

  private static func events(
    _ old: ComparisonReport.Side, _ new: ComparisonReport.Side, _ context: String, _ fields: Set<String>
  ) -> [Event] {
    SnapshotComparison(old: old.snapshot, new: new.snapshot).findings().compactMap { finding in
      guard finding.rule.severity > .note else { return nil }
      let changes = finding.changes.filter { $0.context == context && fields.contains($0.field ?? "") }
      return changes.isEmpty ? nil : Event(finding: finding, changes: changes)
    }
  }
}

/// Where a field is in one build, and what is said of its bytes.
private struct FieldPlace {
  /// The field, or for `cb[2]` a member of that name and place; nil where the build does not have it.
  let member: LayoutMember?
  /// The rules of accesses that start in it.
  let rules: [AccessRule]
  /// What findings call the field, or parts of it. Of the members of a union all are meant: they share the bytes.
  let names: Set<String>

  init(_ field: String, in context: Context?) {
    let members = context?.layout.members ?? []
    let whole = members.first { $0.name == field } ?? members.first { $0.name == field.memberName }
    member = whole.flatMap { $0.name == field ? $0 : $0.element(field) }
    guard let member else {
      rules = []
      names = [field]
      return
    }
    let bits = member.bitOffset..<(member.bitOffset + member.bitSize)
    rules = (context?.rules ?? []).filter { bits.contains($0.offset * 8) }
    names = Set(rules.map(\.field)).union([field, field.memberName])
  }

  /// The first hole in what could be extracted that these bytes are in.
  func hole(in snapshot: Snapshot) -> String? {
    guard let member else { return nil }
    return snapshot.coverage.first { item in
      item.isHole && (item.accesses.isEmpty || item.accesses.contains { touches($0, member) })
    }?.reason
  }

  /// Whether an access, `read 84:4`, is to these bytes.
  private func touches(_ access: String, _ member: LayoutMember) -> Bool {
    guard let place = access.split(separator: " ").last?.split(separator: ":"), place.count == 2,
      let offset = Int(place[0]), let size = Int(place[1]), (0..<(1 << 20)).contains(offset), (1...8).contains(size)
    else { return false }
    return offset * 8 < member.bitOffset + member.bitSize && member.bitOffset < (offset + size) * 8
  }
}

extension LayoutMember {
  /// `cb[2]` of `cb`; nil where the member has no such element.
  fileprivate func element(_ field: String) -> LayoutMember? {
    func numbers(_ text: Substring) -> Int? {
      text.last == "]" ? Int(text.dropFirst().dropLast()) : nil
    }
    guard let index = numbers(field.dropFirst(name.count)), let count = numbers(type.drop { $0 != "[" }), count > 0,
      (0..<count).contains(index), bitSize % count == 0
    else { return nil }
    let size = bitSize / count
    return LayoutMember(
      name: field, bitOffset: bitOffset + index * size, bitSize: size, type: String(type.prefix { $0 != "[" }),
      encoding: String(encoding.prefix { $0 != "[" }))
  }
}
