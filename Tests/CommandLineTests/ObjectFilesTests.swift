import ContextABI
import Foundation
import TestSupport
import Testing

/// Object files in place of a kernel image.
@Suite struct ObjectFilesTests {
  private func run(_ objects: [String], _ output: String) throws -> ToolRun {
    let first = try #require(objects.first)
    return try ToolRun(
      ["snapshot", first] + objects.dropFirst().flatMap { ["--with", $0] } + ["-o", output], seconds: 60)
  }

  /// What is linked of them is what is linked as a kernel.
  @Test func wholeSet() throws {
    let objects = try MiniKernel.objects(.x86_64, ["NETNS_INUM"])
    let output = try TemporaryFile.write([], name: "objects.json")
    let result = try run(objects.values.sorted(), output)
    #expect(result.status == 0, "\(result.messages)")
    let found = try Snapshot(path: output)
    let wanted = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM"])
    #expect(found.programs == wanted.programs)
    #expect(found.coverage == wanted.coverage)
    #expect(found.contexts == wanted.contexts)
    #expect(!found.contexts.isEmpty)
  }

  @Test func missing() throws {
    let objects = try MiniKernel.objects(.x86_64)
    let output = try TemporaryFile.write([], name: "objects.json")
    let withoutTable = try run(objects.filter { $0.key != "verifier.o" }.values.sorted(), output)
    #expect(withoutTable.status == 2)
    #expect(withoutTable.messages.contains("none defines bpf_verifier_ops"), "\(withoutTable.messages)")
    let withoutFilter = try run(objects.filter { $0.key != "filter.o" }.values.sorted(), output)
    #expect(withoutFilter.status == 2)
    #expect(withoutFilter.messages.contains("are not part of the image"), "\(withoutFilter.messages)")
  }

  @Test func nothingToLinkWith() throws {
    let object = try #require(try MiniKernel.objects(.x86_64)["filter.o"])
    let result = try ToolRun(["show", try MiniKernel.build(.x86_64), "--with", object], seconds: 60)
    #expect(result.status == 2)
    #expect(result.messages.contains("is no object file, so nothing can be linked with it (--with)"))
  }
}
