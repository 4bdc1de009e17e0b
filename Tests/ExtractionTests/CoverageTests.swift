import ContextABI
import Extraction
import KernelImage
import TestSupport
import Testing

/// What can't be told is said, with function, place and reason.
@Suite struct CoverageTests {
  private func item(
    _ architecture: Architecture, _ variant: String, _ kind: CoverageItem.Kind
  ) throws -> (item: CoverageItem, snapshot: Snapshot) {
    let snapshot = try MiniKernel.snapshot(architecture, [variant])
    let items = snapshot.coverage.filter { $0.kind == kind }
    return (try #require(items.first), snapshot)
  }

  private static let gsoSegs = [
    "read 88:1", "read 88:2", "read 88:4", "read 89:1", "read 90:1", "read 90:2", "read 91:1",
  ]

  @Test(arguments: Architecture.allCases)
  func fault(_ architecture: Architecture) throws {
    let (item, snapshot) = try item(architecture, "CALLBACK_FAULTS", .hole)
    #expect(item.isHole)
    #expect(item.reason.contains("reads 0xbad000, where there is no memory"))
    // Function and place by name: some callback of filter.c.
    #expect(item.reason.contains("is_valid_access"))
    #expect(item.programs.allSatisfy { ["SOCKET_FILTER", "SCHED_CLS", "SCHED_CLS+tstamp_type"].contains($0) })
    for access in Self.gsoSegs { #expect(item.accesses.contains(access)) }
    // What could not be told is not there, and everything else is.
    #expect(snapshot.context("__sk_buff").rules("gso_segs", .read).isEmpty)
    #expect(snapshot.context("__sk_buff").meanings("napi_id", .read).count == 1)
    #expect(snapshot.context("__sk_buff").meanings("hash", .read) == ["skb->hash"])
  }

  @Test(arguments: Architecture.allCases)
  func endless(_ architecture: Architecture) throws {
    let start = ContinuousClock.now
    let (item, snapshot) = try item(architecture, "CALLBACK_LOOPS", .hole)
    #expect(item.reason.contains("does not return within"))
    #expect(item.reason.contains("is_valid_access"))
    #expect(snapshot.context("__sk_buff").rules("gso_segs", .read).isEmpty)
    #expect(snapshot.context("__sk_buff").meanings("hash", .read) == ["skb->hash"])
    #expect(ContinuousClock.now - start < .seconds(60))
  }

  @Test(arguments: Architecture.allCases)
  func nowhere(_ architecture: Architecture) throws {
    let (item, snapshot) = try item(architecture, "CALLBACK_CALLS_NOWHERE", .hole)
    // A processor of s390x takes an exception there, and does not say of what kind.
    let reason =
      architecture == .s390x
      ? "stops the processor" : "jumps to 0xdead0000, where there is no memory"
    #expect(item.reason.contains("is_valid_access at 0xdead0000: \(reason)"))
    #expect(snapshot.context("__sk_buff").rules("gso_segs", .read).isEmpty)
    #expect(snapshot.context("__sk_buff").meanings("hash", .read) == ["skb->hash"])
  }

  /// The listing names the accesses that it lacks, and does not pass them over.
  @Test func listing() throws {
    let build = try MiniKernel.open(.x86_64, ["CALLBACK_FAULTS"])
    let holes = try AccessListing(build).forEachLine { _ in }
    #expect(holes.contains { $0.configuration == "SOCKET_FILTER" && $0.access == "read 88:4" })
    let places = Set(holes.compactMap(\.access).map { $0.split(separator: " ").last?.prefix(2) })
    #expect(places.isSubset(of: ["88", "89", "90", "91"]))
    let hole = try #require(holes.first)
    #expect(hole.reason.contains("is_valid_access"))
  }

  @Test(arguments: Architecture.allCases)
  func convertedToNothing(_ architecture: Architecture) throws {
    let (item, snapshot) = try item(architecture, "NOTHING_CONVERTED", .misconfigured)
    #expect(!item.isHole)
    #expect(item.reason.contains("converted to no instruction"))
    for access in Self.gsoSegs { #expect(item.accesses.contains(access)) }
    #expect(snapshot.context("__sk_buff").rules("gso_segs", .read).isEmpty)
  }

  @Test func narrowStore() throws {
    let (item, snapshot) = try item(.x86_64, "NARROW_STORE", .misconfigured)
    #expect(item.reason == "a part of a field is written")
    #expect(item.accesses.contains("write 8:1") && item.accesses.contains("write 14:2"))
    #expect(!item.accesses.contains { $0.hasPrefix("write") && $0.hasSuffix(":4") })
    // The whole field is refused, too: its conversion does not tell the size that a field with parts must have.
    #expect(snapshot.context("__sk_buff").rules("mark", .write).isEmpty)
    let whole = try #require(snapshot.coverage.first { $0.kind == .misconfigured && $0.reason != item.reason })
    #expect(whole.reason == "the conversion tells no size for a field of 4 bytes")
    #expect(whole.accesses.contains("write 8:4"))
    #expect(!whole.accesses.contains { $0.hasPrefix("read") })
  }

  /// A callback that counts its calls in the kernel's memory: each call finds the memory as the kernel starts with it.
  @Test(arguments: Architecture.allCases)
  func writesLeaveNothingBehind(_ architecture: Architecture) throws {
    let usual = try MiniKernel.snapshot(architecture).context("__sk_buff")
    let counting = try MiniKernel.snapshot(architecture, ["CALLBACK_WRITES"]).context("__sk_buff")
    #expect(usual.rules == counting.rules)
    #expect(!counting.rules("tstamp", .read).isEmpty && !counting.rules("tstamp", .write).isEmpty)
  }

  @Test func noVerifierOps() throws {
    let path = try MiniKernel.build(.x86_64, ["NO_VERIFIER_OPS"])
    let error = #expect(throws: ExtractionError.self) { _ = try TestBuild.open(path) }
    #expect(
      error?.description
        == "has no symbol bpf_verifier_ops: it is a kernel without BPF (CONFIG_BPF_SYSCALL)")
  }
}
