import Foundation

/// Files for one test.
public enum TemporaryFile {
  /// A directory of this process; it goes away with it.
  private static let root: URL = {
    atexit { try? FileManager.default.removeItem(at: TemporaryFile.location) }
    return location
  }()

  private static var location: URL {
    FileManager.default.temporaryDirectory.appendingPathComponent("ctxabi-tests-\(getpid())")
  }

  /// Writes `bytes` to a new file in the system's temporary directory and returns its path.
  public static func write(_ bytes: [UInt8], name: String = "file") throws -> String {
    let directory = root.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let file = directory.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return file.path
  }
}
