import ContextABI

/// Compares the layouts of one context, and tells where each old byte stands now.
struct LayoutComparison {
  /// The changes of the layout.
  private(set) var changes: [Change] = []
  /// What became of each old member, by its index.
  private var fates: [Fate] = []
  private let old: Context
  private let new: Context
  /// The new members that no old one became.
  private(set) var added: [LayoutMember] = []

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
    guard old.layout.size > 0 || new.layout.size > 0 else { return }
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
    added.contains { $0.bitOffset <= offset * 8 && offset * 8 < $0.bitOffset + $0.bitSize }
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
        changes.append(
          Change(
            .fieldRenamed, context: old.name, field: member.name,
            "\(member.name) is called \(whole.name) now; \(member.name) is \(Self.size(same.bitSize)) of it",
            evidence: Self.evidence(member, whole)))
      } else if let same = newByName[member.name] {
        fates.append(.kept(shift: same.bitOffset - member.bitOffset))
        compare(member, same)
      } else if let renamed = added.first(where: { Self.isRenamed(member, $0) && behavesTheSame(member, $0) }) {
        added.removeAll { $0 == renamed }
        fates.append(.kept(shift: 0))
        changes.append(
          Change(
            .fieldRenamed, context: old.name, field: member.name,
            "\(member.name) is called \(renamed.name) now",
            evidence: Self.evidence(member, renamed)))
      } else {
        fates.append(.removed)
        changes.append(
          Change(
            .fieldRemoved, context: old.name, field: member.name,
            "\(member.name) is gone: it stood at \(Self.place(member))",
            evidence: Self.evidence(member, nil)))
      }
    }
    noteMoves()
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

  /// The new names for old bytes, neighbours as one finding.
  func aliases() -> [Change] {
    var runs: [[LayoutMember]] = []
    var last: Int?
    for (index, member) in new.layout.members.enumerated() where added.contains(member) && isAlias(member) {
      if last == index - 1, !runs.isEmpty { runs[runs.count - 1].append(member) } else { runs.append([member]) }
      last = index
    }
    return runs.map { run in
      var evidence = Change.Evidence()
      evidence.after = run.map(Self.declaration).joined(separator: " ")
      let names = run.count == 1 ? run[0].name : "\(run[0].name) to \(run[run.count - 1].name)"
      return Change(
        .fieldAliased, context: new.name, field: run[0].name,
        "\(names) \(run.count == 1 ? "is a new name" : "are new names") for bytes of other fields",
        evidence: evidence)
    }
  }

  private static func isRenamed(_ old: LayoutMember, _ new: LayoutMember) -> Bool {
    old.bitOffset == new.bitOffset && old.bitSize == new.bitSize && old.encoding == new.encoding
  }

  /// Size and type of a member that kept its name.
  private mutating func compare(_ old: LayoutMember, _ new: LayoutMember) {
    if old.bitSize != new.bitSize {
      changes.append(
        Change(
          .fieldResized, context: self.old.name, field: old.name,
          "\(old.name) takes \(Self.size(new.bitSize)) instead of \(Self.size(old.bitSize))",
          evidence: Self.evidence(old, new)))
    } else if old.encoding != new.encoding {
      changes.append(
        Change(
          .fieldRetyped, context: self.old.name, field: old.name,
          "\(old.name) is \(new.type) (\(new.encoding)) instead of \(old.type) (\(old.encoding))",
          evidence: Self.evidence(old, new)))
    }
  }

  /// Neighbours that moved by the same distance are one finding.
  private mutating func noteMoves() {
    var run: [LayoutMember] = []
    var distance = 0
    func finding() -> Change? {
      guard let first = run.first, let last = run.last else { return nil }
      let newPlace = Self.place(first, shift: distance)
      let name = run.count == 1 ? first.name : "\(first.name) to \(last.name) (\(run.count) fields)"
      let direction = distance > 0 ? "further on" : "further to the front"
      var evidence = Change.Evidence()
      evidence.before = "\(first.name) at \(Self.place(first))"
      evidence.after = "\(first.name) at \(newPlace)"
      if run.count > 1 { evidence.remark = run.map(\.name).joined(separator: ", ") }
      return Change(
        .fieldMoved, context: old.name, field: first.name,
        run.count == 1
          ? "\(name) stands at \(newPlace) instead of \(Self.place(first))"
          : "\(name) stand \(Self.size(abs(distance))) \(direction)",
        evidence: evidence)
    }
    for (member, fate) in zip(old.layout.members, fates) {
      guard case .kept(let shift) = fate, shift != 0 else {
        if let change = finding() { changes.append(change) }
        run = []
        continue
      }
      if shift != distance {
        if let change = finding() { changes.append(change) }
        run = []
      }
      distance = shift
      run.append(member)
    }
    if let change = finding() { changes.append(change) }
  }

  // MARK: - Sizes

  private mutating func compareSizes() {
    let (before, after) = (old.layout, new.layout)
    let text = "it is \(after.size) bytes long instead of \(before.size)"
    // A member behind the other side's end is the finding: it went, came or moved.
    if after.size < before.size, !old.hasMember(behind: after.size) {
      changes.append(Change(.structureShrunk, context: old.name, text))
    } else if after.size > before.size, !new.hasMember(behind: before.size) {
      changes.append(Change(.structureGrown, context: old.name, text))
    }
    if after.alignment != before.alignment {
      changes.append(
        Change(
          .structureRealigned, context: old.name,
          "it is aligned to \(after.alignment) bytes instead of \(before.alignment)"))
    }
  }

  /// Whether a new member stands where the old structure had padding, and not behind its end.
  func claimsPadding(_ member: LayoutMember) -> Bool {
    member.bitOffset < old.layout.size * 8
      && !old.layout.members.contains {
        $0.bitOffset < member.bitOffset + member.bitSize
          && member.bitOffset < $0.bitOffset + $0.bitSize
      }
  }

  // MARK: - Texts

  private static func evidence(_ old: LayoutMember?, _ new: LayoutMember?) -> Change.Evidence {
    var evidence = Change.Evidence()
    evidence.before = old.map(declaration)
    evidence.after = new.map(declaration)
    return evidence
  }

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
