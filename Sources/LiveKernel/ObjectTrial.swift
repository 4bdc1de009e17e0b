import CLibbpf

/// Loads the programs of a BPF object into the running kernel, one by one, to see what its verifier says. None is attached,
/// and none outlives the call.
public struct ObjectTrial: Sendable {
  /// What became of a program.
  public struct Outcome: Sendable {
    /// The name of its function.
    public let program: String
    public let isRefused: Bool
    /// The verifier's log with the state of the registers at each instruction (`BPF_LOG_LEVEL2`).
    public let log: String
  }

  /// Longer logs are cut off.
  private static let logLimit = 32 << 20

  private let path: String

  public init(path: String) {
    self.path = path
    _ = libbpf_set_print(nil)
  }

  /// Loads each program; nil where libbpf can't open the object.
  public func outcomes() -> [Outcome]? {
    programs()?.compactMap(outcome)
  }

  private func programs() -> [String]? {
    guard let object = bpf_object__open_file(path, nil) else { return nil }
    defer { bpf_object__close(object) }
    var result: [String] = []
    var program = bpf_object__next_program(object, nil)
    while let current = program {
      if let name = bpf_program__name(current) { result.append(String(cString: name)) }
      program = bpf_object__next_program(object, current)
    }
    return result
  }

  private func outcome(_ wanted: String) -> Outcome? {
    guard let object = bpf_object__open_file(path, nil) else { return nil }
    defer { bpf_object__close(object) }
    var log = [CChar](repeating: 0, count: Self.logLimit)
    return log.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return nil }
      var program = bpf_object__next_program(object, nil)
      while let current = program {
        let isWanted = bpf_program__name(current).map { String(cString: $0) } == wanted
        _ = bpf_program__set_autoload(current, isWanted)
        if isWanted {
          _ = bpf_program__set_log_buf(current, start, buffer.count)
          _ = bpf_program__set_log_level(current, 2)
        }
        program = bpf_object__next_program(object, current)
      }
      let status = bpf_object__load(object)
      return Outcome(program: wanted, isRefused: status != 0, log: String(cString: start))
    }
  }
}
