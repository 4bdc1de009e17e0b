import Glibc

/// Keeps other processes from writing to a store: a lock on its directory, which ends with the process.
struct StoreLock {
  enum Use { case reading, writing }

  private let descriptor: Int32

  /// Waits up to ten seconds for the lock.
  init(directory: String, _ use: Use) throws(BaselineError) {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .file(path: directory, problem: String(cString: strerror(errno)))
    }
    self.descriptor = descriptor
    let operation = (use == .writing ? LOCK_EX : LOCK_SH) | LOCK_NB
    for attempt in 1...1000 {
      if flock(descriptor, operation) == 0 { return }
      let code = errno
      guard code == EWOULDBLOCK || code == EINTR else {
        // Where there are no locks (some network file systems), reading goes on without.
        if use == .reading { return }
        close(descriptor)
        throw .file(path: directory, problem: "can't be locked: \(String(cString: strerror(code)))")
      }
      if attempt < 1000 { usleep(10_000) }
    }
    close(descriptor)
    throw .busy(path: directory)
  }

  func release() { close(descriptor) }
}
