import Glibc

/// A bounds-checked view of untrusted bytes that something else keeps alive.
///
/// A view is a value: slicing makes another view and moves no position, so a reader that meets an error is where it was
/// before. Every error names the file, the part of it and the offset in that part.
public struct ByteView: @unchecked Sendable {
  /// What the bytes are, for messages: a file, and the section or structure inside it.
  public let place: BytePlace
  /// How many bytes there are.
  public let count: Int
  @usableFromInline let base: UnsafeRawPointer
  private let owner: AnyObject

  /// A view of `count` bytes at `base`, which `owner` keeps valid and unchanged.
  public init(base: UnsafeRawPointer, count: Int, owner: AnyObject, place: BytePlace) {
    self.base = base
    self.count = count
    self.owner = owner
    self.place = place
  }

  /// A view of a copy of `bytes`.
  public init(copying bytes: some Collection<UInt8>, place: BytePlace) {
    let storage = OwnedBytes(bytes)
    self.init(
      base: UnsafeRawPointer(storage.pointer), count: storage.count, owner: storage, place: place)
  }

  /// The integer at `offset` in the given byte order.
  @inlinable
  public func integer<T: FixedWidthInteger>(
    _ type: T.Type = T.self, at offset: Int, _ order: ByteOrder
  ) throws(ByteError) -> T {
    let raw: T = try load(at: offset)
    return order == .little ? T(littleEndian: raw) : T(bigEndian: raw)
  }

  @inlinable
  func load<T: FixedWidthInteger>(at offset: Int) throws(ByteError) -> T {
    guard offset >= 0, offset <= count - MemoryLayout<T>.size else {
      throw ByteError(place: place, offset: offset, needed: MemoryLayout<T>.size, available: count)
    }
    return base.loadUnaligned(fromByteOffset: offset, as: T.self)
  }

  /// The part of `length` bytes from `offset`; its messages count from its own start, and name `part`.
  public func slice(at offset: Int, length: Int, part: String? = nil) throws(ByteError) -> ByteView {
    guard offset >= 0, length >= 0, offset <= count, length <= count - offset else {
      throw ByteError(place: place, offset: offset, needed: length, available: count)
    }
    let inner = part.map { BytePlace(file: place.file, part: $0) } ?? place
    return ByteView(base: base + offset, count: length, owner: owner, place: inner)
  }

  /// The bytes up to the next NUL from `offset`, decoded as UTF-8 with replacement of what is not.
  public func string(at offset: Int) throws(ByteError) -> String {
    String(decoding: try nulTerminated(at: offset), as: UTF8.self)
  }

  /// The bytes from `offset` up to, and without, the next NUL. Valid while the view's owner lives.
  public func nulTerminated(at offset: Int) throws(ByteError) -> UnsafeRawBufferPointer {
    guard offset >= 0, offset < count else {
      throw ByteError(place: place, offset: offset, needed: 1, available: count)
    }
    guard let end = memchrIndex(0, from: offset) else {
      throw ByteError(
        place: place, offset: offset, needed: count - offset + 1, available: count,
        problem: "a string has no end")
    }
    return UnsafeRawBufferPointer(start: base + offset, count: end - offset)
  }

  /// The index of the next byte equal to `byte` from `start` on.
  public func memchrIndex(_ byte: UInt8, from start: Int) -> Int? {
    guard start < count else { return nil }
    guard let hit = memchr(base + start, Int32(byte), count - start) else { return nil }
    return UnsafeRawPointer(hit) - base
  }

  /// Where `needle` first occurs at or after `start`.
  public func firstIndex(of needle: [UInt8], from start: Int = 0) -> Int? {
    guard start >= 0, start <= count, !needle.isEmpty, needle.count <= count - start else {
      return nil
    }
    var candidate = start
    let last = count - needle.count
    while let hit = memchrIndex(needle[0], from: candidate), hit <= last {
      if memcmp(base + hit, needle, needle.count) == 0 { return hit }
      candidate = hit + 1
    }
    return nil
  }

  /// Calls `body` with the bytes; the pointer must not outlive the call.
  @inline(__always)
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// The bytes as they lie in memory, for a library that takes a pointer. The view must be kept alive beside it.
  public var unsafeStart: UnsafeRawPointer { base }

  /// A copy of the bytes.
  public func copy() -> [UInt8] { withBytes { Array($0) } }
}

/// Bytes of our own, freed with the last view of them.
private final class OwnedBytes {
  let pointer: UnsafeMutableRawPointer
  let count: Int

  init(_ bytes: some Collection<UInt8>) {
    count = bytes.count
    pointer = .allocate(byteCount: max(count, 1), alignment: 16)
    UnsafeMutableRawBufferPointer(start: pointer, count: count).copyBytes(from: bytes)
  }

  deinit { pointer.deallocate() }
}
