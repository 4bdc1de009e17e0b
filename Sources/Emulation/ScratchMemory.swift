import ByteReading
import Glibc
import KernelImage

/// Memory that the emulated code finds at `address`, and the caller by offset. Accesses outside are refused (a trap would
/// be a mistake of the caller, never of the image: offsets do not come from it unchecked).
public struct ScratchMemory {
  /// The address of the first byte for the emulated code.
  public let address: UInt64
  /// The size in bytes.
  public let count: Int
  private let start: UnsafeMutableRawPointer
  let byteOrder: ByteOrder

  init(address: UInt64, start: UnsafeMutableRawPointer, count: Int, byteOrder: ByteOrder) {
    self.address = address
    self.start = start
    self.count = count
    self.byteOrder = byteOrder
  }

  /// Sets `count` bytes at `offset` to zero.
  public func clear(at offset: Int, count: Int) {
    precondition(offset >= 0 && count >= 0 && offset <= self.count - count)
    memset(start + offset, 0, count)
  }

  /// Stores `value` in the kernel's byte order.
  public func store<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    precondition(offset >= 0 && offset <= count - MemoryLayout<T>.size)
    start.storeBytes(
      of: byteOrder == .little ? value.littleEndian : value.bigEndian, toByteOffset: offset,
      as: T.self)
  }

  /// The value at `offset`, from the kernel's byte order.
  public func load<T: FixedWidthInteger>(_ type: T.Type = T.self, at offset: Int) -> T {
    precondition(offset >= 0 && offset <= count - MemoryLayout<T>.size)
    let raw = start.loadUnaligned(fromByteOffset: offset, as: T.self)
    return byteOrder == .little ? T(littleEndian: raw) : T(bigEndian: raw)
  }

  /// Stores `bytes` as they are.
  public func store(bytes: [UInt8], at offset: Int) {
    precondition(offset >= 0 && offset <= count - bytes.count)
    UnsafeMutableRawBufferPointer(start: start + offset, count: bytes.count).copyBytes(from: bytes)
  }

  /// Whether `bytes` stand at `offset`.
  public func isEqual(at offset: Int, to bytes: ArraySlice<UInt8>) -> Bool {
    precondition(offset >= 0 && offset <= count - bytes.count)
    return bytes.withUnsafeBytes { bytes in
      guard let wanted = bytes.baseAddress else { return true }
      return memcmp(start + offset, wanted, bytes.count) == 0
    }
  }

  /// A copy of `count` bytes at `offset`.
  public func bytes(at offset: Int, count: Int) -> [UInt8] {
    precondition(offset >= 0 && count >= 0 && offset <= self.count - count)
    return Array(UnsafeRawBufferPointer(start: start + offset, count: count))
  }
}

/// Zeroed pages of this process.
final class HostRegion {
  let start: UnsafeMutableRawPointer
  let count: Int

  init(byteCount: Int) throws(EmulationError) {
    let mapping = mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapping, mapping != MAP_FAILED else {
      throw EmulationError(problem: "no memory: \(byteCount) bytes are needed")
    }
    start = mapping
    count = byteCount
  }

  deinit { munmap(start, count) }
}

/// Where the emulated code finds what is not part of the kernel.
struct AddressLayout {
  static let pageSize = 4096
  static let stackSize = 0x20000
  static let scratchSize = 0x50000
  static let threadSize = 0x80000

  let stack: UInt64
  let scratch: UInt64
  let thread: UInt64
  let returnPage: UInt64

  /// A stretch of addresses that no segment of the kernel uses.
  init(avoiding segments: [Segment]) {
    let size: UInt64 = 0x100_0000
    var base: UInt64 = 0x7000_0000
    while let hit = segments.first(where: {
      $0.address < base + size && base < $0.address + UInt64($0.memorySize)
    }) {
      base = (hit.address + UInt64(hit.memorySize) + size) & ~(size - 1)
    }
    // A page that is not there stands between any two.
    stack = base
    scratch = base + 0x10_0000
    thread = base + 0x20_0000
    returnPage = base + 0x40_0000
  }
}
