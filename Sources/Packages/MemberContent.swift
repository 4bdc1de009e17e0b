import ByteReading

extension Archive {
  /// A larger file is kept in a file without a name, not in memory: of a vmlinux with 500 MB of debug information, a
  /// tenth is looked at, and the system may take the rest back from memory as it likes.
  private static let memoryLimit = 64 << 20

  /// The content of `entry`, which is the current file.
  func content(of entry: Entry, limit: Int) throws(PackageError) -> ByteView {
    guard entry.size <= limit else {
      throw .tooLarge(path: path, member: entry.path, limit: limit)
    }
    let place = BytePlace(file: "\(path): \(entry.path)")
    return entry.size <= Self.memoryLimit
      ? try contentInMemory(of: entry, place) : try contentInFile(of: entry, place)
  }

  private func contentInMemory(of entry: Entry, _ place: BytePlace) throws(PackageError) -> ByteView {
    guard let memory = AnonymousMemory(reserving: entry.size) else {
      throw .noRoom(path: path, member: entry.path, problem: "\(entry.size) bytes of memory can't be had")
    }
    let count = try read(into: UnsafeMutableRawBufferPointer(start: memory.start, count: entry.size))
    try check(count, entry)
    return memory.bytes(place)
  }

  private func contentInFile(of entry: Entry, _ place: BytePlace) throws(PackageError) -> ByteView {
    func room<T>(_ body: () throws(FileError) -> T) throws(PackageError) -> T {
      do { return try body() } catch {
        throw .noRoom(path: path, member: entry.path, problem: error.description)
      }
    }
    let file = try room { () throws(FileError) in try TemporaryFile() }
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { piece.deallocate() }
    while true {
      let count = try read(into: piece)
      if count == 0 { break }
      try room { () throws(FileError) in
        try file.append(UnsafeRawBufferPointer(rebasing: piece[..<count]))
      }
    }
    try check(file.count, entry)
    return try room { () throws(FileError) in try file.bytes(place) }
  }

  private func check(_ count: Int, _ entry: Entry) throws(PackageError) {
    guard count == entry.size else {
      throw .damaged(
        path: path, part: entry.path, problem: "\(count) bytes are there, of \(entry.size)")
    }
  }
}
