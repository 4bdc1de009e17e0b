import TypeGraph

/// The names of values that are an enumerator with flags added: register types, and what helpers take and return (`enum
/// bpf_reg_type`, `bpf_arg_type`, `bpf_return_type` and, since 5.17, `bpf_type_flag`).
struct FlaggedNames {
  private let names: [UInt32: String]
  private let flags: [(bit: UInt32, name: String)]

  init(types: [TypeNode.Enumerator], flags: [TypeNode.Enumerator]) {
    var names: [UInt32: String] = [:]
    for enumerator in types where !enumerator.name.hasPrefix("__") {
      let value = UInt32(truncatingIfNeeded: enumerator.value)
      if names[value] == nil { names[value] = enumerator.name }
    }
    self.names = names
    // The end markers of the enumeration (`__BPF_TYPE_FLAG_MAX`) are no flags.
    self.flags = flags.compactMap { enumerator in
      let bit = UInt32(truncatingIfNeeded: enumerator.value)
      guard bit.nonzeroBitCount == 1, !enumerator.name.hasPrefix("__") else { return nil }
      return (bit, enumerator.name)
    }.sorted { $0.bit < $1.bit }
  }

  /// The value of an enumerator, and of a flag's, where this kernel has it.
  func value(of name: String) -> UInt32? { names.first { $0.value == name }?.key }
  func value(ofFlag name: String) -> UInt32? { flags.first { $0.name == name }?.bit }

  /// The enumerator of `value`; a value with flags that has none of its own is an enumerator and the flags: `PTR_TO_BTF_ID
  /// | PTR_TRUSTED`. nil for a value that has neither.
  func name(of value: UInt32) -> String? {
    names[value] ?? parts(of: value)?.joined(separator: " | ")
  }

  /// The enumerator and the flags that make `value`; nil where it has no flags.
  func parts(of value: UInt32) -> [String]? {
    var rest = value
    var parts: [String] = []
    for flag in flags where rest & flag.bit != 0 {
      rest &= ~flag.bit
      parts.append(flag.name)
    }
    guard let base = names[rest], !parts.isEmpty else { return nil }
    return [base] + parts
  }
}
