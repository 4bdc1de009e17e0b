import Glibc

/// A regular file, open for reading. What is none is refused without waiting for whoever is at its other end.
public struct RegularFile: ~Copyable {
  /// The path as the user gave it.
  public let path: String
  /// The size in bytes when it was opened.
  public let count: Int
  let descriptor: Int32

  /// Opens the file at `path`.
  ///
  /// - Throws: `FileError` when it can't be opened, or is a directory, a pipe, a device or the like.
  public init(path: String) throws(FileError) {
    // Without O_NONBLOCK, opening a pipe waits for a writer; for a regular file the flag means nothing.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw FileError(path: path, code: errno) }
    do { count = try Self.size(of: descriptor, path) } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The size of the regular file that is open as `descriptor`.
  static func size(of descriptor: Int32, _ path: String) throws(FileError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(
        path: path,
        problem: status.st_mode & S_IFMT == S_IFDIR ? "is a directory" : "is not a regular file")
    }
    return Int(status.st_size)
  }

  /// The first `count` bytes, or as many as there are.
  public func start(_ count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let result = bytes.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { pread(descriptor, $0 + filled, count - filled, filled) } ?? 0
      }
      if result < 0, errno == EINTR { continue }
      guard result >= 0 else { throw FileError(path: path, code: errno) }
      if result == 0 { break }
      filled += result
    }
    bytes.removeLast(count - filled)
    return bytes
  }

  /// All of its bytes.
  ///
  /// - Parameter limit: what is longer is refused, and not read.
  public func bytes(limit: Int) throws(FileError) -> [UInt8] {
    guard count <= limit else {
      throw FileError(path: path, problem: "is \(count) bytes long; \(limit) are the most that is read")
    }
    return try start(count)
  }
}
