import ContextABI
import KernelImage
import TestSupport
import Testing

@testable import Extraction

/// Contexts without a structure, which are asked for as far as accesses are accepted.
@Suite struct OpaqueContextTests {
  private func snapshot(_ architecture: Architecture, arguments: Int) throws -> Snapshot {
    try MiniKernel.snapshot(architecture, ["RAW_TRACEPOINT=\(arguments)"])
  }

  private func arguments(_ snapshot: Snapshot) -> [String] {
    snapshot.context("bpf_raw_tracepoint_args").rules.map(\.field)
  }

  private func remark(_ snapshot: Snapshot) -> CoverageItem? {
    snapshot.coverage.first { $0.kind == .opaque }
  }

  @Test(arguments: Architecture.allCases)
  func everyArgument(_ architecture: Architecture) throws {
    let snapshot = try snapshot(architecture, arguments: 12)
    #expect(arguments(snapshot) == (0..<12).map { "args[\($0)]" })
    for rule in snapshot.context("bpf_raw_tracepoint_args").rules {
      #expect(rule.parts == .aligned && rule.kinds == [.read, .readSignExtending] && rule.size == 8)
      #expect(rule.meaning.description == "ctx->\(rule.field)")
    }
    let item = try #require(remark(snapshot))
    #expect(item.programs == ["RAW_TRACEPOINT"] && !item.isHole)
    #expect(item.reason == "the context is no structure: its first 128 bytes were asked for")
  }

  /// The last argument is taken away: it is missing in the data.
  @Test func oneArgumentFewer() throws {
    #expect(arguments(try snapshot(.x86_64, arguments: 11)) == (0..<11).map { "args[\($0)]" })
  }

  /// Ends around that of the start: no byte is passed over.
  @Test(arguments: [15, 16, 17, 24, 25, 32])
  func endsNearTheStart(_ count: Int) throws {
    let expected = Set(0..<16).union(max(0, count - 8)..<count).union(count > 16 ? [16] : []).filter { $0 < count }
    #expect(arguments(try snapshot(.x86_64, arguments: count)) == expected.sorted().map { "args[\($0)]" })
  }

  /// 8192 bytes, as a trace event may have, and one argument fewer: the start, the powers of two, and the end.
  @Test(arguments: [1024, 1023])
  func longContext(_ count: Int) throws {
    let snapshot = try snapshot(.x86_64, arguments: count)
    let expected = Array(0..<16) + [16, 32, 64, 128, 256, 512] + Array(count - 8..<count)
    #expect(arguments(snapshot) == expected.map { "args[\($0)]" })
    let reason = try #require(remark(snapshot)).reason
    #expect(reason.hasSuffix("8 bytes at every power of two, and the last 64 bytes of what is accepted"))
  }

  /// 65536 bytes: an instruction's offset reaches half of them, which is said.
  @Test func bound() throws {
    let snapshot = try snapshot(.x86_64, arguments: 8192)
    #expect(arguments(snapshot).last == "args[4095]")
    #expect(try #require(remark(snapshot)).reason.contains("below byte 32768"))
  }

  /// Every end that there may be is found, with few questions.
  @Test func everyEnd() {
    for end in stride(from: 0, through: 40_000, by: 8) {
      var questions = 0
      let context = OpaqueContext { bytes in
        questions += 1
        return bytes.lowerBound < end
      }
      #expect(context.end == (end > 128 ? min(end, 32_768) : nil))
      #expect(questions <= 24)
    }
  }
}
