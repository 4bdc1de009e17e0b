extension HelperValue: CustomStringConvertible {
  /// `ARG_PTR_TO_BTF_ID struct task_struct`, `ARG_PTR_TO_FIXED_SIZE_MEM of 8 bytes`
  public var description: String {
    type + (structure.map { " struct \($0)" } ?? "") + (size.map { " of \($0) bytes" } ?? "")
  }
}

extension HelperPrototype: CustomStringConvertible {
  /// `RET_INTEGER (ARG_PTR_TO_CTX, ARG_ANYTHING)`, and the flags.
  public var description: String {
    "\(result) (\(arguments.map(\.description).joined(separator: ", ")))"
      + (flags.isEmpty ? "" : ", \(flags.joined(separator: ", "))")
  }
}

extension GrantTerms: CustomStringConvertible {
  /// `needs CAP_BPF and CAP_PERFMON; only if it may sleep`; empty where there are none.
  public var description: String {
    var parts: [String] = []
    if !capabilities.isEmpty { parts.append("needs \(capabilities.joined(separator: " and "))") }
    if !lackedCapabilities.isEmpty { parts.append("without \(lackedCapabilities.joined(separator: " or "))") }
    if needsNoLockdown { parts.append("not where the kernel is locked down") }
    if let isSleepable { parts.append(isSleepable ? "only to programs that may sleep" : "only to programs that do not sleep") }
    if !marks.isEmpty { parts.append("sets \(marks.joined(separator: " and "))") }
    if dependsOnTarget { parts.append("depending on what the program is attached to") }
    if isRefused { parts.append("refused by the helper itself") }
    return parts.joined(separator: "; ")
  }
}
