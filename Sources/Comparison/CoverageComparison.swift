import ContextABI

/// Compares what could be extracted at all, and which accesses are accepted and then refused.
struct CoverageComparison {
  private(set) var observations: [Observation] = []
  private let old: Snapshot
  private let new: Snapshot

  init(_ sides: ComparedSides) {
    old = sides.old
    new = sides.new
    compareHoles()
    compareRefused(sides)
    compareRemarks()
  }

  // MARK: - Holes

  private mutating func compareHoles() {
    for item in new.coverage where item.isHole { observe(.coverageLost, item) }
    for item in old.coverage where item.isHole && !new.coverage.contains(item) { observe(.coverageGained, item) }
  }

  private mutating func observe(_ rule: Rule, _ item: CoverageItem) {
    // Nothing is known of an access in a hole: what the other side says of it can't be compared.
    let spots = item.accesses.compactMap(AccessTable.Spot.init(text:))
    let claims =
      [Difference.coverage(item)]
      + item.programs.flatMap { program in spots.map { Difference.access(program: program, $0, .acceptance) } }
    observations.append(
      Observation(
        rule: rule, context: Change.coverage, field: item.kind.rawValue, programs: item.programs,
        remark: item.accesses.isEmpty ? nil : item.accesses.joined(separator: ", "), title: .sentence(item.reason),
        cause: .init("\(item.kind.rawValue) \(item.reason)"), claims: claims))
  }

  // MARK: - Accepted, and then refused

  private mutating func compareRefused(_ sides: ComparedSides) {
    let (before, after) = (Self.refused(in: old), Self.refused(in: new))
    let programs = Set(before.keys.map(\.program)).union(after.keys.map(\.program))
    let accepted = (old.acceptedSpots(of: programs), new.acceptedSpots(of: programs))
    for (access, reason) in before where after[access] == nil {
      // Accepted now: `read-granted` and the like tell it.
      guard sides.new.programs.contains(where: { $0.name == access.program }),
        accepted.1[access.program]?.contains(access.spot) != true
      else { continue }
      add(
        .refusedAtOnce, access, reason, old, "is refused at once, no longer accepted and then refused",
        "are refused at once, no longer accepted and then refused")
    }
    for (access, reason) in after where before[access] == nil {
      guard sides.old.programs.contains(where: { $0.name == access.program }),
        accepted.0[access.program]?.contains(access.spot) != true
      else { continue }
      add(
        sides.mayLackCorrections ? .correctionLost : .convertsToNothing, access, reason, new,
        "is accepted and then refused, where it was refused at once",
        "are accepted and then refused, where they were refused at once")
    }
  }

  private mutating func add(
    _ rule: Rule, _ access: RefusedAccess, _ reason: String, _ snapshot: Snapshot, _ one: String, _ many: String
  ) {
    observations.append(
      Observation(
        rule: rule, context: access.context(in: snapshot), field: access.field(in: snapshot), programs: [access.program],
        access: access.spot, title: .fields(one: one, many: many), findingRemark: reason,
        cause: .init("refused", crossesContexts: true), claims: itemClaims))
  }

  /// The items of accesses that are refused, as far as they differ: what they hold is told access by access.
  private var itemClaims: [Difference] {
    Set(old.coverage).symmetricDifference(new.coverage).filter { $0.kind == .misconfigured }.map { .coverage($0) }
  }

  private static func refused(in snapshot: Snapshot) -> [RefusedAccess: String] {
    var result: [RefusedAccess: String] = [:]
    for item in snapshot.coverage where item.kind == .misconfigured {
      for access in RefusedAccess.all(in: item) { result[access] = item.reason }
    }
    return result
  }

  // MARK: - Remarks

  /// Items that are no holes; those of refused accesses only where no access differs but the reason, or the grouping.
  private mutating func compareRemarks() {
    let isTold = observations.contains { !$0.claims.isEmpty && $0.claims == itemClaims }
    for item in Set(old.coverage).symmetricDifference(new.coverage) where !item.isHole {
      // Told access by access.
      if item.kind == .misconfigured, isTold { continue }
      let isNew = new.coverage.contains(item)
      observations.append(
        Observation(
          rule: .coverageRemark, context: Change.coverage, field: item.kind.rawValue, programs: item.programs,
          before: isNew ? nil : item.reason, after: isNew ? item.reason : nil,
          title: .sentence("what is said of coverage differs"), cause: .init(item.kind.rawValue),
          claims: [.coverage(item)]))
    }
  }
}

extension AccessTable.Spot {
  /// Reads `read 84:4`; nil for anything else.
  init?(text: String) {
    let words = text.split(separator: " ")
    guard words.count == 2, let kind = AccessKind(rawValue: String(words[0])) else { return nil }
    let numbers = words[1].split(separator: ":").map { Int($0) }
    guard numbers.count == 2, let offset = numbers[0], let size = numbers[1], offset >= 0, size > 0 else { return nil }
    self.init(kind: kind, offset: offset, size: size)
  }
}

extension Snapshot {
  /// Whether any access is of this kind.
  func has(_ kind: AccessKind) -> Bool {
    contexts.contains { $0.rules.contains { $0.kinds.contains(kind) } }
  }

  /// The accepted accesses of these programs.
  fileprivate func acceptedSpots(of programs: Set<String>) -> [String: Set<AccessTable.Spot>] {
    var result: [String: Set<AccessTable.Spot>] = [:]
    guard !programs.isEmpty else { return result }
    for context in contexts {
      for rule in context.rules {
        let wanted = rule.programs.filter(programs.contains)
        guard !wanted.isEmpty else { continue }
        for kind in rule.kinds {
          for part in rule.accesses(of: kind) {
            for program in wanted {
              result[program, default: []].insert(AccessTable.Spot(kind: kind, offset: part.offset, size: part.size))
            }
          }
        }
      }
    }
    return result
  }
}
