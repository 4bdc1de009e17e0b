import Baselines
import ByteReading
import ContextABI
import Foundation

/// A snapshot that a user names: a kernel build, a snapshot file, or a baseline.
struct SnapshotSource {
  let name: String
  let settings: BuildSettings
  let store: BaselineStore

  /// Reads or makes the snapshot. A file counts more than a baseline of the same name.
  func load() throws -> Snapshot {
    let isFile = FileManager.default.fileExists(atPath: name)
    if isFile, try Self.isSnapshot(name) {
      do { return try Snapshot(path: name) } catch { throw Failure(message: error.description) }
    }
    if !isFile, name != LiveBuild.name, name != OutputFile.standardOutput {
      guard try withStore({ () throws(BaselineError) in try store.names() }).contains(name) else {
        throw Failure(message: "\(name): there is neither a file nor a baseline of this name (in \(store.directory))")
      }
      return try withStore { () throws(BaselineError) in try store.load(name) }
    }
    return try settings.snapshot(of: name)
  }

  /// Whether a file starts as JSON does.
  private static func isSnapshot(_ path: String) throws -> Bool {
    let start: [UInt8]
    do { start = try RegularFile(path: path).start(64) } catch { throw Failure(message: error.description) }
    return start.first { !($0 == 0x20 || (0x09...0x0d).contains($0)) } == UInt8(ascii: "{")
  }
}
