import ContextABI

/// Values of kernel members for which two meanings do different things.
struct Witness: Sendable, Hashable {
  /// A variable that decides: a kernel member by its path, `value`, or a register.
  struct Value: Sendable, Hashable {
    let name: String
    let value: UInt64
    /// A pointer that is null, or not, and whose address does not matter.
    let isPointer: Bool

    var text: String {
      if isPointer { return value == 0 ? "\(name) is null" : "\(name) is not null" }
      return "\(name) = \(Witness.number(value))"
    }
  }

  /// Every variable that decides here, those that are 0 too: what is tested on the ways that the two meanings take, what is
  /// read on them and makes a difference, and null pointers.
  let values: [Value]
  let before: EvaluatedOutcome
  let after: EvaluatedOutcome
  /// The kernel members among the variables that decide, by path.
  let decisive: [String]
  /// Of a difference where the old meaning faults: why it is not proved that there is none elsewhere; nil where it is.
  var notProved: String?

  /// `with skb->tstamp_type = 2: was 0, is 2`
  var text: String { "\(conditions): was \(Self.describe(before)), is \(Self.describe(after))" }

  /// `with skb->tstamp_type = 2`
  var conditions: String {
    values.isEmpty ? "always" : "with \(values.map(\.text).joined(separator: ", "))"
  }

  static func number(_ value: UInt64) -> String {
    value < 0x10000 ? "\(value)" : "0x\(String(value, radix: 16))"
  }

  private static func describe(_ outcome: EvaluatedOutcome) -> String {
    switch outcome {
    case .fault: return "a fault (null pointer)"
    case .done(let result, let changes):
      let texts = changes.map { "\($0.target) = \(number($0.value))" }.sorted()
      guard let result else { return texts.isEmpty ? "nothing" : texts.joined(separator: ", ") }
      return ([number(result)] + texts).joined(separator: ", ")
    }
  }
}
