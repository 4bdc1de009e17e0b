import Foundation

/// Files for one test.
public enum TemporaryFile {
  /// Writes `bytes` to a new file in the system's temporary directory and returns its path.
  public static func write(_ bytes: [UInt8], name: String = "file") throws -> String {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
      "ctxabi-tests-\(getuid())/\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let file = directory.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return file.path
  }
}
