import ContextABI

/// Compares the layouts of one context, and tells where each old byte stands now.
struct LayoutComparison {
  /// What is seen of the layout.
  private(set) var observations: [Observation] = []
  /// What became of each old member, by its index.
  private var fates: [Fate] = []
  private let old: Context
  private let new: Context
  /// The new members that no old one became.
  private(set) var added: [LayoutMember] = []
  /// The old members that have another name now, and those that these became.
  private(set) var renamed: [(old: LayoutMember, new: LayoutMember)] = []
  private(set) var resized: [(old: LayoutMember, new: LayoutMember)] = []
  /// Old members that moved, and by how many bits.
  private(set) var moved: [(member: LayoutMember, shift: Int)] = []

  /// What became of a member.
  private enum Fate: Equatable {
    /// It stands so many bits further on (0: where it was).
    case kept(shift: Int)
    case removed
  }

  /// - Parameter behavesTheSame: whether accesses to two fields are allowed and mean the same.
  init(
    _ old: Context, _ new: Context, behavesTheSame: (LayoutMember, LayoutMember) -> Bool
  ) {
    self.old = old
    self.new = new
    guard !old.layout.members.isEmpty || !new.layout.members.isEmpty || old.layout.size != new.layout.size else { return }
    compareMembers(behavesTheSame)
    compareSizes()
  }

  // MARK: - Where bytes are now

  /// Where the byte that stood at `offset` stands now; nil when its field is gone. A byte that no field held stays.
  func newOffset(of offset: Int) -> Int? {
    var isRemoved = false
    for (index, member) in old.layout.members.enumerated()
    where member.bitOffset <= offset * 8 && offset * 8 < member.bitOffset + member.bitSize {
      switch fates[index] {
      case .kept(let shift): return offset + shift / 8
      case .removed: isRemoved = true
      }
    }
    return isRemoved ? nil : offset
  }

  /// Whether an access to the new bytes belongs to a field that is new, or to no field that the old build had.
  func isAdded(_ offset: Int) -> Bool {
    added.contains { $0.bitOffset <= offset * 8 && offset * 8 < $0.bitOffset + $0.bitSize && !isAlias($0) }
      && !new.layout.members.contains { member in
        !added.contains(member) && member.bitOffset <= offset * 8
          && offset * 8 < member.bitOffset + member.bitSize
      }
  }

  // MARK: - Members

  private mutating func compareMembers(_ behavesTheSame: (LayoutMember, LayoutMember) -> Bool) {
    let newByName = Dictionary(
      new.layout.members.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let oldNames = Set(old.layout.members.map(\.name))
    added = new.layout.members.filter { !oldNames.contains($0.name) }
    for member in old.layout.members {
      if let same = newByName[member.name], let whole = successor(of: member, beside: same) {
        // The name now stands for a part; the whole has another one (pt_regs.cs became pt_regs.csx in x86's 6.9).
        fates.append(.kept(shift: 0))
        renamed.append((member, whole))
        observe(
          .fieldRenamed, member, whole,
          .sentence(
            "\(old.name).\(member.name) is called \(whole.name) now; \(member.name) is \(Self.size(same.bitSize)) of it"),
          claims: [.member(context: old.name, name: whole.name, .added)] + differences(member, same))
      } else if let same = newByName[member.name] {
        fates.append(.kept(shift: same.bitOffset - member.bitOffset))
        compare(member, same)
      } else if let successor = added.first(where: { Self.isRenamed(member, $0) && behavesTheSame(member, $0) }) {
        added.removeAll { $0 == successor }
        fates.append(.kept(shift: 0))
        renamed.append((member, successor))
        observe(
          .fieldRenamed, member, successor, .sentence("\(old.name).\(member.name) is called \(successor.name) now"),
          claims: [
            .member(context: old.name, name: member.name, .removed),
            .member(context: old.name, name: successor.name, .added),
          ])
      } else {
        fates.append(.removed)
        observe(
          .fieldRemoved, member, nil, .fields(one: "is gone: it was at offset \(Self.place(member))", many: "are gone"),
          cause: .init("removed"), claims: [.member(context: old.name, name: member.name, .removed)])
      }
    }
    observeMoves()
    observeOrder()
  }

  private mutating func observe(
    _ rule: Rule, _ member: LayoutMember, _ successor: LayoutMember?, _ title: Observation.Title,
    cause: Observation.Cause? = nil, remark: String? = nil, claims: [Difference]
  ) {
    observations.append(
      Observation(
        rule: rule, context: old.name, field: member.name, before: Self.declaration(member),
        after: successor.map(Self.declaration), remark: remark, title: title,
        cause: cause ?? .init(member.name, field: member.name), claims: claims))
  }

  /// The records of the ledger in which two members of one name differ.
  private func differences(_ before: LayoutMember, _ after: LayoutMember) -> [Difference] {
    var aspects: [Difference.MemberAspect] = []
    if before.bitOffset != after.bitOffset { aspects.append(.place) }
    if before.bitSize != after.bitSize { aspects.append(.size) }
    if before.type != after.type { aspects.append(.spelling) }
    if before.encoding != after.encoding { aspects.append(.encoding) }
    return aspects.map { .member(context: old.name, name: before.name, $0) }
  }

  /// The new member that is all that `member` was, where the one that has kept its name is only a part of it.
  private func successor(of member: LayoutMember, beside same: LayoutMember) -> LayoutMember? {
    guard same.bitOffset == member.bitOffset, same.bitSize < member.bitSize else { return nil }
    return added.first { Self.isRenamed(member, $0) }
  }

  /// Whether a new member only gives a name to bytes that old members hold, and that are where they were.
  func isAlias(_ member: LayoutMember) -> Bool {
    (member.bitOffset..<member.bitOffset + member.bitSize).allSatisfy { bit in
      zip(old.layout.members, fates).contains { other, fate in
        fate == .kept(shift: 0) && other.bitOffset <= bit && bit < other.bitOffset + other.bitSize
      }
    }
  }

  /// The new names for old bytes.
  func aliases() -> [Observation] {
    new.layout.members.filter { added.contains($0) && isAlias($0) && !renamed.map(\.new).contains($0) }.map { member in
      Observation(
        rule: .fieldAliased, context: new.name, field: member.name, after: Self.declaration(member),
        title: .fields(one: "is a new name for bytes of other fields", many: "are new names for bytes of other fields"),
        cause: .init("aliased"), claims: [.member(context: new.name, name: member.name, .added)])
    }
  }

  private static func isRenamed(_ old: LayoutMember, _ new: LayoutMember) -> Bool {
    old.bitOffset == new.bitOffset && old.bitSize == new.bitSize && old.encoding == new.encoding
  }

  /// Size and type of a member that kept its name.
  private mutating func compare(_ old: LayoutMember, _ new: LayoutMember) {
    let claims = differences(old, new)
    if old.bitSize != new.bitSize {
      let title = "\(self.old.name).\(old.name) takes \(Self.size(new.bitSize)) instead of \(Self.size(old.bitSize))"
      resized.append((old, new))
      observe(.fieldResized, old, new, .sentence(title), claims: claims)
    } else if old.encoding != new.encoding {
      observe(
        .fieldRetyped, old, new,
        .sentence(
          "\(self.old.name).\(old.name) is \(new.type) (\(new.encoding)) instead of \(old.type) (\(old.encoding))"),
        claims: claims)
    } else if old.type != new.type {
      observe(
        .fieldRespelled, old, new,
        .fields(one: "is declared by another name of its type", many: "are declared by other names of their types"),
        cause: .init("respelled"), claims: claims)
    }
  }

  /// Neighbours that moved by the same distance are one finding.
  private mutating func observeMoves() {
    var run: [LayoutMember] = []
    var distance = 0
    for (member, fate) in zip(old.layout.members, fates) {
      guard case .kept(let shift) = fate, shift != 0 else {
        observeMove(run, distance)
        run = []
        continue
      }
      if shift != distance {
        observeMove(run, distance)
        run = []
      }
      distance = shift
      run.append(member)
    }
    observeMove(run, distance)
  }

  private mutating func observeMove(_ run: [LayoutMember], _ distance: Int) {
    guard let first = run.first, let last = run.last else { return }
    let direction = distance > 0 ? "later" : "earlier"
    let title: Observation.Title = .sentence(
      run.count == 1
        ? "\(old.name).\(first.name) is at offset \(Self.place(first, shift: distance)) instead of \(Self.place(first))"
        : "\(run.count) fields of \(old.name), \(first.name) to \(last.name), are \(Self.size(abs(distance))) \(direction)")
    for member in run {
      moved.append((member, distance))
      observations.append(
        Observation(
          rule: .fieldMoved, context: old.name, field: member.name, before: "at \(Self.place(member))",
          after: "at \(Self.place(member, shift: distance))", title: title,
          cause: .init("moved from \(first.name) by \(distance)"),
          claims: [.member(context: old.name, name: member.name, .place)]))
    }
  }

  private mutating func observeOrder() {
    let names = Set(old.layout.members.map(\.name)).intersection(new.layout.members.map(\.name))
    let orders = [old, new].map { context in context.layout.members.map(\.name).filter(names.contains) }
    guard orders[0] != orders[1] else { return }
    // Where fields moved, that is the finding.
    let isByMoves = !moved.isEmpty
    if isByMoves {
      for index in observations.indices where observations[index].rule.id == Rule.fieldMoved.id {
        observations[index].claims.append(.context(old.name, .order))
      }
    } else {
      observations.append(
        Observation(
          rule: .fieldsReordered, context: old.name,
          title: .sentence("the fields of \(old.name) are declared in another order, each at its place"),
          cause: .init("order"), claims: [.context(old.name, .order)]))
    }
  }

  // MARK: - Sizes

  private mutating func compareSizes() {
    let (before, after) = (old.layout, new.layout)
    let title = Observation.Title.sentence("\(old.name) is \(after.size) bytes long instead of \(before.size)")
    let claim = Difference.context(old.name, .size)
    // A member behind the other side's end is the finding: it went, came or moved.
    if after.size < before.size, !old.hasMember(behind: after.size) {
      observe(.structureShrunk, title, claim)
    } else if after.size > before.size, !new.hasMember(behind: before.size) {
      observe(.structureGrown, title, claim)
    }
    if after.alignment != before.alignment {
      observe(
        .structureRealigned,
        .sentence("\(old.name) is aligned to \(after.alignment) bytes instead of \(before.alignment)"),
        .context(old.name, .alignment))
    }
  }

  private mutating func observe(_ rule: Rule, _ title: Observation.Title, _ claim: Difference) {
    observations.append(
      Observation(
        rule: rule, context: old.name, before: "\(old.layout.size) bytes, aligned to \(old.layout.alignment)",
        after: "\(new.layout.size) bytes, aligned to \(new.layout.alignment)", title: title, cause: .init(rule.id),
        claims: [claim]))
  }

  /// Whether the size differs only because members behind the other side's end came, went or moved.
  var isSizeOfMembers: Bool {
    let (before, after) = (old.layout, new.layout)
    return after.size < before.size ? old.hasMember(behind: after.size) : new.hasMember(behind: before.size)
  }

  /// Whether a new member stands where the old structure had padding, and not behind its end.
  func claimsPadding(_ member: LayoutMember) -> Bool {
    member.bitOffset < old.layout.size * 8
      && !old.layout.members.contains {
        $0.bitOffset < member.bitOffset + member.bitSize
          && member.bitOffset < $0.bitOffset + $0.bitSize
      }
  }

  // MARK: - What it explains of accesses

  /// Whether the bytes of an access have another name now, by a finding about their field.
  func isNamedOtherwise(_ spot: AccessTable.Spot) -> Bool {
    let bits = spot.offset * 8..<(spot.offset + spot.size) * 8
    let members = renamed.flatMap { [$0.old, $0.new] } + resized.flatMap { [$0.old, $0.new] } + added
    return members.contains { $0.bitOffset < bits.upperBound && bits.lowerBound < $0.bitOffset + $0.bitSize }
  }

  /// Whether an access stands in bytes of a field that moved, was removed or has another size, on the side that is asked for: what
  /// differs there, record by record, is the field's finding.
  func isDisplaced(_ spot: AccessTable.Spot, isNew: Bool) -> Bool {
    let bits = spot.offset * 8..<(spot.offset + spot.size) * 8
    func overlaps(_ member: LayoutMember, _ shift: Int = 0) -> Bool {
      member.bitOffset + shift < bits.upperBound && bits.lowerBound < member.bitOffset + shift + member.bitSize
    }
    return moved.contains { overlaps($0.member) || overlaps($0.member, $0.shift) }
      || zip(old.layout.members, fates).contains { $1 == .removed && overlaps($0) }
      || (isNew && added.contains { overlaps($0) && !isAlias($0) })
  }

  // MARK: - Texts

  /// `__u32 mark; /* 8 4 */`
  static func declaration(_ member: LayoutMember) -> String {
    "\(member.type) \(member.name); /* \(place(member)), \(size(member.bitSize)) */"
  }

  private static func place(_ member: LayoutMember, shift: Int = 0) -> String {
    let offset = member.bitOffset + shift
    return offset % 8 == 0 ? "\(offset / 8)" : "\(offset / 8):\(offset % 8)"
  }

  private static func size(_ bits: Int) -> String {
    if bits % 8 != 0 { return bits == 1 ? "1 bit" : "\(bits) bits" }
    return bits == 8 ? "1 byte" : "\(bits / 8) bytes"
  }
}

extension Context {
  /// Whether a member reaches behind the byte `offset`.
  fileprivate func hasMember(behind offset: Int) -> Bool {
    layout.members.contains { $0.bitOffset + $0.bitSize > offset * 8 }
  }
}
