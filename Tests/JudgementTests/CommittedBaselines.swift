import ContextABI
import Foundation
import Testing

/// The baselines of this repository, read once.
enum CommittedBaselines {
  private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Baselines").path

  /// `debian-6.12-amd64`, sorted.
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [])
    .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()

  static let all: [String: Snapshot] = Dictionary(
    uniqueKeysWithValues: names.compactMap { name in
      (try? Snapshot(path: "\(directory)/\(name).json")).map { (name, $0) }
    })

  /// - Parameter name: `6.12-amd64`
  static func snapshot(_ name: String) throws -> Snapshot { try #require(all["debian-\(name)"]) }
}
