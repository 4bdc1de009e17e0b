import Compatibility
import ContextABI
import Foundation
import LiveKernel
import Programs
import TestSupport
import Testing

/// The running kernel's verifier says which programs it refuses for an access to a context or a socket, and so does what is
/// said of the programs on the running kernel's own snapshot.
@Suite(.enabled(if: LiveMachine.isAsked)) struct RefusalOracleTests {
  /// What became of the programs of some objects, by what was said of them, and by the verifier.
  private struct Tally {
    var counts: [String: Int] = [:]
    /// Programs of which the two do not say the same.
    var differences: [String] = []

    mutating func add(_ path: String, on rules: BuildRules) throws {
      let programs = Dictionary(
        try ProgramObject(path: path).programs.map { ($0.name, ProgramUses($0, of: path)) },
        uniquingKeysWith: { first, _ in first })
      for outcome in ObjectTrial(path: path).outcomes() ?? [] {
        guard let program = programs[outcome.program] else { continue }
        let judgement = program.judged(on: rules)
        let refusal = outcome.isRefused ? VerifierRefusal(outcome.log) : nil
        counts["\(refusal?.kind.rawValue ?? "taken"), said: \(judgement.verdict.rawValue)", default: 0] += 1
        switch (refusal?.kind, judgement.verdict) {
        // An offset that we can't tell, the verifier may know from what it knows of numbers' ranges.
        case (.access?, .unknown) where judgement.judgements.contains { $0.offset == nil }: break
        case (nil, .refused), (.access?, .loads), (.access?, .unknown), (.otherwise?, .refused):
          differences.append(
            "\(program.object): \(program.program): \(refusal?.words ?? "taken"); said: \(judgement.verdict): \(judgement.reason ?? "")"
          )
        default: break
        }
      }
    }
  }

  @Test func programsOfOurOwn() throws {
    let path = try BPFObject.compile(
      Structures.skb + """
        #define PROGRAM(section, name, code) \\
          SEC(section) __attribute__((naked)) int name(void *ctx) { asm volatile(code "; r0 = 0; exit"); }
        PROGRAM("tc", taken, "r1 = *(u32 *)(r1 + 8)")
        PROGRAM("tc", too_wide, "r1 = *(u64 *)(r1 + 8)")
        PROGRAM("tc", read_only, "r2 = 0; *(u32 *)(r1 + 0) = r2")
        PROGRAM("tc", behind_the_end, "r1 = *(u32 *)(r1 + 512)")
        PROGRAM("tc", added, "r1 += 8; r1 = *(u32 *)(r1 + 0)")
        PROGRAM("tc", subtracted, "r1 += -8; r1 = *(u32 *)(r1 + 16)")
        PROGRAM("tc", there_and_back, "r1 += 8; r1 += -8; r1 = *(u32 *)(r1 + 8)")
        PROGRAM("tp/syscalls/sys_enter_open", tracepoint, "r6 = r1; r6 += 20; r1 = *(u32 *)(r6 + 0)")
        PROGRAM("kprobe/do_exit", probe, "r6 = r1; r6 += 16; r1 = *(u64 *)(r6 + 0)")
        PROGRAM("tc", socket, "r1 = *(u64 *)(r1 + 168); if r1 == 0 goto +1; r1 = *(u32 *)(r1 + 4)")
        PROGRAM("tc", added_to_socket, "r1 = *(u64 *)(r1 + 168); if r1 == 0 goto +2; r1 += 4; r1 = *(u32 *)(r1 + 0)")
        PROGRAM("tc", written_socket, "r1 = *(u64 *)(r1 + 168); if r1 == 0 goto +2; r2 = 0; *(u32 *)(r1 + 4) = r2")
        PROGRAM("sockops", remote_address, "r2 = 0; *(u32 *)(r1 + 24) = r2")
        PROGRAM("sockops", wide_remote_address, "r1 = *(u64 *)(r1 + 24)")
        """)
    var tally = Tally()
    try tally.add(path, on: BuildRules(name: "live", snapshot: LiveMachine.snapshot.get()))
    #expect(tally.differences == [])
    // What this kernel takes depends on it; that it refuses a store to `len` does not (tc_cls_act_is_valid_access).
    #expect(tally.counts["taken, said: loads", default: 0] >= 3)
    #expect(tally.counts["access, said: refused", default: 0] >= 7)
    #expect(tally.counts.values.reduce(0, +) == 14)
  }

  @Test(.enabled(if: SelftestObjects.paths != nil)) func objectsGiven() throws {
    var tally = Tally()
    let rules = BuildRules(name: "live", snapshot: try LiveMachine.snapshot.get())
    for path in SelftestObjects.paths ?? [] { try tally.add(path, on: rules) }
    print(tally.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: "\n"))
    // Where the verifier stopped before it came to the access, both may be right: such programs are listed apart.
    let (earlier, wrong) = (
      tally.differences.filter { $0.contains("otherwise") }, tally.differences.filter { !$0.contains("otherwise") }
    )
    print("refused before:\n\(earlier.joined(separator: "\n"))")
    #expect(wrong == [])
  }
}

/// Why the verifier refused a program, by the last words of its log.
struct VerifierRefusal {
  enum Kind: String {
    /// For an access through the context or a socket.
    case access
    /// For adding to a socket pointer, whether it is accessed through it or not: only where it is, we say so.
    case arithmetic
    case otherwise
  }

  let kind: Kind
  let words: String

  /// What `check_mem_access` and what it calls, `check_atomic` and `adjust_ptr_min_max_vals` say of contexts and sockets
  /// (kernel/bpf/verifier.c).
  static let accessWords = [
    "invalid bpf_context access", "dereference of modified ctx ptr", "negative offset ctx ptr", "variable ctx access",
    "invalid sock access", "invalid sock_common access", "invalid tcp_sock access", "invalid xdp_sock access",
    "cannot write into sock", "cannot write into tcp_sock", "cannot write into xdp_sock", "misconfigured",
    "error during ctx access conversion", "ctx is not allowed", "sock is not allowed",
  ]
  private static let arithmeticWords = [
    "pointer arithmetic on sock", "pointer arithmetic on tcp_sock", "pointer arithmetic on xdp_sock",
  ]

  init(_ log: String) {
    // The last instruction, and what stands behind it.
    var last: [Substring] = []
    for line in log.split(separator: "\n") {
      if Self.code(line) != nil { last = [] }
      last.append(line)
    }
    let isAccess = last.first.flatMap(Self.code).map { $0 != 0x85 } ?? false
    let words = last.dropFirst().joined(separator: " ")
    func has(_ known: [String]) -> Bool { known.contains { words.contains($0) } }
    // A helper refuses a modified context by the same words; that is no access.
    kind = isAccess && has(Self.accessWords) ? .access : has(Self.arithmeticWords) ? .arithmetic : .otherwise
    self.words = "\(kind.rawValue): \(last.joined(separator: " ").prefix(300))"
  }

  /// The code of the instruction that a line shows: `12: (61) r2 = …`.
  private static func code(_ line: Substring) -> Int? {
    guard line.first?.isNumber == true, let start = line.firstRange(of: ": (") else { return nil }
    return Int(line[start.upperBound...].prefix { $0 != ")" }, radix: 16)
  }
}
