import Extraction
import Foundation
import TestSupport
import Testing

@Suite struct TestKernelsTests {
  @Test func kernelsAreThere() throws {
    let kernels = try TestKernel.found.get()
    // At least one of them must be a kernel whose verifier's answers are known.
    #expect(kernels.contains { $0.oracle != nil })
  }
}

/// What ctxabi lists is what the kernel's own verifier accepts, and what it makes of it.
@Suite struct OracleTests {
  @Test(arguments: TestKernel.all.filter { $0.oracle != nil })
  func everyAccess(_ kernel: TestKernel) throws {
    let oracle = try #require(kernel.oracle)
    let wanted = Set(try Command.run("gzip", ["-dc", oracle]).split(separator: "\n").map(String.init))
    #expect(wanted.count > 10_000)
    var found: Set<String> = []
    let holes = try AccessListing(TestBuild.open(kernel.path)).forEachLine { found.insert($0) }
    #expect(holes.isEmpty)
    #expect(wanted.subtracting(found).sorted().prefix(10) == [], "not found")
    #expect(found.subtracting(wanted).sorted().prefix(10) == [], "the verifier does not accept them so")
  }
}

/// Holds for every kernel, whether its verifier was asked or not.
@Suite struct InvariantTests {
  @Test(arguments: TestKernel.all)
  func wholeAndDeterministic(_ kernel: TestKernel) throws {
    let snapshot = try TestBuild.snapshot(kernel.path)
    #expect(snapshot.coverage.filter(\.isHole) == [])
    #expect(snapshot.programs.count > 30)
    let again = try TestBuild.snapshot(kernel.path)
    #expect(snapshot.json == again.json)
    #expect(snapshot.json.utf8.count < 1_000_000)
  }

  /// Nothing falls back to offsets where the kernel has members, for the contexts that the oracle covers.
  @Test(arguments: TestKernel.all)
  func everyMemberHasAName(_ kernel: TestKernel) throws {
    for context in try TestBuild.snapshot(kernel.path).contexts where context.layout.size > 0 {
      for rule in context.rules {
        let text = rule.meaning.description
        #expect(!text.contains("padding(") && !text.contains("*)("), "\(context.name).\(rule.field): \(text)")
      }
    }
  }

  @Test(arguments: TestKernel.all)
  func typesFromBTF(_ kernel: TestKernel) throws {
    let build = try TestBuild.open(kernel.path)
    try #require(build.image?.btf != nil)
    let one = try TestBuild.snapshot(build)
    let other = try TestBuild.snapshot(kernel.path, useBTF: true)
    #expect(one.programs == other.programs)
    #expect(one.coverage == other.coverage)
    #expect(one.contexts.map(\.name) == other.contexts.map(\.name))
    for (left, right) in zip(one.contexts, other.contexts) {
      #expect(left.layout == right.layout, "\(left.name)")
      for (a, b) in zip(left.rules, right.rules) where a != b {
        Issue.record("\(left.name).\(a.field) \(a.programs): \(a.meaning)\n\(b.field) \(b.programs): \(b.meaning)")
        break
      }
    }
    for (name, members) in one.kernel.members where members != other.kernel.members[name] {
      let differing = zip(members, other.kernel.members[name] ?? []).first { $0 != $1 }
      Issue.record("members of \(name): \(String(describing: differing))")
    }
    for (name, members) in one.kernel.structures where members != other.kernel.structures[name] {
      let differing = zip(members, other.kernel.structures[name] ?? []).first { $0 != $1 }
      Issue.record("struct \(name): \(String(describing: differing))")
    }
  }
}

/// Meanings and instructions, by a second way.
@Suite struct SecondWayTests {
  @Test(arguments: TestKernel.all)
  func meanings(_ kernel: TestKernel) throws {
    let way = SecondWay(try TestBuild.open(kernel.path))
    try way.check(memories: 1000)
    #expect(way.problems == [])
    #expect(way.accesses > 10_000 && way.cases > 1000)
    #expect(way.faults > 10_000 && way.stores > 10_000)
    print("\(kernel): \(way.accesses) accesses, \(way.cases) cases, \(way.faults) faults, \(way.stores) stores")
  }
}
