import ContextABI

/// The type of a helper's argument or result, taken apart, so that two names for one type are equal.
///
/// What an enumerator stands for is the build's to say (`ProgramInterface.combinations`). Kernels before flags had enumerators of
/// their own, whose names are made by rules (include/linux/bpf.h): `ARG_PTR_TO_UNINIT_MEM` is `ARG_PTR_TO_MEM | MEM_UNINIT`.
struct HelperType: Hashable {
  let base: String
  let flags: Set<String>
  let size: Int
  let structure: String?

  init(_ value: HelperValue, _ combinations: [String: [String]]) {
    var parts = Self.names(value.type)
    if let first = parts.first, let whole = combinations[first] { parts = whole + parts.dropFirst() }
    var base = parts.isEmpty ? "" : parts.removeFirst()
    var flags = Set(parts)
    if base.hasSuffix("_OR_NULL") {
      base.removeLast(8)
      flags.insert("PTR_MAYBE_NULL")
    }
    if base.hasSuffix("_TRUSTED") {
      base.removeLast(8)
      flags.insert("PTR_TRUSTED")
    }
    for (infix, flag) in [("_UNINIT_", "MEM_UNINIT"), ("_FIXED_SIZE_", "MEM_FIXED_SIZE")]
    where base.utf8.firstRange(of: infix.utf8) != nil {
      base = base.replacing(infix, with: "_")
      flags.insert(flag)
    }
    self.base = base
    self.flags = flags
    size = value.size ?? 0
    structure = value.structure
  }

  /// The enumerators and flags that a type's text lists.
  private static func names(_ text: String) -> [String] {
    text.utf8.split(separator: UInt8(ascii: "|")).map { part in
      let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") }
      guard let last = part.lastIndex(where: { !isSpace($0) }) else { return "" }
      return String(Substring(part[...last].drop(while: isSpace)))
    }
  }

  /// The enumerator that a type's text begins with.
  static func firstName(_ text: String) -> String { names(text).first ?? "" }

  /// The type with every flag by its own name.
  var description: String {
    ([base] + flags.sorted()).joined(separator: " | ") + (structure.map { " struct \($0)" } ?? "")
      + (size > 0 ? " of \(size) bytes" : "")
  }

  /// What a change of an argument means for who calls the helper.
  enum Change { case none, tightened, loosened, unclear }

  /// What programs may pass where an argument of type `self` has become `new`.
  func change(to new: HelperType) -> Change {
    var changes: Set<Change> = []
    if base != new.base { changes.insert(Self.changeOfBase(base, new.base)) }
    if structure != new.structure { changes.insert(.unclear) }
    // More memory than before must be there.
    if size != new.size { changes.insert(size < new.size ? .tightened : .loosened) }
    for flag in flags.subtracting(new.flags) { changes.insert(accepts(flag) ? .tightened : Self.reverse(flag)) }
    for flag in new.flags.subtracting(flags) { changes.insert(accepts(flag) ? .loosened : Self.added(flag)) }
    if changes.contains(.unclear) { return .unclear }
    return changes.contains(.tightened) ? .tightened : changes.contains(.loosened) ? .loosened : .none
  }

  /// Whether more is taken with the flag than without. Of a dynptr and the like MEM_RDONLY says what the helper does with it.
  private func accepts(_ flag: String) -> Bool {
    Self.accepting.contains(flag) && (flag != "MEM_RDONLY" || base.hasSuffix("_MEM"))
  }

  /// Whether `new` differs by saying that the helper writes to the memory, and takes nothing less but memory that is read-only:
  /// which the helper wrote to before, too (`check_map_access_type`, kernel/bpf/verifier.c, asked for reading).
  func isWrite(declaredBy new: HelperType) -> Bool {
    guard !flags.contains("MEM_WRITE"), new.flags.contains("MEM_WRITE") else { return false }
    let rest = without(["MEM_RDONLY"]).change(to: new.without(["MEM_WRITE"]))
    return rest == .none || rest == .loosened
  }

  /// Flags of an argument with which more is taken than without.
  private static let accepting: Set<String> = ["PTR_MAYBE_NULL", "MEM_RDONLY", "MEM_UNINIT"]
  /// Flags with which less is taken: the helper writes to the memory, wants it aligned, or takes a reference away.
  private static let demanding: Set<String> = ["MEM_WRITE", "MEM_ALIGNED", "OBJ_RELEASE"]
  /// How the size of the memory is told; the size itself is compared.
  private static let neutral: Set<String> = ["MEM_FIXED_SIZE"]

  private static func added(_ flag: String) -> Change {
    demanding.contains(flag) ? .tightened : neutral.contains(flag) ? .none : .unclear
  }

  private static func reverse(_ flag: String) -> Change {
    demanding.contains(flag) ? .loosened : neutral.contains(flag) ? .none : .unclear
  }

  private static func changeOfBase(_ old: String, _ new: String) -> Change {
    // What takes the second takes the first, too (check_reg_type, kernel/bpf/verifier.c).
    let wider: Set<[String]> = [
      ["ARG_CONST_SIZE", "ARG_CONST_SIZE_OR_ZERO"], ["ARG_PTR_TO_SOCK_COMMON", "ARG_PTR_TO_BTF_ID_SOCK_COMMON"],
      ["ARG_PTR_TO_SOCKET", "ARG_PTR_TO_SOCK_COMMON"], ["ARG_PTR_TO_SOCKET", "ARG_PTR_TO_BTF_ID_SOCK_COMMON"],
    ]
    if new == "ARG_ANYTHING" || wider.contains([old, new]) { return .loosened }
    if old == "ARG_ANYTHING" || wider.contains([new, old]) { return .tightened }
    return .unclear
  }

  /// The type, whatever structure it is of.
  var withoutStructure: HelperType { HelperType(base: base, flags: flags, size: size, structure: nil) }

  /// The type apart from these flags.
  func without(_ flags: Set<String>) -> HelperType {
    HelperType(base: base, flags: self.flags.subtracting(flags), size: size, structure: structure)
  }

  var mayBeNull: Bool { flags.contains("PTR_MAYBE_NULL") }
  var isPointer: Bool { base.contains("_PTR_TO_") }

  /// The type apart from whether it may be null.
  var withoutNull: HelperType { without(["PTR_MAYBE_NULL"]) }

  /// Whether `new` is the same pointer, and trusted besides.
  func isTrusted(as new: HelperType) -> Bool {
    new == HelperType(base: base, flags: flags.union(["PTR_TRUSTED"]), size: size, structure: structure)
  }

  private init(base: String, flags: Set<String>, size: Int, structure: String?) {
    self.base = base
    self.flags = flags
    self.size = size
    self.structure = structure
  }
}
