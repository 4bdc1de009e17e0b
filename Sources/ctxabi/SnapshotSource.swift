import ArgumentParser
import ContextABI
import Foundation

/// A snapshot that a user names: a kernel build, a snapshot file, or a baseline.
struct SnapshotSource {
  let name: String
  let options: BuildSettings

  /// Reads or makes the snapshot.
  func load() throws -> Snapshot {
    if let data = try? Data(contentsOf: URL(fileURLWithPath: name), options: .alwaysMapped),
      data.first(where: { !$0.isASCIISpace }) == UInt8(ascii: "{")
    {
      do { return try Snapshot(json: data, file: name) } catch {
        throw Failure(message: error.description)
      }
    }
    return try options.snapshot(of: name)
  }
}

extension UInt8 {
  fileprivate var isASCIISpace: Bool { self == 0x20 || (0x09...0x0d).contains(self) }
}
