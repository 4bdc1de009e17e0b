import Glibc

/// Keeps other processes away from a tree's cache for as long as it lives. The system takes it back when the process ends,
/// however it ends.
public struct CacheLock: ~Copyable {
  private let descriptor: Int32

  init(path: String, wait: () -> Void) throws(TreeError) {
    descriptor = try Self.locked(path, wait)
  }

  private static func locked(_ path: String, _ wait: () -> Void) throws(TreeError) -> Int32 {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    var status = descriptor < 0 ? -1 : flock(descriptor, LOCK_EX | LOCK_NB)
    if descriptor >= 0, status != 0, errno == EWOULDBLOCK {
      wait()
      repeat { status = flock(descriptor, LOCK_EX) } while status != 0 && errno == EINTR
    }
    if status == 0 { return descriptor }
    throw .cache(path: path, problem: String(cString: strerror(errno)))
  }

  deinit { close(descriptor) }
}
