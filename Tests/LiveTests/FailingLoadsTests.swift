import BPF
import ContextABI
import Glibc
import KernelImage
import LiveKernel
import Testing

@testable import Extraction

/// Loads that fail for another reason than the access, or whose result can't be read, are no answer.
@Suite struct FailingLoadsTests {
  private let loader: EmulatedLoader
  private let verifier: LiveVerifier
  private let type: ProgramType

  init() throws {
    let image = try KernelImage.open(try #require(SecondOracleTests.kernels.first))
    let types = try SecondOracleTests.types(of: image)
    loader = try EmulatedLoader(image, types)
    let names = try VerifierNames(types)
    let programTypes = try ProgramType.all(names, types)
    verifier = LiveVerifier(
      loader, programTypes, types, LiveRules(loader, names.registerTypes, allowsUnprivileged: false))
    type = try #require(programTypes.first { $0.name == "XDP" })
  }

  private static let configuration = ProgramConfiguration.named("XDP", 0, nil, offsets: 64)

  /// What becomes of the read of `xdp_md.data_end` when its program's load is answered so.
  private func outcome(_ damage: @escaping (LoadResult) -> LoadResult) throws -> AccessOutcome {
    let target = try #require(verifier.target(type, Self.configuration))
    loader.damage = { program, result in
      program.code.contains { $0.instructionClass == .loadRegister && $0.offset == 4 } ? damage(result) : result
    }
    return verifier.outcome(
      target, state: 0, .read, offset: 4, size: 4, registers: .different, immediate: 0)
  }

  private func reason(_ outcome: AccessOutcome) -> String? {
    guard case .hole(let reason) = outcome else { return nil }
    return verifier.describe(reason)
  }

  @Test func works() throws {
    guard case .accepted(let access) = try outcome({ $0 }) else {
      Issue.record("refused")
      return
    }
    #expect(access.needsPrivilege == nil)
    #expect(access.code.count == 1)
  }

  @Test func refusedAccess() throws {
    guard case .rejected = try outcome({ _ in .refused(EACCES) }) else {
      Issue.record("not rejected")
      return
    }
  }

  @Test(arguments: [ENOMEM, EPERM, EAGAIN, E2BIG, EINVAL])
  func otherErrors(_ code: Int32) throws {
    let text = reason(try outcome { _ in .refused(code) })
    #expect(text == "the program is refused: \(String(cString: strerror(code)))")
  }

  @Test func withheld() throws {
    #expect(reason(try outcome { _ in .withheld })?.contains("withholds") == true)
  }

  @Test(arguments: [[], [Instruction(code: 0x95)]])
  func markersLost(_ code: [Instruction]) throws {
    #expect(reason(try outcome { _ in .translated(code) })?.contains("lacks the markers") == true)
  }

  /// A configuration that can't be loaded at all is not one that the kernel does not have.
  @Test func refusedConfiguration() throws {
    loader.damage = { _, _ in .refused(EPERM) }
    #expect(verifier.target(type, Self.configuration) == nil)
    #expect(verifier.remarks.map(\.name) == ["XDP"])
    #expect(verifier.remarks.map(\.kind) == [.hole])
    #expect(
      verifier.remarks.map(\.reason)
        == ["a program without any access is refused: \(String(cString: strerror(EPERM)))"])
  }

  /// EINVAL without a word of the verifier's is what a kernel says to a type that it does not have.
  @Test func unknownConfiguration() throws {
    loader.damage = { _, _ in .refused(EINVAL) }
    #expect(verifier.target(type, Self.configuration) == nil)
    #expect(verifier.remarks.isEmpty)
  }

  /// The program with all accesses is refused: then it is open whether one changes another.
  @Test func untoldStates() throws {
    let target = try #require(verifier.target(type, Self.configuration))
    // A program for one access makes it with four choices of registers.
    loader.damage = { program, result in
      program.code.count { $0.instructionClass == .loadRegister } > 4 ? .refused(E2BIG) : result
    }
    _ = verifier.outcome(
      target, state: 0, .read, offset: 4, size: 4, registers: .different, immediate: 0)
    #expect(verifier.remarks.map(\.kind) == [.hole])
    #expect(verifier.remarks.first?.reason.contains("whether one changes another") == true)
  }
}
