import Digest
import Foundation

/// Snapshots of revisions that were made before.
public struct StoredSnapshots: Sendable {
  private let directory: String
  /// More are not kept: a few hundred megabytes of commits that nobody asks for again.
  private static let limit = 200

  public init(_ cache: TreeCache) { directory = "\(cache.directory)/snapshots" }

  /// What decides the snapshot of a revision.
  public struct Key: Sendable {
    private let text: String

    /// - Parameter files: the git tree object: the revision's files, whatever its message and parents.
    /// - Parameter tool: what makes the snapshot, with its version and settings.
    public init(
      files: String, _ configuration: TreeConfiguration, _ toolchain: Toolchain, tool: String
    ) {
      text = [files, configuration.key, toolchain.key, tool].joined(separator: " ")
    }

    fileprivate var name: String { "\(sha256(text.utf8).prefix(24)).json" }
  }

  public func load(_ key: Key) -> Data? {
    FileManager.default.contents(atPath: "\(directory)/\(key.name)")
  }

  /// Keeps a snapshot. That it can't be kept is no error: it is made again.
  public func store(_ snapshot: Data, _ key: Key) {
    try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    prune()
    try? snapshot.write(to: URL(fileURLWithPath: "\(directory)/\(key.name)"), options: .atomic)
  }

  private func prune() {
    let urls =
      (try? FileManager.default.contentsOfDirectory(
        at: URL(fileURLWithPath: directory), includingPropertiesForKeys: [.contentModificationDateKey])) ?? []
    guard urls.count >= Self.limit else { return }
    func age(_ url: URL) -> Date {
      (try? url.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate) ?? .distantPast
    }
    for url in urls.sorted(by: { age($0) < age($1) }).prefix(urls.count - Self.limit + 1) {
      try? FileManager.default.removeItem(at: url)
    }
  }
}
