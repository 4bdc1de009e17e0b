import ContextABI

/// A difference of meaning, of one access of one program, before it is put together with those that have the same cause.
struct MeaningObservation {
  /// What was done to the conversion.
  enum Edit: Hashable {
    case meaning(MeaningEdit)
    /// It leaves other values in registers.
    case registers
  }

  let rule: Rule
  let field: String
  let program: String
  let access: AccessTable.Spot
  let before: Meaning
  let after: Meaning
  let edit: Edit
  let witness: String?
  /// What the finding says besides.
  let remark: String?
  /// How the finding is told, where not by the edit.
  let title: Observation.Title?
  /// What is said of the change.
  let changeRemark: String?
  /// The registers with which alone it shows; nil for any.
  let registers: AccessRegisters?
  /// Whether another observation of the same access tells it.
  let isOnlyClaimed: Bool
  let kernelContext: String
  let claims: [Difference]

  /// Puts observations of one context together by their causes.
  ///
  /// An edit of a condition is one cause for all fields that it was made to. What was edited at one field alone is one cause,
  /// whatever the edit looks like from a read, a part or a store.
  static func observations(_ seen: [MeaningObservation], in context: String) -> [Observation] {
    var fieldsOfEdit: [EditKey: Set<String>] = [:]
    for one in seen { fieldsOfEdit[EditKey(one), default: []].insert(one.field) }
    var editsOfField: [FieldKey: Set<EditKey>] = [:]
    for one in seen where fieldsOfEdit[EditKey(one)]?.count == 1 {
      editsOfField[FieldKey(one), default: []].insert(EditKey(one))
    }
    return seen.map { one in
      let key = EditKey(one)
      let isAlone = fieldsOfEdit[key]?.count == 1
      let edits = isAlone ? editsOfField[FieldKey(one)] ?? [key] : [key]
      return one.observation(in: context, edits: edits, isOfOneField: isAlone)
    }
  }

  private struct EditKey: Hashable {
    let rule: String
    let edit: Edit
    let title: Observation.Title?

    init(_ one: MeaningObservation) {
      rule = one.rule.id
      edit = one.edit
      title = one.title
    }
  }

  private struct FieldKey: Hashable {
    let rule: String
    let field: String

    init(_ one: MeaningObservation) {
      rule = one.rule.id
      field = one.field
    }
  }

  private func observation(in context: String, edits: Set<EditKey>, isOfOneField: Bool) -> Observation {
    let several = edits.count > 1 ? MeaningEdit.members(of: edits.compactMap(\.edit.meaning)) : nil
    let title = title ?? several.map { Self.title($0, rule, access.kind.isWrite) } ?? editTitle
    let cause =
      isOfOneField
      ? Observation.Cause(edits.count > 1 ? "several" : "\(edit) \(self.title.map { "\($0)" } ?? "")", field: field)
      : Observation.Cause("\(edit) \(self.title.map { "\($0)" } ?? "")")
    return Observation(
      rule: rule, context: context, field: field, programs: [program], access: access, before: before.description,
      after: after.description, witness: witness, remark: changeRemark, title: title, findingRemark: remark, cause: cause,
      claims: claims, option: optionTrace)
  }

  /// What tells the option of the configuration that decides, where one may.
  private var optionTrace: Observation.OptionTrace? {
    if case .meaning(.constant) = edit {
      return .init(kernelContext: kernelContext, members: before.members.map(\.path), isOff: true)
    }
    if before.plainConstant != nil, after.plainConstant == nil {
      return .init(kernelContext: kernelContext, members: after.members.map(\.path), isOff: false)
    }
    return nil
  }

  private var editTitle: Observation.Title {
    switch edit {
    case .meaning(let edit): return Self.title(edit, rule, access.kind.isWrite)
    case .registers:
      switch rule.id {
      case Rule.sameRegisterCorrected.id:
        return .fields(
          one: "gives the same into the context register now, too", many: "give the same into the context register now, too")
      case Rule.registerRestored.id:
        return .fields(one: "no longer changes another register", many: "no longer change another register")
      case Rule.registerChanged.id:
        return .fields(one: "changes another register", many: "change another register")
      default:
        return .fields(
          one: "gives something else where it is read into the context register",
          many: "give something else where they are read into the context register")
      }
    }
  }

  /// How an edit is told of one field, and of many.
  private static func title(_ edit: MeaningEdit, _ rule: Rule, _ isStore: Bool) -> Observation.Title {
    switch rule.id {
    case Rule.meaningRewritten.id:
      return .fields(one: "is computed in another way, and the same", many: "are computed in another way, and the same")
    case Rule.faultChanged.id:
      return .fields(one: "no longer follows a null pointer where it did", many: "no longer follow a null pointer where they did")
    case Rule.rangeWidened.id: return .fields(one: "can have more values", many: "can have more values")
    default: break
    }
    let (one, many) = edit.verbs(isStore: isStore)
    return .fields(one: one, many: many)
  }
}

extension MeaningObservation.Edit {
  /// The edit of the meaning, nil where registers are all that differs.
  var meaning: MeaningEdit? { if case .meaning(let edit) = self { edit } else { nil } }
}

extension MeaningVerdict {
  /// The values for which the two meanings differ.
  var witness: Witness? {
    switch self {
    case .changed(let witness), .changedOnFaults(let witness), .hangsOnNewMembers(_, let witness): witness
    case .undecided(_, let witness): witness
    case .rewritten, .membersReplaced, .widened, .constant, .configured: nil
    }
  }

  /// The rule that tells it, what the finding says besides, and how it is told where that is not by the edit.
  var judged: (rule: Rule, remark: String?, sentence: Observation.Title?) {
    switch self {
    case .rewritten(let certainty): (.meaningRewritten, "other instructions, \(certainty.text)", nil)
    case .undecided(let reason, nil):
      (
        .meaningUndecided, reason,
        .fields(one: "is computed in another way, perhaps the same", many: "are computed in another way, perhaps the same")
      )
    case .undecided(let reason, _?): (.meaningUndecided, reason, nil)
    case .changed: (.meaningChanged, nil, nil)
    case .hangsOnNewMembers(let members, _):
      (
        .dependsOnNewMember,
        "\(members.joined(separator: ", ")) \(members.count == 1 ? "is" : "are") new: the old build has nothing to compare with",
        nil
      )
    case .changedOnFaults(let witness):
      (.faultChanged, witness.notProved.map { "not proved that nothing differs elsewhere: \($0)" }, nil)
    case .membersReplaced(let gone): (.meaningUnprovable, "gone: \(gone.joined(separator: ", "))", nil)
    case .widened(let reason): (.rangeWidened, reason, nil)
    case .constant(let first, let second):
      (
        .constantChanged, nil,
        .fields(one: "is always \(second) instead of \(first)", many: "are always \(second) instead of \(first)")
      )
    case .configured(let option, let first, let second):
      (
        .configuredConstantChanged, "\(second) instead of \(first), as \(option) says",
        .fields(one: "follows \(option)", many: "follow \(option)")
      )
    }
  }
}
