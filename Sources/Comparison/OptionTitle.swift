/// The title of what an option of the configuration took away or brought: `CONFIG_IPV6 is off: 28 fields of bpf_sock read a
/// constant, 8 fields of bpf_sk_lookup are refused`.
struct OptionTitle: Hashable {
  /// `CONFIG_IPV6 is off`
  let reason: String
  let isOff: Bool

  /// What a change says that goes with an option, where it is no constant.
  static let unsupported = "no longer supported"
  static let refused = "no longer accepted"
  static let unseen = "no longer seen by any program"

  func text(_ changes: [Change]) -> String {
    let types = changes.filter { $0.context == Change.programs }
    let structures = changes.filter { $0.after == Self.unseen }
    let refused = changes.filter { $0.after == Self.refused || (!isOff && $0.before == nil && $0.context != Change.programs) }
    let values = changes.filter { !types.contains($0) && !structures.contains($0) && !refused.contains($0) }
    let parts: [(changes: [Change], title: Observation.Title)] = [
      (
        types,
        .things(
          noun: "program type", plural: "program types", one: isOff ? "is no longer supported" : "is new",
          many: isOff ? "are no longer supported" : "are new")
      ),
      (
        values,
        isOff
          ? .fields(one: "reads a constant", many: "read a constant")
          : .fields(one: "reads more than a constant", many: "read more than a constant")
      ),
      (
        refused,
        isOff ? .fields(one: "is refused", many: "are refused") : .fields(one: "is accepted", many: "are accepted")
      ),
      (
        types.isEmpty ? structures : [],
        .things(noun: "structure", plural: "structures", one: "is no longer seen", many: "are no longer seen")
      ),
    ]
    let texts = parts.filter { !$0.changes.isEmpty }.map { FindingCollector.title([$0.title], $0.changes) }
    return "\(reason): \(texts.joined(separator: ", "))"
  }
}
