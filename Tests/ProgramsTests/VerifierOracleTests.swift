import LiveKernel
import Programs
import TestSupport
import Testing

/// The running kernel's verifier says which instructions go through the context or a socket, and so do we.
@Suite(.enabled(if: LiveMachine.isAsked)) struct VerifierOracleTests {
  private struct Comparison {
    /// How many accesses, and calls of helpers, the log has and we have.
    var same = 0
    var sameCalls = 0
    /// What the log alone has, and what we alone have.
    var missing: [String] = []
    var extra: [String] = []
  }

  private func compare(_ path: String) throws -> Comparison {
    let uses = Dictionary(
      try ProgramObject(path: path).programs.map { ($0.name, ProgramUses($0, of: path)) }, uniquingKeysWith: { first, _ in first }
    )
    var result = Comparison()
    for outcome in ObjectTrial(path: path).outcomes() ?? [] {
      guard let program = uses[outcome.program] else { continue }
      let trace = VerifierTrace(outcome.log)
      let ours = Set(program.uses.map { "\($0.instruction) \($0.base.rawValue)" })
      result.same += trace.accesses.intersection(ours).count
      let calls = Set(program.calls.map(\.helper))
      result.sameCalls += trace.helpers.intersection(calls).count
      result.missing += trace.helpers.subtracting(calls).sorted().map { "\(path): \(outcome.program): helper \($0)" }
      result.missing += trace.accesses.subtracting(ours).sorted().map { "\(path): \(outcome.program): \($0)" }
      // Of a program that is refused, the log ends at what was refused; what was not looked at is dead to the verifier.
      guard !outcome.isRefused else { continue }
      let extra = ours.subtracting(trace.accesses).filter { use in
        use.split(separator: " ").first.flatMap { Int($0) }.map(trace.seen.contains) ?? true
      }
      result.extra += extra.sorted().map { "\(path): \(outcome.program): \($0)" }
      let others = program.calls.filter { !trace.helpers.contains($0.helper) && trace.seen.contains($0.instruction) }
      result.extra += others.map { "\(path): \(outcome.program): helper \($0.helper)" }
    }
    return result
  }

  @Test func programsOfOurOwn() throws {
    let path = try BPFObject.compile(
      Structures.skb + """
        struct { int (*type)[17]; int (*max_entries)[1]; int (*key_size)[4]; int (*value_size)[4]; } sockets SEC(".maps");
        static void *(*lookup)(void *, const void *) = (void *)1;
        static NOINLINE u32 inner(struct __sk_buff *skb) { asm volatile(""); return skb->mark; }
        SEC("tc") int classify(struct __sk_buff *skb) {
          struct bpf_sock *sk = skb->sk;
          if (!sk) return inner(skb);
          u32 family = sk->family;
          struct bpf_sock *full = bpf_sk_fullsock(sk);
          if (!full) return family;
          struct bpf_tcp_sock *tcp = bpf_tcp_sock(full);
          skb->cb[1] = full->mark;
          return inner(skb) + (tcp ? tcp->srtt_us : 0);
        }
        SEC("xdp") int queue(void *ctx) {
          int key = 0;
          u32 *socket = lookup(&sockets, &key);
          return socket ? *socket : 0;
        }
        """)
    let result = try compare(path)
    // sk, family, mark, srtt_us, cb, mark of inner; the queue of the XDP socket.
    #expect(result.same == 7)
    // bpf_sk_fullsock and bpf_tcp_sock; bpf_map_lookup_elem.
    #expect(result.sameCalls == 3)
    #expect(result.missing == [])
    #expect(result.extra == [])
  }

  @Test(.enabled(if: SelftestObjects.paths != nil)) func objectsGiven() throws {
    var (same, calls) = (0, 0)
    for path in SelftestObjects.paths ?? [] {
      let result = try compare(path)
      #expect(result.missing == [])
      #expect(result.extra == [])
      same += result.same
      calls += result.sameCalls
    }
    #expect(same > 0)
    print("\(same) accesses and \(calls) calls of helpers are the same as in the verifier's logs")
  }
}
