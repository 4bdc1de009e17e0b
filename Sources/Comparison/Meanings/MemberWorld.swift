import ContextABI

/// The kernel members of two builds, put together: which of the old ones the new build still has, which share their bits,
/// and which pointers lead to them.
struct MemberWorld {
  private let old: [String: NamedMember]
  private let new: [String: NamedMember]
  private let oldStructures: [String: [String: StructureMember]]
  private let newStructures: [String: [String: StructureMember]]

  /// - Parameter oldContext: the kernel context of the programs that are compared, on the old side.
  init(old: Snapshot, _ oldContext: String, new: Snapshot, _ newContext: String) {
    self.old = Self.byPath(old.kernel.members[oldContext] ?? [])
    self.new = Self.byPath(new.kernel.members[newContext] ?? [])
    oldStructures = Self.byName(old.kernel.structures)
    newStructures = Self.byName(new.kernel.structures)
  }

  private static func byPath(_ members: [NamedMember]) -> [String: NamedMember] {
    Dictionary(members.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private static func byName(
    _ structures: [String: [StructureMember]]
  ) -> [String: [String: StructureMember]] {
    structures.mapValues { members in
      Dictionary(members.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// What a build says of the member at `path`; the new build's word counts more.
  func member(_ path: String) -> NamedMember? { new[path] ?? old[path] }

  func oldMember(_ path: String) -> NamedMember? { old[path] }
  func newMember(_ path: String) -> NamedMember? { new[path] }

  /// Whether the new build still has the member that the old one names `path`.
  ///
  /// Where the new build's snapshot does not list the structure, because no conversion goes near it, the way there tells:
  /// as long as the pointers on it are still there and lead to the same structures, so does the last one.
  func stillExists(_ path: String) -> Bool {
    if new[path] != nil { return true }
    guard let member = old[path], let structure = member.structure, let name = member.name else {
      return true
    }
    if let known = Self.exists(name, in: structure, newStructures) { return known }
    guard let pointer = pointer(to: member), pointer != path else { return true }
    guard stillExists(pointer) else { return false }
    guard let before = declaredType(of: pointer, in: oldStructures),
      let after = declaredType(of: pointer, in: newStructures)
    else { return true }
    return before == after
  }

  /// The type that a build's structures declare the member at `path` with.
  private func declaredType(
    of path: String, in structures: [String: [String: StructureMember]]
  ) -> String? {
    guard let member = old[path], let structure = member.structure, let name = member.name else {
      return nil
    }
    return structures[structure]?[name]?.type
  }

  /// How many bits the new build's member has that the old build names `path`, where it is listed.
  func newWidth(of path: String) -> Int? {
    guard let member = old[path], let structure = member.structure, let name = member.name,
      !name.contains("[")
    else { return nil }
    return newStructures[structure]?[name]?.bitSize
  }

  /// Whether the old build had the member that the new one names `path`.
  func existedBefore(_ path: String) -> Bool {
    if old[path] != nil { return true }
    guard let member = new[path], let structure = member.structure, let name = member.name else {
      return true
    }
    return Self.exists(name, in: structure, oldStructures) ?? true
  }

  /// Follows a member's path through the listed structures; nil where one on the way is not listed.
  private static func exists(
    _ path: String, in structure: String, _ structures: [String: [String: StructureMember]]
  ) -> Bool? {
    guard let members = structures[structure] else { return nil }
    // Indices don't matter: an array is listed as one member.
    let components = path.split(separator: ".").map { String($0.prefix { $0 != "[" }) }
    for count in (1...max(components.count, 1)).reversed() where count <= components.count {
      let name = components[..<count].joined(separator: ".")
      guard let member = members[name] else { continue }
      let rest = components[count...].joined(separator: ".")
      if rest.isEmpty { return true }
      return exists(rest, in: structureName(of: member.type), structures)
    }
    return false
  }

  /// The structure's name in a type as C spells it: `struct sock_common`, `struct in6_addr[2]`.
  private static func structureName(of type: String) -> String {
    var name = type
    if let bracket = name.firstIndex(of: "[") { name = String(name[..<bracket]) }
    for prefix in ["const ", "volatile ", "struct ", "union "] where name.hasPrefix(prefix) {
      name = String(name.dropFirst(prefix.count))
    }
    return name.trimmingSpaces
  }

  /// The member whose null makes an access to `member` a fault: the pointer on the way to it that is itself a member.
  func pointer(to member: NamedMember) -> String? {
    var text = member.pointer
    // tcp_sock(ctx->sk): what is in the parentheses is the pointer.
    while let open = text.firstIndex(of: "("), text.hasSuffix(")") {
      text = String(text[text.index(after: open)...].dropLast())
    }
    guard let pointer = self.member(text), pointer.width == 64, pointer.structure != nil else {
      return nil
    }
    return text
  }

  /// The bits that `path` shares with other members of the union that it is in: the union, and where in it.
  func overlap(of path: String) -> (union: String, bitOffset: Int, width: Int)? {
    guard let member = member(path), let structure = member.structure, let name = member.name else {
      return nil
    }
    let known = newStructures[structure] ?? oldStructures[structure]
    guard let listed = known?[name], let overlap = listed.overlap else { return nil }
    return ("\(member.pointer) \(overlap.group)", overlap.bitOffset, listed.bitSize)
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
