import ContextABI

/// Two interfaces, with what can be compared of them.
struct InterfacePair {
  let old: ProgramInterface
  let new: ProgramInterface
  /// By name.
  let oldHelpers: [String: HelperFunction]
  let newHelpers: [String: HelperFunction]
  /// The programs that both have.
  let programs: [InterfaceProgram]
  /// The flags of types that both use.
  private let commonFlags: Set<String>
  /// The enumerators that do not stand for the same on both sides.
  private let renamed: Set<String>
  /// What was compared before: all program types get the same few prototypes.
  private let changes = TypeChangeTable()
  /// What is not known of a program, on either side.
  private let unknown: [String: UnknownRecords]

  /// nil where nobody asked one of the builds, or where it could not be asked.
  init?(_ old: Snapshot, _ new: Snapshot) {
    guard let before = old.interface, let after = new.interface, !before.programs.isEmpty, !after.programs.isEmpty else {
      return nil
    }
    self.old = before
    self.new = after
    renamed = Set(before.combinations.keys).union(after.combinations.keys).filter {
      before.combinations[$0] != after.combinations[$0]
    }
    commonFlags = Self.flags(of: before).intersection(Self.flags(of: after))
    oldHelpers = Self.helpers(of: before)
    newHelpers = Self.helpers(of: after)
    let names = Set(after.programs.map(\.name))
    programs = before.programs.filter { names.contains($0.name) }
    unknown = Dictionary(
      programs.map { ($0.name, old.unknown(of: $0.name).union(new.unknown(of: $0.name))) },
      uniquingKeysWith: { first, _ in first })
  }

  private static func helpers(of interface: ProgramInterface) -> [String: HelperFunction] {
    Dictionary(interface.helpers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Two types of the builds, where they are not the same by name and by what they stand for.
  func typeChange(_ old: HelperValue, _ new: HelperValue) -> TypeChange? {
    if old == new && !isRenamed(old) { return nil }
    return changes.change(old, new) { compareTypes(old, new) }
  }

  /// Whether the name of a type stands for something else in the new build.
  private func isRenamed(_ value: HelperValue) -> Bool {
    !renamed.isEmpty && renamed.contains(HelperType.firstName(value.type))
  }

  private func compareTypes(_ old: HelperValue, _ new: HelperValue) -> TypeChange? {
    var (before, after) = (HelperType(old, self.old.combinations), HelperType(new, self.new.combinations))
    // Objects that were not linked to a kernel have no BTF ids yet (resolve_btfids): of which structure it is, one side alone tells.
    if (before.structure == nil) != (after.structure == nil) {
      (before, after) = (before.withoutStructure, after.withoutStructure)
    }
    if old == new && before == after { return nil }
    // The name alone may hide what has changed.
    let texts = old == new ? (before.description, after.description) : (old.description, new.description)
    return TypeChange(
      old: before, new: after, before: texts.0, after: texts.1,
      strangers: before.flags.symmetricDifference(after.flags).subtracting(commonFlags))
  }

  struct TypeChange {
    let old: HelperType
    let new: HelperType
    let before: String
    let after: String
    /// Flags that differ, and that one of the builds has nowhere: there its types say nothing of what they stand for.
    let strangers: Set<String>
  }

  private static func flags(of interface: ProgramInterface) -> Set<String> {
    let prototypes = interface.helpers.flatMap(\.grants).compactMap(\.prototype)
    let values = Set(prototypes.flatMap { [$0.result] + $0.arguments })
    return Set(values.flatMap { HelperType($0, interface.combinations).flags })
  }

  /// Whether a helper is given in the same way, as far as the records tell.
  func isSame(_ helper: HelperFunction, _ other: HelperFunction) -> Bool {
    helper.grants == other.grants && old.combinations == new.combinations
  }

  var programNames: Set<String> { Set(programs.map(\.name)) }

  func isUnknown(_ helper: String, of program: String) -> Bool {
    unknown[program]?.contains(helper: helper) ?? false
  }

  /// The programs of which it is known what the kernel adds to them.
  var programsWithKnownAdditions: Set<String> { programNames.filter { unknown[$0]?.hasAdditions != true } }
}

/// The changes of types that were told before.
private final class TypeChangeTable {
  private struct Types: Hashable {
    let old: HelperValue
    let new: HelperValue
  }

  private var changes: [Types: InterfacePair.TypeChange?] = [:]

  func change(
    _ old: HelperValue, _ new: HelperValue, _ compare: () -> InterfacePair.TypeChange?
  ) -> InterfacePair.TypeChange? {
    let types = Types(old: old, new: new)
    if let known = changes[types] { return known }
    let change = compare()
    changes[types] = .some(change)
    return change
  }
}
