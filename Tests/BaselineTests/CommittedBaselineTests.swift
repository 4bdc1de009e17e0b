import Baselines
import Comparison
import ContextABI
import Foundation
import Testing

/// The baselines that come with the project.
@Suite struct CommittedBaselineTests {
  private static let store = BaselineStore(
    directory: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Baselines").path)

  @Test func directoryIsThere() throws {
    var isDirectory: ObjCBool = false
    #expect(FileManager.default.fileExists(atPath: Self.store.directory, isDirectory: &isDirectory))
    #expect(isDirectory.boolValue, "Baselines is missing")
  }

  /// Each can be read, is what it was written as, has no holes, differs from itself in nothing, and is the nearest to
  /// itself.
  @Test func everyBaseline() throws {
    for name in try Self.store.names() {
      let snapshot = try Self.store.load(name)
      #expect(try snapshot.json == String(contentsOfFile: Self.store.path(of: name), encoding: .utf8), "\(name)")
      #expect(snapshot.coverage.filter(\.isHole).isEmpty, "\(name)")
      let findings = SnapshotComparison(old: snapshot, new: snapshot).findings()
      #expect(findings.isEmpty, "\(name): \(findings.map(\.id).prefix(5))")
      #expect(try Self.store.provenance(of: name) == snapshot.provenance, "\(name)")
      let nearest = try NearestBaseline.name(for: snapshot.provenance, in: Self.store)
      let chosen = try Self.store.provenance(of: nearest)
      #expect(chosen.release == snapshot.provenance.release, "\(name): \(nearest)")
    }
  }

  @Test func waivers() throws {
    try Self.store.waivers().check(on: .today, path: Self.store.waiversPath)
  }
}
