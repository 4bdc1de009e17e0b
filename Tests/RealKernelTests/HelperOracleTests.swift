import ContextABI
import Extraction
import Foundation
import TestSupport
import Testing

/// Which program types get which helper, against what booted kernels let be loaded.
@Suite struct HelperOracleTests {
  @Test func oraclesAreThere() {
    #expect(TestKernel.all.filter { $0.helperOracle != nil }.count >= 2)
  }

  /// From the vmlinux, and from the vmlinuz alone.
  @Test(arguments: TestKernel.all.filter { $0.helperOracle != nil })
  func everyPair(_ kernel: TestKernel) throws {
    let oracle = try #require(kernel.helperOracle)
    let wanted = Set(try Command.run("gzip", ["-dc", oracle]).split(separator: "\n").map(String.init))
    #expect(wanted.count > 1_500)
    for path in [kernel.path, kernel.bootedPath] {
      let (interface, holes) = try #require(try TestBuild.open(path).interface())
      #expect(holes.isEmpty)
      let found = Set(interface.pairs.map { "\($0.type)\t\($0.helper)" })
      #expect(wanted.subtracting(found).sorted() == [], "\(path): not found")
      #expect(found.subtracting(wanted).sorted() == [], "\(path): the verifier refuses them")
    }
  }

  /// Helpers that programs were never given stand in a snapshot too, and every program that was asked for has a name.
  @Test(arguments: TestKernel.all)
  func isWhole(_ kernel: TestKernel) throws {
    let interface = try #require(try TestBuild.snapshot(kernel.path).interface)
    // BPF_FUNC_ringbuf_query, and all before it, are as old as the oldest kernel that is tested.
    #expect(interface.helpers.count > 134)
    let names = Set(interface.programs.map(\.name))
    for helper in interface.helpers {
      #expect(helper.grants.allSatisfy { !$0.programs.isEmpty && names.isSuperset(of: $0.programs) }, "\(helper.name)")
    }
    let texts = interface.helpers.flatMap(\.grants).flatMap { grant in
      (grant.prototype.map { [$0.result] + $0.arguments } ?? []).map(\.description)
    }
    #expect(!texts.contains { $0.hasPrefix("type ") }, "a type without a name")
  }
}
