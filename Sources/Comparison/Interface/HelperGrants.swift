import ContextABI

/// What programs get of one helper, in a form that can be looked up.
struct HelperGrants {
  private let grants: [HelperGrant]
  /// By program: the numbers of its grants.
  private let numbers: [String: [Int]]

  init(_ helper: HelperFunction?) {
    grants = helper?.grants ?? []
    var numbers: [String: [Int]] = [:]
    for (number, grant) in grants.enumerated() {
      for program in grant.programs { numbers[program, default: []].append(number) }
    }
    self.numbers = numbers
  }

  /// The number of what a program gets in a situation; nil where it is refused.
  func number(_ program: String, _ situation: GrantSituation) -> Int? {
    numbers[program]?.first { number in
      let terms = grants[number].terms
      return (terms.isSleepable ?? situation.isSleepable) == situation.isSleepable
        && terms.lackedCapabilities.isEmpty == situation.isPrivileged
    }
  }

  subscript(number: Int) -> HelperGrant { grants[number] }
}

/// What programs get of one helper on both sides.
struct HelperGrantPair {
  private let old: HelperGrants
  private let new: HelperGrants

  init(_ helper: String, _ pair: InterfacePair) {
    old = HelperGrants(pair.oldHelpers[helper])
    new = HelperGrants(pair.newHelpers[helper])
  }

  /// The numbers of what a program gets in a situation on both sides. Most programs get the same.
  struct Numbers: Hashable {
    let old: Int?
    let new: Int?
  }

  func numbers(_ program: String, _ situation: GrantSituation) -> Numbers {
    Numbers(old: old.number(program, situation), new: new.number(program, situation))
  }

  func grants(_ numbers: Numbers) -> (old: HelperGrant?, new: HelperGrant?) {
    (numbers.old.map { old[$0] }, numbers.new.map { new[$0] })
  }
}
