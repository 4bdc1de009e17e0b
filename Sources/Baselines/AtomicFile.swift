import Glibc

/// Writes files so that a reader, or a machine that stops, finds either the old content or the new one.
enum AtomicFile {
  /// What the name of a file ends with while it is written.
  static let suffix = ".writing"

  /// Writes `text` to a file beside `path`, and renames it.
  static func write(_ text: String, to path: String) throws(BaselineError) {
    let staged = try stage(text, for: path)
    do { try rename(staged, to: path) } catch {
      unlink(staged)
      throw error
    }
  }

  /// Writes `text` to a file beside `path`, to take its place.
  ///
  /// - Returns: the path of that file. It is on the disk, whole.
  static func stage(_ text: String, for path: String) throws(BaselineError) -> String {
    let staged = path + suffix
    let descriptor = open(staged, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path, errno) }
    var text = text
    let isWritten = text.withUTF8 { bytes in
      guard let start = bytes.baseAddress else { return true }
      var offset = 0
      while offset < bytes.count {
        let count = Glibc.write(descriptor, start + offset, bytes.count - offset)
        if count < 0, errno == EINTR { continue }
        if count <= 0 { return false }
        offset += count
      }
      return fsync(descriptor) == 0
    }
    let code = errno
    close(descriptor)
    guard isWritten else {
      unlink(staged)
      throw failure(path, code)
    }
    return staged
  }

  /// Renames a file.
  static func rename(_ staged: String, to path: String) throws(BaselineError) {
    guard Glibc.rename(staged, path) == 0 else { throw failure(path, errno) }
  }

  private static func failure(_ path: String, _ code: Int32) -> BaselineError {
    .file(path: path, problem: "can't be written: \(String(cString: strerror(code)))")
  }
}
