import Compatibility
import ContextABI
import Foundation

/// The baselines that are kept with the source.
enum Baseline {
  static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Baselines").path

  static var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { $0.hasSuffix(".json") }.sorted()
  }

  static func snapshot(_ name: String) throws -> Snapshot {
    try Snapshot(path: "\(directory)/\(name)\(name.hasSuffix(".json") ? "" : ".json")")
  }

  static func rules(_ name: String, _ change: (inout Snapshot) -> Void = { _ in }) throws -> BuildRules {
    var snapshot = try snapshot(name)
    change(&snapshot)
    return BuildRules(name: name, snapshot: snapshot)
  }
}

extension Snapshot {
  /// Changes the layout of a context.
  mutating func edit(_ context: String, _ change: (inout Layout) -> Void) {
    for index in contexts.indices where contexts[index].name == context { change(&contexts[index].layout) }
  }
}
