import TypeGraph
import Testing

@testable import Extraction

/// The verifier's log, as kernels write it.
@Suite struct VerifierLogTests {
  /// 6.18, BPF_LOG_LEVEL2.
  private static let new = """
    func#0 @0
    Live regs before insn:
          0: .1........ (bf) r6 = r1
          1: .1....6... (61) r2 = *(u32 *)(r1 +76)
    0: R1=ctx() R10=fp0
    0: (bf) r6 = r1                       ; R1=ctx() R6=ctx()
    1: (79) r1 = *(u64 *)(r6 +168)        ; R1=sock_common_or_null(id=1) R6=ctx()
    2: (55) if r1 != 0x0 goto pc+2        ; R1=0
    3: (b7) r0 = 0                        ; R0=0
    4: (95) exit

    from 2 to 5: R1=sock_common() R2=pkt_end() R6=ctx() R10=fp0
    5: R1=sock_common() R6=ctx() R10=fp0
    5: (61) r2 = *(u32 *)(r1 +0)          ; R1=sock_common() R2_w=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))
    6: (61) r2 = *(u32 *)(r8 +76)         ; R2_w=pkt(r=0) R8=ctx() R20=pkt_end()
    7: (b7) r7 = 1592590338               ; R7=0x5eed0002
    processed 8 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
    """

  /// 5.10: the state stands before the next instruction.
  private static let old = """
    func#0 @0
    0: R1=ctx(id=0,off=0,imm=0) R10=fp0
    0: (bf) r6 = r1
    1: R1=ctx(id=0,off=0,imm=0) R6_w=ctx(id=0,off=0,imm=0) R10=fp0
    1: (61) r2 = *(u32 *)(r1 +76)
    2: R1=ctx(id=0,off=0,imm=0) R2_w=pkt(id=0,off=0,r=0,imm=0) R6_w=ctx(id=0,off=0,imm=0) R10=fp0
    2: (61) r2 = *(u32 *)(r1 +0)
    3: R1=ctx(id=0,off=0,imm=0) R2_w=inv(id=0,umax_value=4294967295,var_off=(0x0; 0xffffffff)) R6_w=ctx(id=0,off=0,imm=0)
    3: (b7) r0 = 0
    4: R0_w=inv0 R1=ctx(id=0,off=0,imm=0) R2_w=inv(id=0) R6_w=ctx(id=0,off=0,imm=0) R10=fp0
    4: (95) exit
    """

  @Test func registers() {
    let new = VerifierLog.register(2, in: Self.new)
    #expect(new[5] == "scalar")
    #expect(new[6] == "pkt")
    #expect(new[1] == nil && new[7] == nil)
    #expect(VerifierLog.register(1, in: Self.new)[1] == "sock_common_or_null")
    let old = VerifierLog.register(2, in: Self.old)
    #expect(old[1] == "pkt")
    #expect(old[2] == "inv")
    #expect(old[0] == nil)
  }

  @Test func registersOfDamagedLogs() {
    #expect(VerifierLog.register(2, in: "") == [:])
    #expect(VerifierLog.register(2, in: "9999999999999999999999: (61) r2 ; R2=pkt()") == [:])
    // Cut off in the middle of a word.
    #expect(VerifierLog.register(2, in: "1: (61) r2 = *(u32 *)(r1 +76) ; R1=ctx() R2") == [:])
  }

  @Test func lastWords() {
    #expect(
      VerifierLog.lastWords(
        """
        0: (b7) r0 = 0
        invalid bpf_context access off=3 size=4
        processed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
        """) == "invalid bpf_context access off=3 size=4")
    #expect(VerifierLog.lastWords("") == nil)
    #expect(VerifierLog.lastWords("processed 0 insns (limit 1000000)\n") == nil)
  }

  // MARK: - Names

  private static func enumerators(_ names: [(String, Int64)]) -> [TypeNode.Enumerator] {
    names.map { TypeNode.Enumerator(name: $0.0, value: $0.1) }
  }

  /// 6.12: flags, and one enumerator for a type with its flag.
  private let new = LoggedRegisterTypes(
    registerTypes: RegisterTypes(
      types: enumerators([
        ("NOT_INIT", 0), ("SCALAR_VALUE", 1), ("PTR_TO_CTX", 2), ("PTR_TO_PACKET", 8),
        ("PTR_TO_PACKET_META", 7), ("PTR_TO_SOCK_COMMON", 12), ("PTR_TO_BTF_ID", 16),
        ("PTR_TO_SOCK_COMMON_OR_NULL", 256 | 12), ("__BPF_REG_TYPE_MAX", 24),
      ]),
      flags: enumerators([("PTR_MAYBE_NULL", 256), ("MEM_RDONLY", 512), ("PTR_TRUSTED", 1 << 15)])))

  /// 5.10: no flags.
  private let old = LoggedRegisterTypes(
    registerTypes: RegisterTypes(
      types: enumerators([
        ("SCALAR_VALUE", 1), ("PTR_TO_PACKET", 9), ("PTR_TO_SOCK_COMMON", 14),
        ("PTR_TO_SOCK_COMMON_OR_NULL", 15), ("PTR_TO_BTF_ID", 20),
      ]), flags: []))

  @Test(arguments: [
    ("scalar", 1), ("0", 1), ("-1", 1), ("0x5eed", 1), ("P0", 1), ("inv", 1), ("inv0", 1), ("pkt", 8),
    ("pkt_meta", 7), ("sock_common", 12), ("sock_common_or_null", 268),
  ])
  func newNames(_ words: String, _ type: UInt32) {
    #expect(new.find(words) == .init(type: type, structure: nil))
  }

  @Test func pointersToStructures() {
    #expect(new.find("trusted_ptr_sk_buff") == .init(type: 16 | 1 << 15, structure: "sk_buff"))
    #expect(new.find("ptr_or_null_sock") == .init(type: 16 | 256, structure: "sock"))
    #expect(new.find("ptr_") == nil)
  }

  @Test func oldNames() {
    #expect(old.find("sock_common_or_null") == .init(type: 15, structure: nil))
    #expect(old.find("ptr_sk_buff") == .init(type: 20, structure: "sk_buff"))
  }

  /// What a kernel has no enumerator for is not told; nothing is guessed.
  @Test(arguments: ["", "?", "fp", "fp0", "sock", "flow_keys", "rdonly_unknown", "user_pkt", "pktt", "x0", "-", "0x"])
  func unknownNames(_ words: String) {
    #expect(new.find(words) == nil)
    #expect(old.find(words) == nil)
  }

  @Test func missingEnumerators() {
    #expect(old.find("trusted_ptr_sk_buff") == nil)
    #expect(old.find("ptr_or_null_sock") == nil)
    #expect(old.find("pkt_or_null") == nil)
  }
}
