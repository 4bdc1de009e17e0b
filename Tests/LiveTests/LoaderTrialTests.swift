import BPF
import Glibc
import LiveKernel
import Testing

/// What stands in the way of asking a kernel is said in words.
@Suite struct LoaderTrialTests {
  /// Answers every load alike.
  private final class OneAnswer: ProgramLoader {
    let answer: LoadResult
    init(_ answer: LoadResult) { self.answer = answer }
    func load(_ program: ProgramDraft) -> LoadResult { answer }
    func log(of program: ProgramDraft, withStates: Bool) -> String { "" }
    func refusalWithoutPrivilege(_ program: ProgramDraft) -> Int32? { EPERM }
    func socketMap() -> Int32? { nil }
  }

  private static let administrator: UInt64 = 1 << 21
  private static let three: UInt64 = 1 << 12 | 1 << 38 | 1 << 39

  private func problem(
    _ answer: LoadResult, _ capabilities: UInt64 = administrator, seccomp: Bool = false,
    namespace: Bool = false, hardening: Int? = 0, panics: Bool = false
  ) -> String? {
    let trial = LoaderTrial(
      capabilities: capabilities,
      surroundings: .init(
        hasSeccompFilter: seccomp, isInUserNamespace: namespace, jitHardening: hardening,
        panicsOnWarning: panics))
    do {
      try trial.check(OneAnswer(answer))
      return nil
    } catch {
      return error.description
    }
  }

  private let fine = LoadResult.translated([
    Instruction(code: 0xb7, immediate: 0x5eed_0000), Instruction(code: 0xb7), Instruction(code: 0x95),
  ])

  @Test func works() {
    #expect(problem(fine) == nil)
    #expect(problem(fine, Self.three) == nil)
  }

  @Test(
    arguments: [
      ([], "CAP_NET_ADMIN, CAP_PERFMON, CAP_BPF"), ([12, 38], "CAP_BPF"), ([39], "CAP_NET_ADMIN, CAP_PERFMON"),
    ] as [([Int], String)])
  func capabilities(_ bits: [Int], _ missing: String) throws {
    let capabilities = bits.reduce(UInt64(0)) { $0 | 1 << $1 }
    #expect(try #require(problem(fine, capabilities)).contains("lacks \(missing). Run it as root"))
  }

  /// A kernel that stops at a warning is not asked at all.
  @Test func dangerous() throws {
    #expect(try #require(problem(fine, panics: true)).contains("panic_on_warn"))
    #expect(try #require(problem(.refused(EPERM), 0, panics: true)).contains("lacks"))
  }

  @Test func noSystemCall() throws {
    let text = try #require(problem(.refused(ENOSYS)))
    #expect(text.contains("ENOSYS") && text.contains("CONFIG_BPF_SYSCALL") && text.contains("seccomp"))
  }

  @Test func refused() throws {
    let plain = try #require(problem(.refused(EPERM)))
    #expect(plain.contains("error 1, Operation not permitted") && plain.contains("lockdown"))
    #expect(try #require(problem(.refused(EPERM), seccomp: true)).contains("seccomp filter"))
    #expect(try #require(problem(.refused(EPERM), namespace: true)).contains("user namespace"))
  }

  @Test func hidden() throws {
    let blinded = LoadResult.translated([Instruction(code: 0xb7, destination: 11, immediate: 0x1234)])
    #expect(try #require(problem(blinded, hardening: 2)).contains("net.core.bpf_jit_harden is 2"))
    #expect(try #require(problem(blinded, hardening: 0)).contains("are not those of the program"))
    #expect(try #require(problem(.withheld, hardening: 2)).contains("net.core.bpf_jit_harden is 2"))
    #expect(try #require(problem(.withheld, hardening: nil)).contains("returns no instructions"))
    #expect(try #require(problem(.translated([]))).contains("withholds"))
  }
}
