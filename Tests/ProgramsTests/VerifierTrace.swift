/// What a verifier's log says of the instructions that go through the context or a socket.
struct VerifierTrace {
  /// An instruction, and what its base register holds: `12 ctx`.
  private(set) var accesses: Set<String> = []
  /// The instructions that the verifier looked at.
  private(set) var seen: Set<Int> = []

  /// The numbers of the helpers that are called: `(85) call bpf_map_lookup_elem#1`.
  private(set) var helpers: Set<Int32> = []

  private var frames: [Int: [Int: Substring]] = [:]
  private var frame = 0

  private static let bases: Set<Substring> = ["ctx", "sock", "sock_common", "tcp_sock", "xdp_sock"]

  init(_ log: String) {
    // On kernels from 6.16 on, a listing of live registers stands first: its lines have spaces before the number.
    for line in log.split(separator: "\n")
    where line.first?.isNumber == true || line.hasPrefix("from ") || line.hasPrefix("callee:") {
      read(line)
    }
  }

  private mutating func read(_ line: Substring) {
    if line.hasPrefix("callee:") {
      frames[frame + 1] = [:]
      return
    }
    if line.hasPrefix("from "), let colon = line.firstIndex(of: ":") {
      let state = line[line.index(after: colon)...]
      if state.hasPrefix(" safe") { return }
      frame = Self.frame(in: state) ?? 0
      frames[frame] = [:]
      note(state)
      return
    }
    guard let colon = line.firstIndex(of: ":"), let number = Int(line[..<colon]) else { return }
    let rest = line[line.index(after: colon)...].drop { $0 == " " }
    // `12: (61) r2 = *(u32 *)(r1 +16)  ; R1=ctx() R2=scalar()`, or a state alone.
    guard rest.hasPrefix("("), let end = rest.firstIndex(of: ")"),
      let code = Int(rest.dropFirst().prefix { $0 != ")" }, radix: 16)
    else {
      // The first frame has no number.
      frame = Self.frame(in: rest) ?? 0
      note(rest)
      return
    }
    seen.insert(number)
    let parts = rest[rest.index(after: end)...].split(separator: ";", maxSplits: 1)
    if (1...3).contains(code & 7), let base = Self.base(parts[0]), let held = frames[frame]?[base], Self.bases.contains(held) {
      accesses.insert("\(number) \(held)")
    }
    if code == 0x85, let helper = Self.helper(parts[0]) { helpers.insert(helper) }
    if code == 0x85 { for register in 1...5 { frames[frame]?[register] = nil } }
    guard parts.count > 1 else { return }
    if let found = Self.frame(in: parts[1]) { frame = found } else if parts[1].contains("R") { frame = 0 }
    note(parts[1])
  }

  /// Takes down what registers hold: `R1=ctx() R6_w=sock(id=2)`.
  private mutating func note(_ state: Substring) {
    for word in state.split(separator: " ") where word.hasPrefix("R") {
      guard let sign = word.firstIndex(of: "="), let register = Int(word[..<sign].dropFirst().prefix { $0.isNumber }) else {
        continue
      }
      frames[frame, default: [:]][register] = word[word.index(after: sign)...].prefix { $0.isLetter || $0 == "_" || $0.isNumber }
    }
  }

  /// The register that a load or store goes through: `*(u32 *)(r1 +16)`.
  private static func base(_ text: Substring) -> Int? {
    guard let start = text.firstRange(of: " *)(r") else { return nil }
    return Int(text[start.upperBound...].prefix { $0.isNumber })
  }

  /// The helper that an instruction calls; nil where it calls a subprogram, or a function of the kernel: behind its name stands
  /// the number of its type, which is larger than that of any helper.
  private static func helper(_ text: Substring) -> Int32? {
    guard let start = text.firstRange(of: "call bpf_"), let sign = text[start.upperBound...].firstIndex(of: "#") else {
      return nil
    }
    return Int32(text[text.index(after: sign)...].prefix { $0.isNumber }).flatMap { $0 < 1000 ? $0 : nil }
  }

  private static func frame(in text: Substring) -> Int? {
    guard let start = text.firstRange(of: "frame") else { return nil }
    return Int(text[start.upperBound...].prefix { $0.isNumber })
  }
}
