import Glibc

/// A file without a name, for what is too large for memory: it is gone when nothing refers to it any more.
public final class TemporaryFile {
  private let descriptor: Int32
  private let directory: String
  /// How many bytes have been appended.
  public private(set) var count = 0

  /// Makes an empty file in the directory that the environment variable TMPDIR names, else in /var/tmp: /tmp is memory on
  /// many systems.
  public init() throws(FileError) {
    directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
    var template = Array("\(directory)/ctxabi.XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw FileError(path: directory, code: errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
  }

  deinit { close(descriptor) }

  /// Writes `bytes` behind those that are there.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let result = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      if result < 0 && errno == EINTR { continue }
      guard result > 0 else { throw FileError(path: directory, code: errno) }
      written += result
    }
    count += written
  }

  /// What has been appended so far, mapped; it lives as long as the view.
  public func bytes(_ place: BytePlace) throws(FileError) -> ByteView {
    try MappedFile(descriptor: descriptor, path: directory).bytes(place)
  }
}
