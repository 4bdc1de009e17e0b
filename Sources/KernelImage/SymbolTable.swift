import ByteReading

/// The names of a kernel's functions and data, and where they are.
///
/// Names are kept as bytes where they lie in the file: a vmlinux has 150,000 of them, and an audit asks for twenty.
public struct SymbolTable: Sendable {
  private let addresses: [UInt64]
  private let nameOffsets: [UInt32]
  /// Empty in a table that does not tell sizes, as kallsyms is.
  private let sizes: [UInt64]
  private let names: ByteView
  /// Open addressing; an entry is an index into `addresses` plus one, 0 is free.
  private let buckets: [UInt32]

  /// A table of symbols: `nameOffsets[i]` is where the NUL-terminated name of the symbol at `addresses[i]` starts in
  /// `names`.
  ///
  /// - Parameter sizes: how many bytes each symbol stands for, 0 where that is not told; empty where none are told.
  public init(addresses: [UInt64], nameOffsets: [UInt32], sizes: [UInt64] = [], names: ByteView) {
    precondition(addresses.count == nameOffsets.count && (sizes.isEmpty || sizes.count == addresses.count))
    self.addresses = addresses
    self.nameOffsets = nameOffsets
    self.sizes = sizes
    self.names = names
    var size = 16
    while size < addresses.count * 2 { size *= 2 }
    var buckets = [UInt32](repeating: 0, count: size)
    names.withBytes { bytes in
      for index in addresses.indices {
        let start = Int(nameOffsets[index])
        var slot = Self.hash(bytes, from: start) & (size - 1)
        while buckets[slot] != 0 { slot = (slot + 1) & (size - 1) }
        buckets[slot] = UInt32(index + 1)
      }
    }
    self.buckets = buckets
  }

  /// How many symbols there are.
  public var count: Int { addresses.count }

  /// The address of the first symbol of this name.
  public func address(of name: String) -> UInt64? { addresses(of: name).first }

  /// The addresses of all symbols of this name (functions of one name may stand in several files), rising.
  public func addresses(of name: String) -> [UInt64] {
    var name = name
    return name.withUTF8 { wanted in
      names.withBytes { bytes in
        let mask = buckets.count - 1
        var slot = Self.hash(UnsafeRawBufferPointer(wanted), from: 0) & mask
        var found: Set<UInt64> = []
        while buckets[slot] != 0 {
          let index = Int(buckets[slot] - 1)
          if Self.equal(bytes, from: Int(nameOffsets[index]), wanted) {
            found.insert(addresses[index])
          }
          slot = (slot + 1) & mask
        }
        return found.sorted()
      }
    }
  }

  /// The name of the last symbol at or before `address`, and how far behind it `address` lies.
  public func nearest(to address: UInt64) -> (name: String, offset: UInt64)? {
    var best: (index: Int, address: UInt64)?
    for (index, candidate) in addresses.enumerated() where candidate <= address {
      if best.map({ candidate > $0.address }) ?? true { best = (index, candidate) }
    }
    guard let best, let name = try? names.string(at: Int(nameOffsets[best.index])) else {
      return nil
    }
    return (name, address - best.address)
  }

  /// How many bytes the symbol at `address` stands for; nil where that is not told.
  public func size(at address: UInt64) -> UInt64? {
    zip(addresses, sizes).lazy.filter { $0.0 == address && $0.1 > 0 }.map(\.1).max()
  }

  /// The address of the first symbol behind `address`.
  public func next(after address: UInt64) -> UInt64? { addresses.lazy.filter { $0 > address }.min() }

  /// Every symbol, in the order of the table.
  public func forEach(_ body: (_ name: String, _ address: UInt64) -> Void) {
    for (index, address) in addresses.enumerated() {
      guard let name = try? names.string(at: Int(nameOffsets[index])) else { continue }
      body(name, address)
    }
  }

  private static func hash(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var index = start
    while index < bytes.count, bytes[index] != 0 {
      hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3
      index += 1
    }
    return Int(truncatingIfNeeded: (hash ^ (hash >> 29)) & 0x7fff_ffff)
  }

  private static func equal(
    _ bytes: UnsafeRawBufferPointer, from start: Int, _ name: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard bytes.count - start > name.count, bytes[start + name.count] == 0 else { return false }
    for index in name.indices where bytes[start + index] != name[index] { return false }
    return true
  }
}
