extension ProgramInterface {
  /// The part that is about the programs of these names.
  public func restricted(to names: Set<String>) -> ProgramInterface {
    var result = self
    result.programs = programs.filter { names.contains($0.name) }
    result.helpers = helpers.compactMap { helper in
      var helper = helper
      helper.grants = helper.grants.compactMap { grant in
        var grant = grant
        grant.programs = grant.programs.filter(names.contains)
        return grant.programs.isEmpty ? nil : grant
      }
      return helper.grants.isEmpty ? nil : helper
    }
    result.effects = effects.compactMap { effect in
      var effect = effect
      effect.programs = effect.programs.filter(names.contains)
      return effect.programs.isEmpty ? nil : effect
    }
    result.additions = additions.compactMap { addition in
      var addition = addition
      addition.programs = addition.programs.filter(names.contains)
      return addition.programs.isEmpty ? nil : addition
    }
    return result
  }

  /// The pairs of program type and helper as `bpftool feature probe` prints them: of programs whose attach type is left out,
  /// that do not sleep and are loaded with all capabilities; without the types that are attached to functions, which it does
  /// not probe. A helper that refuses every such program itself is among them, as bpftool does not see that. Sorted.
  public var pairs: [(type: String, helper: String)] {
    let unprobed: Set<String> = ["TRACING", "LSM", "EXT", "STRUCT_OPS"]
    var types: [String: String] = [:]
    for program in programs where program.isDefault && !unprobed.contains(program.type) {
      types[program.name] = program.type.lowercased()
    }
    var found: [String: Set<String>] = [:]
    for helper in helpers {
      for grant in helper.grants where grant.isGivenToPrivileged {
        for program in grant.programs {
          if let type = types[program] { found[type, default: []].insert(helper.name) }
        }
      }
    }
    return found.sorted { $0.key < $1.key }.flatMap { type, helpers in
      helpers.sorted().map { (type, $0) }
    }
  }
}

extension HelperGrant {
  /// Whether a program that does not sleep and is loaded with all capabilities gets the helper.
  fileprivate var isGivenToPrivileged: Bool {
    prototype != nil && terms.lackedCapabilities.isEmpty && terms.isSleepable != true
  }
}
