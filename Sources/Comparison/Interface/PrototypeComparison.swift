import ContextABI

/// Compares the prototypes and terms with which programs get one helper on both sides.
struct PrototypeComparison {
  private(set) var observations: [Observation] = []
  private let helper: String
  private let pair: InterfacePair
  /// The programs that may sleep, or lack a capability, only tell what those that do not have told already.
  private var told: Set<Told> = []

  private struct Told: Hashable {
    let program: String
    let rule: String
    let before: String?
    let after: String?
  }

  init(_ helper: String, _ pair: InterfacePair) {
    self.helper = helper
    self.pair = pair
  }

  /// Compares what a program gets in a situation, and returns whether it differs.
  mutating func compare(
    _ old: HelperGrant, _ new: HelperGrant, _ program: InterfaceProgram, _ situation: GrantSituation
  ) -> Bool {
    let count = observations.count
    compare(old, new, Place(program: program, situation: situation))
    return observations.count > count
  }

  private mutating func compare(_ old: HelperGrant, _ new: HelperGrant, _ place: Place) {
    compareTerms(old.terms, new.terms, place)
    guard let before = old.prototype, let after = new.prototype else {
      if (old.prototype == nil) != (new.prototype == nil) {
        note(
          .helperTermsChanged, Self.presence(old), Self.presence(new), "hangs on what the program is attached to", place,
          [.target])
      }
      return
    }
    compareResults(before.result, after.result, place)
    compareArguments(before, after, place)
    compareFlags(Set(before.flags), Set(after.flags), place)
  }

  private struct Place {
    let program: InterfaceProgram
    let situation: GrantSituation
  }

  private static func presence(_ grant: HelperGrant) -> String {
    grant.prototype == nil ? "what it is attached to decides" : "always given"
  }

  private mutating func note(
    _ rule: Rule, _ before: String?, _ after: String?, _ verb: String, _ place: Place,
    _ aspects: [Difference.GrantAspect], cause: String? = nil
  ) {
    let claims = aspects.map { Difference.grant(helper: helper, program: place.program.name, place.situation, $0) }
    let told = Told(program: place.program.name, rule: rule.id, before: before, after: after)
    let isNew = self.told.insert(told).inserted
    observations.append(
      Observation(
        rule: rule, context: Change.helpers, field: helper, programs: [place.program.name], before: before, after: after,
        remark: isNew && !place.program.isAlwaysSleepable ? place.situation.remark : nil,
        title: .things(noun: "helper", plural: "helpers", one: verb, many: Verb.plural(verb)),
        cause: .init(cause ?? "\(verb) \(before ?? "") \(after ?? "")"), claims: claims))
  }

  // MARK: - Terms

  private mutating func compareTerms(_ old: GrantTerms, _ new: GrantTerms, _ place: Place) {
    let (before, after) = (Set(old.needs), Set(new.needs))
    if before != after {
      let added = after.subtracting(before)
      let texts = (Self.needs(old), Self.needs(new))
      if added.isEmpty {
        let dropped = before.subtracting(after).sorted().joined(separator: " and ")
        note(.helperPrivilegeDropped, texts.0, texts.1, "no longer needs \(dropped)", place, [.capabilities])
      } else {
        let needed = added.sorted().joined(separator: " and ")
        let isKnown = LoadingCapabilities.needed(by: place.program.type).isSuperset(of: added)
        note(
          isKnown ? .interfaceRemark : .helperPrivileged, texts.0, texts.1,
          isKnown ? "needs \(needed), as loading such programs does" : "needs \(needed)", place, [.capabilities])
      }
    }
    if old.lackedCapabilities != new.lackedCapabilities {
      note(
        .helperTermsChanged, "without \(old.lackedCapabilities.joined(separator: " or "))",
        "without \(new.lackedCapabilities.joined(separator: " or "))", "is another one without other capabilities", place,
        [.lackedCapabilities])
    }
    if old.dependsOnTarget != new.dependsOnTarget {
      let texts = ["what the program is attached to does not matter", "what the program is attached to decides"]
      note(
        .helperTermsChanged, texts[old.dependsOnTarget ? 1 : 0], texts[new.dependsOnTarget ? 1 : 0],
        new.dependsOnTarget ? "hangs on what the program is attached to" : "no longer hangs on what the program is attached to",
        place, [.target])
    }
    if old.isRefused != new.isRefused {
      note(
        new.isRefused ? .helperWithheld : .helperGranted, old.isRefused ? "refused by the helper itself" : "given",
        new.isRefused ? "refused by the helper itself" : "given",
        new.isRefused ? "refuses every such program itself" : "no longer refuses such programs itself", place, [.refused])
    }
    if old.marks != new.marks {
      note(
        .helperTermsChanged, old.marks.joined(separator: ", "), new.marks.joined(separator: ", "),
        "marks the program in another way", place, [.marks])
    }
  }

  private static func needs(_ terms: GrantTerms) -> String {
    terms.needs.isEmpty ? "no capability needed" : "needs \(terms.needs.joined(separator: " and "))"
  }

  // MARK: - Results

  private mutating func compareResults(_ old: HelperValue, _ new: HelperValue, _ place: Place) {
    guard let change = pair.typeChange(old, new) else { return }
    let (before, after) = (change.old, change.new)
    let rest = (before.withoutNull, after.withoutNull)
    if before == after {
      note(.interfaceRemark, change.before, change.after, "names the same type otherwise", place, [.result])
    } else if rest.0 == rest.1 {
      let verb = after.mayBeNull ? "may return NULL now" : "no longer returns NULL"
      note(after.mayBeNull ? .helperMayReturnNull : .helperNeverNull, change.before, change.after, verb, place, [.result])
    } else if rest.0.isTrusted(as: rest.1), !after.mayBeNull || before.mayBeNull {
      note(.interfaceRemark, change.before, change.after, "returns what is trusted", place, [.result])
    } else if before.isPointer && after.isPointer, !after.mayBeNull || before.mayBeNull {
      note(.helperResultRespelled, change.before, change.after, "returns a pointer of another type", place, [.result])
    } else if before.isPointer && after.isPointer {
      note(.helperMayReturnNull, change.before, change.after, "may return NULL now", place, [.result])
    } else {
      note(.helperResultChanged, change.before, change.after, "returns something else", place, [.result])
    }
  }

  // MARK: - Arguments and flags

  private mutating func compareArguments(_ old: HelperPrototype, _ new: HelperPrototype, _ place: Place) {
    if old.arguments.count != new.arguments.count {
      note(
        .helperArgumentCount, "\(old.arguments.count) arguments", "\(new.arguments.count) arguments",
        "takes \(new.arguments.count) arguments instead of \(old.arguments.count)", place, [.argumentCount])
    }
    for (index, types) in zip(old.arguments, new.arguments).enumerated() {
      guard let change = pair.typeChange(types.0, types.1) else { continue }
      let aspects: [Difference.GrantAspect] = [.argument(index + 1)]
      let texts = (change.before, change.after)
      let verdict = change.old.without(change.strangers).change(to: change.new.without(change.strangers))
      if !change.strangers.isEmpty, verdict != .tightened {
        let flags = change.strangers.sorted().joined(separator: ", ")
        note(
          .helperArgumentChanged, texts.0, texts.1, "names \(flags) in its arguments, which one of the builds does not know",
          place, aspects, cause: flags)
        continue
      }
      if change.old.isWrite(declaredBy: change.new) {
        note(
          .helperArgumentChanged, texts.0, texts.1,
          "takes no read-only memory in argument \(index + 1) any more, which it writes to", place, aspects)
        continue
      }
      switch verdict {
      case .none: note(.interfaceRemark, texts.0, texts.1, "names the same type otherwise", place, aspects)
      case .tightened: note(.helperArgumentTightened, texts.0, texts.1, "takes less in argument \(index + 1)", place, aspects)
      case .loosened: note(.helperArgumentLoosened, texts.0, texts.1, "takes more in argument \(index + 1)", place, aspects)
      case .unclear: note(.helperArgumentChanged, texts.0, texts.1, "takes another type in argument \(index + 1)", place, aspects)
      }
    }
  }

  /// A truth value of prototypes: whether it restricts who calls the helper, and what is said of it.
  private static let flags: [String: (isRestriction: Bool, set: String, cleared: String)] = [
    "pkt_access": (false, "takes packet pointers", "takes no packet pointers any more"),
    "pkt_access_rdonly": (false, "takes packet pointers", "takes no packet pointers any more"),
    "might_sleep": (true, "may sleep now", "never sleeps any more"),
    "changes_pkt_data": (true, "makes packet pointers invalid", "leaves packet pointers valid"),
    "allow_fastcall": (false, "keeps registers of who calls it", "no longer keeps registers of who calls it"),
    "allow_nocsr": (false, "keeps registers of who calls it", "no longer keeps registers of who calls it"),
  ]

  private mutating func compareFlags(_ old: Set<String>, _ new: Set<String>, _ place: Place) {
    for flag in old.symmetricDifference(new).sorted() {
      let isSet = new.contains(flag)
      let texts = (isSet ? "not \(flag)" : flag, isSet ? flag : "not \(flag)")
      if flag == "gpl_only" {
        note(
          isSet ? .helperGPLOnly : .helperGPLDropped, texts.0, texts.1,
          isSet ? "is only given to programs under the GPL" : "is given to programs under any licence", place, [.flag(flag)])
      } else if flag == "might_sleep", place.situation.isSleepable {
        // As a restriction it is about the program's sections that must not sleep.
        note(
          isSet ? .helperTermsChanged : .helperCallEased, texts.0, texts.1,
          isSet ? "may sleep now" : "never sleeps any more", place, [.flag(flag)])
      } else if let known = Self.flags[flag] {
        note(
          known.isRestriction == isSet ? .helperCallRestricted : .helperCallEased, texts.0, texts.1,
          isSet ? known.set : known.cleared, place, [.flag(flag)])
      } else {
        note(.helperTermsChanged, texts.0, texts.1, isSet ? "is \(flag) now" : "is no longer \(flag)", place, [.flag(flag)])
      }
    }
  }
}

extension GrantTerms {
  /// What who loads the program must bring.
  fileprivate var needs: [String] { capabilities + (needsNoLockdown ? ["a kernel that is not locked down"] : []) }
}
