import TypeGraph

/// The names of the verifier's register types (`enum bpf_reg_type` and, since 5.17, `enum bpf_type_flag`).
struct RegisterTypes {
  /// The value of `SCALAR_VALUE`, which a register has before a callback says otherwise.
  let scalar: UInt32
  private let names: FlaggedNames

  init(types: [TypeNode.Enumerator], flags: [TypeNode.Enumerator]) {
    names = FlaggedNames(types: types, flags: flags)
    scalar = names.value(of: "SCALAR_VALUE") ?? 1
  }

  /// The value of a register type's enumerator, and of a flag's, where this kernel has it.
  func value(of name: String) -> UInt32? { names.value(of: name) }
  func value(ofFlag name: String) -> UInt32? { names.value(ofFlag: name) }

  /// The enumerator of `value`; a type with flags that has none of its own is the type and the flags: `PTR_TO_BTF_ID |
  /// PTR_TRUSTED`. A value that no enumerator has stays a number.
  func name(of value: UInt32) -> String { names.name(of: value) ?? "register type \(value)" }
}
