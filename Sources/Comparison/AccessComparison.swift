import ContextABI

/// Compares who may access one context, and how: program by program. What accesses mean is compared by `AccessMeanings`.
struct AccessComparison {
  private let old: AccessTable
  private let new: AccessTable
  private let layout: LayoutComparison
  private let programs: ProgramComparison
  private let sides: ComparedSides
  private let meanings: AccessMeanings
  private(set) var observations: [Observation] = []

  private typealias Spot = AccessTable.Spot

  /// A way to access a field: reading it, or storing to it.
  private struct FieldKey: Hashable {
    let field: String
    let kind: AccessKind
  }

  init(
    old: AccessTable, new: AccessTable, layout: LayoutComparison, programs: ProgramComparison, _ sides: ComparedSides
  ) {
    self.old = old
    self.new = new
    self.layout = layout
    self.programs = programs
    self.sides = sides
    meanings = AccessMeanings(old, new, sides)
    for pair in programs.pairs(in: old.context.name) { compare(pair) }
    observations += meanings.observations()
  }

  private mutating func compare(_ pair: (old: String, new: String)) {
    let before = old.accesses(of: pair.old)
    let after = new.accesses(of: pair.new)
    let kernelContexts = programs.kernelContexts(pair)
    let unknown = (old: sides.old.unknown(of: pair.old), new: sides.new.unknown(of: pair.new))
    var lost: [FieldKey: [Spot]] = [:]
    var matched: Set<Spot> = []
    for (spot, number) in before where sides.commonKinds.contains(spot.kind) {
      // The accesses of a field that is gone went with it.
      guard let offset = layout.newOffset(of: spot.offset) else { continue }
      let moved = Spot(kind: spot.kind, offset: offset, size: spot.size)
      if let newNumber = after[moved] {
        matched.insert(moved)
        let access = ComparedAccess(
          old: spot, new: moved, oldRule: number, newRule: newNumber, programs: pair, kernelContexts: kernelContexts)
        compareRights(access)
        meanings.compare(access)
      } else if !unknown.new.contains(moved) {
        lost[FieldKey(field: old.rule(number).field, kind: spot.kind), default: []].append(spot)
      }
    }
    for (key, spots) in lost { observeRevoked(key, spots, before, after, pair) }
    var gained: [FieldKey: [Spot]] = [:]
    for (spot, number) in after where sides.commonKinds.contains(spot.kind) && !matched.contains(spot) {
      if layout.isAdded(spot.offset) || unknown.old.contains(spot) { continue }
      gained[FieldKey(field: new.rule(number).field, kind: spot.kind), default: []].append(spot)
    }
    for (key, spots) in gained { observeGranted(key, spots, before, after, pair) }
  }

  // MARK: - Revoked and granted

  private mutating func observeRevoked(
    _ key: FieldKey, _ spots: [Spot], _ before: [Spot: Int], _ after: [Spot: Int], _ pair: (old: String, new: String)
  ) {
    let rest = Set(after.filter { new.rule($0.value).field == key.field && $0.key.kind == key.kind }.keys)
    let goneSizes = Set(spots.map(\.size)).subtracting(rest.map(\.size))
    let (rule, what): (Rule, String)
    if rest.isEmpty {
      (rule, what) = key.kind.isWrite ? (.writeRevoked, "can no longer be written") : (.readRevoked, "can no longer be read")
    } else if goneSizes.isEmpty {
      (rule, what) = (.offsetRevoked, "can no longer be \(Self.verb(key.kind)) in all of \(Self.parts)")
    } else {
      let widths = Self.list(goneSizes.sorted().map { "\($0)" })
      (rule, what) = (.widthRevoked, "can no longer be \(Self.verb(key.kind)) by \(widths) byte\(goneSizes == [1] ? "" : "s")")
    }
    for spot in spots {
      // Where the plain read or store is gone, its other forms are gone with it.
      let isFollowing = isLost(spot, before, after)
      add(
        rule, spot, key.field, pair, what + (isFollowing ? "" : Self.suffix(key.kind)),
        before: before[spot].map { old.meaning(spot, $0).description }, newOffset: layout.newOffset(of: spot.offset),
        option: rest.isEmpty ? trace(before[spot].map(old.rule), programs.kernelContexts(pair).old, isOff: true) : nil)
    }
  }

  private static let parts = "its parts"

  private mutating func add(
    _ rule: Rule, _ spot: Spot, _ field: String, _ pair: (old: String, new: String), _ what: String,
    before: String? = nil, exposes: [String] = [], newOffset: Int? = nil, option: Observation.OptionTrace? = nil
  ) {
    var claims = [Difference.access(program: pair.new, spot, .acceptance)]
    if let newOffset, newOffset != spot.offset {
      claims.append(
        .access(program: pair.new, Spot(kind: spot.kind, offset: newOffset, size: spot.size), .acceptance))
    }
    let many = what.replacing(Self.parts, with: "their parts")
    observations.append(
      Observation(
        rule: rule, context: old.context.name, field: field, programs: [pair.new], access: spot, before: before,
        exposes: exposes, title: .fields(one: what, many: many), cause: .init(many), claims: claims, option: option))
  }

  /// What tells the option of the configuration that decides whether a field can be accessed at all, where one may.
  private func trace(_ rule: AccessRule?, _ kernelContext: String, isOff: Bool) -> Observation.OptionTrace? {
    guard let members = rule?.meaning.members.map(\.path), !members.isEmpty else { return nil }
    return .init(kernelContext: kernelContext, members: members, isOff: isOff)
  }

  /// Whether it is another form of a plain read or store that is gone, too.
  private func isLost(_ spot: Spot, _ before: [Spot: Int], _ after: [Spot: Int]) -> Bool {
    guard let plain = spot.plain, before[plain] != nil, let offset = layout.newOffset(of: spot.offset) else { return false }
    return after[Spot(kind: plain.kind, offset: offset, size: plain.size)] == nil
  }

  private mutating func observeGranted(
    _ key: FieldKey, _ spots: [Spot], _ before: [Spot: Int], _ after: [Spot: Int], _ pair: (old: String, new: String)
  ) {
    let hadAny = before.contains { old.rule($0.value).field == key.field && $0.key.kind == key.kind }
    let (rule, what): (Rule, String) =
      hadAny
      ? (.widthGranted, "can be \(Self.verb(key.kind)) in more ways")
      : key.kind.isWrite ? (.writeGranted, "can be written now") : (.readGranted, "can be read now")
    let exposes = SnapshotComparison.exposures(of: Set(spots.compactMap { after[$0] }).map { new.rule($0) })
    for spot in spots {
      let isFollowing = spot.plain.map { after[$0] != nil && before[$0] == nil } ?? false
      add(
        rule, spot, key.field, pair, what + (isFollowing ? "" : Self.suffix(key.kind)), exposes: exposes,
        option: hadAny ? nil : trace(after[spot].map(new.rule), programs.kernelContexts(pair).new, isOff: false))
    }
  }

  private static func verb(_ kind: AccessKind) -> String { kind.isWrite ? "written" : "read" }

  private static func suffix(_ kind: AccessKind) -> String {
    switch kind {
    case .read, .write: ""
    case .readSignExtending: " with sign extension"
    case .writeImmediate: " by immediates"
    }
  }

  private static func list(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  // MARK: - Register types and privileges

  private mutating func compareRights(_ access: ComparedAccess) {
    let (before, after) = (old.rule(access.oldRule), new.rule(access.newRule))
    // What one build does not tell is not compared: `CoverageComparison` says so.
    if before.registerType != after.registerType, !before.registerType.isEmpty, !after.registerType.isEmpty {
      observations.append(
        Observation(
          rule: .registerTypeChanged, context: old.context.name, field: before.field, programs: [access.programs.new],
          access: access.old, before: before.registerType, after: after.registerType,
          title: .fields(
            one: "gives \(after.registerType) instead of \(before.registerType)",
            many: "give \(after.registerType) instead of \(before.registerType)"),
          cause: .init("\(before.registerType) \(after.registerType)"), claims: access.claims(.registerType)))
    }
    guard before.needsPrivilege != after.needsPrivilege, !sides.privilegesAreUnknown(access.programs) else { return }
    let verb = Self.verb(access.old.kind)
    let what = after.needsPrivilege ? "needs a capability now" : "needs no capability any more"
    let many = after.needsPrivilege ? "need a capability now" : "need no capability any more"
    observations.append(
      Observation(
        rule: after.needsPrivilege ? .privilegeRequired : .privilegeDropped, context: old.context.name,
        field: before.field, programs: [access.programs.new], access: access.old,
        title: .fields(one: "\(what) to be \(verb)", many: "\(many) to be \(verb)"), cause: .init("\(many) \(verb)"),
        claims: access.claims(.privilege)))
  }
}

/// An access that both builds accept.
struct ComparedAccess {
  let old: AccessTable.Spot
  /// The same bytes of the field where the new build has it.
  let new: AccessTable.Spot
  /// The numbers of the rules that it falls under.
  let oldRule: Int
  let newRule: Int
  let programs: (old: String, new: String)
  let kernelContexts: (old: String, new: String)

  /// The records of the ledger that are about this aspect of it.
  func claims(_ aspects: Difference.AccessAspect...) -> [Difference] {
    aspects.flatMap { aspect -> [Difference] in
      let first = Difference.access(program: programs.new, new, aspect)
      return old == new ? [first] : [first, .access(program: programs.old, old, aspect)]
    }
  }
}

/// The two builds of a comparison, with what all parts of it ask for.
final class ComparedSides {
  let old: Snapshot
  let new: Snapshot
  /// The kinds of access that both builds have, or neither.
  let commonKinds: Set<AccessKind>
  /// Whether the new build may lack corrections that the old one has, without anybody having taken them away.
  let mayLackCorrections: Bool
  private var comparisons: [String: MeaningComparison] = [:]
  private var verdicts: [VerdictKey: MeaningVerdict?] = [:]
  private let withoutPrivileges: Set<String>

  private struct VerdictKey: Hashable {
    let world: String
    let old: String
    let new: String
  }

  init(_ old: Snapshot, _ new: Snapshot) {
    self.old = old
    self.new = new
    commonKinds = Set(AccessKind.allCases.filter { old.has($0) == new.has($0) })
    mayLackCorrections = ReleaseLine(old.provenance.release)
      .mayBeCorrectedAhead(of: ReleaseLine(new.provenance.release))
    withoutPrivileges = Set(
      (old.coverage + new.coverage).filter { $0.kind == .privilege }.flatMap(\.programs))
  }

  /// Whether one of the builds can't tell which accesses need privilege.
  func privilegesAreUnknown(_ programs: (old: String, new: String)) -> Bool {
    withoutPrivileges.contains(programs.old) || withoutPrivileges.contains(programs.new)
  }

  /// How the meaning of an access of `access`'s programs has changed from `before` to `after`.
  func verdict(_ before: Meaning, _ after: Meaning, _ access: ComparedAccess) -> MeaningVerdict? {
    let world = "\(access.kernelContexts.old) \(access.kernelContexts.new)"
    let key = VerdictKey(world: world, old: before.description, new: after.description)
    if let known = verdicts[key] { return known }
    let result = comparison(access).compare(before, after)
    verdicts[key] = result
    return result
  }

  /// What compares the meanings of a pair of programs: one for all that have the same kernel contexts.
  func comparison(_ access: ComparedAccess) -> MeaningComparison {
    let key = "\(access.kernelContexts.old) \(access.kernelContexts.new)"
    if let known = comparisons[key] { return known }
    let result = MeaningComparison(old, access.kernelContexts.old, new, access.kernelContexts.new)
    comparisons[key] = result
    return result
  }
}

extension AccessTable.Spot {
  /// The plain read or store of the same bytes, where it is another form of one.
  var plain: AccessTable.Spot? {
    switch kind {
    case .read, .write: nil
    case .readSignExtending: AccessTable.Spot(kind: .read, offset: offset, size: size)
    case .writeImmediate: AccessTable.Spot(kind: .write, offset: offset, size: size)
    }
  }
}
