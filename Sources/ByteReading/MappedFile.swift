import Glibc

/// A file mapped into memory, private and writable: what is written stays in this process.
public final class MappedFile: @unchecked Sendable {
  /// The path as the user gave it.
  public let path: String
  /// The size in bytes when it was mapped.
  public let count: Int
  /// The first byte, on a page boundary.
  public let start: UnsafeMutableRawPointer

  /// Maps the file at `path`.
  ///
  /// - Throws: `FileError` when it can't be opened, is no regular file, or is empty.
  public convenience init(path: String) throws(FileError) {
    let file = try RegularFile(path: path)
    try self.init(file)
  }

  private convenience init(_ file: borrowing RegularFile) throws(FileError) {
    try self.init(descriptor: file.descriptor, path: file.path)
  }

  /// Maps the open file `descriptor`, which is not needed any more then; `path` names it in messages.
  init(descriptor: Int32, path: String) throws(FileError) {
    let size = try RegularFile.size(of: descriptor, path)
    guard size > 0 else { throw FileError(path: path, problem: "is empty") }
    let mapping = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0)
    guard let mapping, mapping != MAP_FAILED else { throw FileError(path: path, code: errno) }
    self.path = path
    count = size
    start = mapping
  }

  deinit { munmap(start, count) }

  /// All of the file's bytes.
  public var bytes: ByteView { bytes(BytePlace(file: path)) }

  /// All of the file's bytes, under another name.
  func bytes(_ place: BytePlace) -> ByteView {
    ByteView(base: UnsafeRawPointer(start), count: count, owner: self, place: place)
  }
}

/// A file that can't be read.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The path as the user gave it.
  public let path: String
  /// What is wrong with it.
  public let problem: String

  public init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  /// The problem that the C library's error `code` names.
  public init(path: String, code: Int32) {
    self.init(path: path, problem: String(cString: strerror(code)))
  }

  public var description: String { "\(path): \(problem)" }
}
