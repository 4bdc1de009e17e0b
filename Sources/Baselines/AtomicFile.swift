import Glibc

/// Writes files so that a reader, or a machine that stops, finds either the old content or the new one.
public enum AtomicFile {
  /// Writes `text` to a file beside `path`, and renames it.
  public static func write(_ text: String, to path: String) throws(BaselineError) {
    let temporary = "\(path).\(getpid()).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    var text = text
    let isWritten = text.withUTF8 { bytes in
      var offset = 0
      while offset < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
        if count < 0, errno == EINTR { continue }
        if count <= 0 { return false }
        offset += count
      }
      return fsync(descriptor) == 0
    }
    let code = errno
    close(descriptor)
    guard isWritten else {
      unlink(temporary)
      throw .file(path: path, problem: "can't be written: \(String(cString: strerror(code)))")
    }
    guard rename(temporary, path) == 0 else {
      let error = failure(path)
      unlink(temporary)
      throw error
    }
  }

  private static func failure(_ path: String) -> BaselineError {
    .file(path: path, problem: "can't be written: \(String(cString: strerror(errno)))")
  }
}

/// Keeps other processes from writing to a store: a lock on its directory, which ends with the process.
struct StoreLock {
  private let descriptor: Int32

  /// Waits up to ten seconds for the lock.
  init(directory: String) throws(BaselineError) {
    descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .file(path: directory, problem: String(cString: strerror(errno)))
    }
    for attempt in 0..<200 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      guard errno == EWOULDBLOCK || errno == EINTR, attempt < 199 else { break }
      usleep(50_000)
    }
    close(descriptor)
    throw .busy(path: directory)
  }

  func release() { close(descriptor) }
}
