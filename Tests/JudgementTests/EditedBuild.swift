import ContextABI
import Testing

/// A kernel build whose ABI is edited by hand, as a patch of its source would change it.
struct EditedBuild {
  var snapshot: Snapshot

  init(_ name: String) throws { snapshot = try CommittedBaselines.snapshot(name) }

  /// Changes what accesses to a field mean, wherever they mean `old`.
  mutating func meaning(
    _ field: String, _ kind: AccessKind, _ old: String, _ new: String, at offset: Int? = nil
  ) throws {
    let meaning = try self.meaning(new)
    try rules(field, kind) { rule in
      guard rule.meaning.description == old, offset == nil || rule.offset == offset else { return false }
      rule.meaning = meaning
      return true
    }
  }

  /// Changes what happens where destination and source are one register.
  mutating func sameRegister(_ field: String, _ text: String?) throws {
    let deviations = try text.map { [RegisterDeviation(registers: .same, meaning: try meaning($0))] } ?? []
    try rules(field, .read) { rule in
      rule.deviations = deviations
      return true
    }
  }

  /// Changes the rules of a field for a kind of access; `change` says whether it did. One rule at least must be changed.
  mutating func rules(_ field: String, _ kind: AccessKind, _ change: (inout AccessRule) -> Bool) throws {
    let parts = field.split(separator: ".", maxSplits: 1).map(String.init)
    let context = try self.context(parts[0])
    var changed = 0
    for index in snapshot.contexts[context].rules.indices {
      guard snapshot.contexts[context].rules[index].field == parts[1],
        snapshot.contexts[context].rules[index].kinds.contains(kind)
      else { continue }
      if change(&snapshot.contexts[context].rules[index]) { changed += 1 }
    }
    try #require(changed > 0, "no rule of \(field) was changed")
  }

  /// Takes the programs of these types out of a field's rules for a kind of access.
  mutating func refuse(_ field: String, _ kind: AccessKind, to types: Set<String>? = nil) throws {
    try rules(field, kind) { rule in
      let count = rule.programs.count
      rule.programs.removeAll { name in types?.contains(String(name.prefix { $0 != "/" && $0 != "+" })) ?? true }
      return rule.programs.count < count
    }
    try dropEmptyRules(field)
  }

  /// Another access to a field, as one that it has.
  mutating func accept(_ field: String, _ kind: AccessKind, _ change: (inout AccessRule) -> Void) throws {
    let parts = field.split(separator: ".", maxSplits: 1).map(String.init)
    let context = try self.context(parts[0])
    var rule = try #require(
      snapshot.contexts[context].rules.first { $0.field == parts[1] && $0.kinds.contains(kind) })
    change(&rule)
    snapshot.contexts[context].rules.append(rule)
  }

  /// Gives a kernel structure a member.
  mutating func member(
    _ path: String, of pointer: String, _ structure: String, bits: Int, at bitOffset: Int, type: String = "u8"
  ) {
    let name = String(path.split(separator: ">").last ?? "")
    for kernelContext in snapshot.kernel.members.keys
    where snapshot.kernel.members[kernelContext]?.contains(where: { $0.pointer == pointer && $0.structure == structure })
      == true
    {
      snapshot.kernel.members[kernelContext]?.append(
        NamedMember(
          path: path, width: bits, pointer: pointer, structure: structure, name: name, bitOffset: bitOffset, type: type))
    }
    snapshot.kernel.structures[structure]?.append(StructureMember(name: name, bitSize: bits, type: type, overlap: nil))
  }

  /// Takes a member from a kernel structure.
  mutating func removeMember(_ name: String, of structure: String) throws {
    let count = snapshot.kernel.structures[structure]?.count
    snapshot.kernel.structures[structure]?.removeAll { $0.name == name }
    try #require(snapshot.kernel.structures[structure]?.count != count, "\(structure) has no \(name)")
    for kernelContext in snapshot.kernel.members.keys {
      snapshot.kernel.members[kernelContext]?.removeAll { $0.structure == structure && $0.name == name }
    }
  }

  /// Changes a context's layout, and the member `name` of it.
  mutating func layout(_ name: String, _ change: (inout Layout) throws -> Void) throws {
    try change(&snapshot.contexts[try context(name)].layout)
  }

  func context(_ name: String) throws -> Int {
    try #require(snapshot.contexts.firstIndex { $0.name == name }, "no \(name)")
  }

  func meaning(_ text: String) throws -> Meaning {
    let widths = Dictionary(
      snapshot.kernel.members.values.joined().map { ($0.path, $0.width) }, uniquingKeysWith: { first, _ in first })
    // The context pointer itself, left in a register.
    return try Meaning(text: text) { $0 == "ctx" ? 64 : widths[$0] }
  }

  private mutating func dropEmptyRules(_ field: String) throws {
    let context = try self.context(String(field.prefix { $0 != "." }))
    snapshot.contexts[context].rules.removeAll { $0.programs.isEmpty }
  }
}

extension Layout {
  /// The place of a member.
  func index(of name: String) throws -> Int { try #require(members.firstIndex { $0.name == name }, "no \(name)") }
}
