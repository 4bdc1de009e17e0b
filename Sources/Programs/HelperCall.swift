import CLibbpf

/// A helper function of the kernel that a compiled program calls: the first call of each.
public struct HelperCall: Hashable, Sendable {
  /// The helper's value in `enum bpf_func_id`.
  public var helper: Int32
  /// The number of the first instruction that calls it, as in the verifier's log of the program.
  public var instruction: Int
  public var line: SourceLine?
  /// What must hold of a build for a call to be reached: all of one of these lists. Empty: one always is.
  public var guards: [[Guard]] = []
  /// Whether a call is reached whatever a build answers to what no snapshot tells: relocations of kernel types, options of the
  /// configuration, functions that it may have or not.
  public var isCertain = true

  public init(helper: Int32, instruction: Int, line: SourceLine? = nil, guards: [[Guard]] = [], isCertain: Bool = true) {
    self.helper = helper
    self.instruction = instruction
    self.line = line
    self.guards = guards
    self.isCertain = isCertain
  }

  public var codePlace: CodePlace { CodePlace(instruction: instruction, line: line) }

  /// `bpf_skb_load_bytes`; `helper 250` for one that this program was not built to know.
  public var name: String { ctxabi_helper_name(helper).map { "bpf_" + String(cString: $0) } ?? "helper \(helper)" }
}

/// A call as an analysis finds it: `HelperCall` without its place.
struct FoundCall {
  var instruction: Int
  var guards: [[Guard]]
  var isCertain: Bool

  /// Another call of the same helper.
  mutating func join(_ instruction: Int, _ guards: [Guard], isCertain: Bool) {
    self.instruction = min(self.instruction, instruction)
    self.isCertain = self.isCertain || isCertain
    self.guards.join(guards)
  }
}

extension [[Guard]] {
  /// Adds a way to get somewhere; keeps only what is not said by something weaker.
  mutating func join(_ guards: [Guard]) {
    guard !contains(where: { $0.allSatisfy(guards.contains) }) else { return }
    removeAll { guards.allSatisfy($0.contains) }
    append(guards)
  }
}
