import ContextABI
import Foundation
import KernelImage
import TestSupport
import Testing

/// Objects that a compiler put checks and counters into: their ABI is that of objects without.
@Suite struct InstrumentationTests {
  /// As the kernel's makefiles ask for it (scripts/Makefile.kasan, Makefile.kmsan, Makefile.kcsan, Makefile.kcov,
  /// Makefile.ubsan, Makefile; arch/x86/Makefile).
  enum Instrumentation: String, CaseIterable, Sendable {
    case kasanInline, kasanOutline, kmsan, kcsan, kcov, ubsan, kcfi, retpoline

    func flags(_ architecture: Architecture) -> [String] {
      switch self {
      case .kasanInline: ["-fsanitize=kernel-address"] + mapping(architecture) + ["-mllvm", "-asan-stack=1"]
      case .kasanOutline:
        ["-fsanitize=kernel-address"] + mapping(architecture) + ["-mllvm", "-asan-instrumentation-with-call-threshold=0"]
      case .kmsan: ["-fsanitize=kernel-memory"]
      case .kcsan: ["-fsanitize=thread", "-fno-optimize-sibling-calls"]
      case .kcov: ["-fsanitize-coverage=trace-pc,trace-cmp"]
      case .ubsan: ["-fsanitize=bounds,shift,integer-divide-by-zero,bool,enum"]
      case .kcfi: ["-fsanitize=kcfi"]
      case .retpoline: ["-mretpoline-external-thunk"]
      }
    }

    private func mapping(_ architecture: Architecture) -> [String] {
      let offset = architecture == .x86_64 ? "0xdffffc0000000000" : "0xdfff800000000000"
      return ["-mllvm", "-asan-mapping-offset=\(offset)"]
    }

    /// What an object refers to that was made with it; nil where that is nothing.
    var reference: String? {
      switch self {
      case .kasanInline: "__asan_report_"
      case .kasanOutline: "__asan_load"
      case .kmsan: "__msan_metadata_ptr_for_"
      case .kcsan: "__tsan_read"
      case .kcov: "__sanitizer_cov_trace_pc"
      case .ubsan: "__ubsan_handle_"
      case .kcfi, .retpoline: nil
      }
    }
  }

  private static let pairs: [(Instrumentation, Architecture)] =
    Instrumentation.allCases.map { ($0, .x86_64) }
    + [.kasanInline, .kasanOutline, .kcsan, .kcov, .ubsan, .kcfi].map { ($0, .arm64) }

  private func snapshot(_ architecture: Architecture, _ flags: [String]) throws -> (Snapshot, objects: [String]) {
    let objects = try MiniKernel.objects(architecture, ["NETNS_INUM"], flags: flags).values.sorted()
    let output = try TemporaryFile.write([], name: "objects.json")
    let first = try #require(objects.first)
    let run = try ToolRun(["snapshot", first] + objects.dropFirst().flatMap { ["--with", $0] } + ["-o", output], seconds: 60)
    #expect(run.status == 0, "\(run.messages)")
    return (try Snapshot(path: output), objects)
  }

  @Test(arguments: pairs)
  func sameABI(_ instrumentation: Instrumentation, _ architecture: Architecture) throws {
    var (found, objects) = try snapshot(architecture, instrumentation.flags(architecture))
    let (wanted, _) = try snapshot(architecture, [])
    if let reference = instrumentation.reference {
      let names = try objects.map { try String(decoding: Data(contentsOf: URL(fileURLWithPath: $0)), as: UTF8.self) }
      #expect(names.contains { $0.contains(reference) }, "nothing was instrumented")
    }
    #expect(found.coverage.filter(\.isHole) == [])
    #expect(!found.contexts.isEmpty)
    found.provenance = wanted.provenance
    #expect(found.json == wanted.json)
  }

  // MARK: - What no object defines

  private func variant(_ name: String, _ architecture: Architecture) throws -> (Snapshot, ToolRun) {
    let objects = try MiniKernel.objects(architecture, [name]).values.sorted()
    let output = try TemporaryFile.write([], name: "objects.json")
    let first = try #require(objects.first)
    let run = try ToolRun(["snapshot", first] + objects.dropFirst().flatMap { ["--with", $0] } + ["-o", output], seconds: 60)
    return (try Snapshot(path: output), run)
  }

  @Test(arguments: [Architecture.x86_64, .arm64, .s390x])
  func undefinedVariable(_ architecture: Architecture) throws {
    let (read, run) = try variant("UNDEFINED_VARIABLE_READ", architecture)
    #expect(run.status == 0 && read.coverage.filter(\.isHole) == [], "\(run.messages)")
    #expect(read.context("__sk_buff").meanings("gso_segs", .read).count == 1)
    let (deciding, other) = try variant("UNDEFINED_VARIABLE_DECIDES", architecture)
    #expect(other.status == 2)
    let holes = deciding.coverage.filter(\.isHole)
    #expect(!holes.isEmpty && holes.allSatisfy { $0.reason.contains("hangs on not_defined_here, which no object defines") })
    // gso_segs stands at 88.
    #expect(holes.flatMap(\.accesses).contains("read 88:4"))
    #expect(deciding.context("__sk_buff").rules("gso_segs", .read).isEmpty)
    #expect(deciding.context("__sk_buff").meanings("hash", .read) == ["skb->hash"])
  }
}
