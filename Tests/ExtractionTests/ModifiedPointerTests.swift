import ContextABI
import KernelImage
import TestSupport
import Testing

@testable import Extraction

/// Whether programs may add to the context pointer: what `check_mem_access` of the miniature kernel's verifier.c says.
@Suite struct ModifiedPointerTests {
  private func answers(_ snapshot: Snapshot) -> [String: Bool?] {
    Dictionary(snapshot.programs.map { ($0.name, $0.takesModifiedPointers) }, uniquingKeysWith: { first, _ in first })
  }

  /// RAW_TRACEPOINT alone has no conversions; where the variant takes modified pointers, its programs may add.
  @Test(arguments: Architecture.allCases, [[], ["ADDED_AS_NUMBER"]])
  func byProgramType(_ architecture: Architecture, _ variants: [String]) throws {
    let usual = answers(try MiniKernel.snapshot(architecture, ["RAW_TRACEPOINT=4"] + variants))
    #expect(usual["RAW_TRACEPOINT"] == .some(false) && usual["SCHED_CLS"] == .some(false) && usual["XDP"] == .some(false))
    let taken = answers(try MiniKernel.snapshot(architecture, ["RAW_TRACEPOINT=4", "MODIFIED_POINTERS_TAKEN"] + variants))
    #expect(taken["RAW_TRACEPOINT"] == .some(true) && taken["SCHED_CLS"] == .some(false) && taken["XDP"] == .some(false))
  }

  /// The same from BTF; nothing is said of socket pointers.
  @Test func otherTypes() throws {
    let variants = ["RAW_TRACEPOINT=4", "MODIFIED_POINTERS_TAKEN", "TCP_SOCK"]
    let snapshot = try MiniKernel.snapshot(.x86_64, variants, debug: .btf)
    #expect(answers(snapshot) == answers(try MiniKernel.snapshot(.x86_64, variants)))
    #expect(answers(snapshot)["ptr:sock"] == .some(nil))
  }

  /// A function of this name that takes other arguments, or none, is not asked.
  @Test(arguments: ["CHECK_MEM_ACCESS_OTHERWISE", "NO_CHECK_MEM_ACCESS"])
  func unknownFunction(_ variant: String) throws {
    let snapshot = try MiniKernel.snapshot(.x86_64, [variant])
    #expect(snapshot.programs.allSatisfy { $0.takesModifiedPointers == nil })
    #expect(snapshot.programs.count > 5)
  }

  @Test func isWrittenAndRead() throws {
    let snapshot = try MiniKernel.snapshot(.x86_64, ["RAW_TRACEPOINT=4", "MODIFIED_POINTERS_TAKEN"])
    #expect(snapshot.json.contains("\"takesModifiedPointers\": true"))
    #expect(answers(try Snapshot(json: .init(snapshot.json.utf8), file: "snapshot")) == answers(snapshot))
  }
}
