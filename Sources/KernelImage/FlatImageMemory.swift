import ByteReading

/// Finds where a flat image goes in memory, and relocates it there.
///
/// No header says what address a flat image was linked at, but its pointers do. Any kernel holds more than a thousand
/// empty lists (LIST_HEAD, the waiters of every static mutex), which are two pointers to their own place: a word that
/// stands twice and differs from its own offset by a page-aligned base. Chance does not agree with itself; lists do.
///
/// Kernels built without RELR relocations (arm64 before 6.2, s390x before 6.10) may hold zeroes in place of pointers, and
/// a table of `Elf64_Rela` that says what they are to be. The base is then the one at which every entry leads to a word
/// that is still zero, or has its value already.
struct FlatImageMemory {
  private let image: FlatImage
  private let order: ByteOrder

  /// Pages are at least this large on every architecture, and every image starts on one.
  private static let pageSize = 4096
  /// So many lists must agree on a base.
  static let neededVotes = 16
  /// A run of so many entries that are alike is taken for a relocation table.
  static let neededRelocations = 64
  /// Bounds for an image that is made to take long: different bases, and words looked at for them.
  private static let baseLimit = 1 << 16
  private static let workLimit = 1 << 28

  init(_ image: FlatImage) {
    self.image = image
    order = image.architecture.byteOrder
  }

  /// The image at its address, relocated in place (the bytes are this process's own).
  func segment() throws(KernelImageError) -> Segment {
    let table = relocationTable()
    guard let base = baseOfLists() ?? table.flatMap(baseOfRelocations) else {
      throw .notAKernel(
        path: image.bytes.place.file,
        problem:
          "is a flat image of \(image.bytes.count) bytes whose address can't be told: it has no lists that point to themselves, as every kernel has"
      )
    }
    guard base <= UInt64.max - UInt64(image.memorySize) else {
      throw .notAKernel(
        path: image.bytes.place.file,
        problem: "is a flat image with pointers as if it stood at \(hexadecimal(base)), where it has no room")
    }
    if let table { apply(table, base: base) }
    return Segment(address: base, memorySize: image.memorySize, bytes: image.bytes)
  }

  // MARK: - Lists

  /// The base that empty lists agree on.
  private func baseOfLists() -> UInt64? {
    var votes: [UInt64: Int] = [:]
    words { words, count in
      guard count > 1 else { return }
      for index in 0..<(count - 1) where words[index] == words[index + 1] {
        let word = value(words[index])
        let base = word &- UInt64(index * 8)
        guard word > 0xffff, base % UInt64(Self.pageSize) == 0, votes.count < Self.baseLimit else {
          continue
        }
        votes[base, default: 0] += 1
      }
    }
    let ranking = votes.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
    guard let best = ranking.first, best.value >= Self.neededVotes,
      ranking.count < 2 || best.value > 2 * ranking[1].value
    else { return nil }
    return best.key
  }

  // MARK: - Relocations

  /// `Elf64_Rela` entries of one type: where they start in the image, and how many there are.
  private struct RelocationTable {
    let offset: Int
    let count: Int
  }

  /// The longest run of `R_*_RELATIVE` entries: three words, the middle one of them always the same.
  private func relocationTable() -> RelocationTable? {
    let type = UInt64(image.architecture.relativeRelocation)
    let stored = order == .little ? type.littleEndian : type.bigEndian
    var best: RelocationTable?
    words { words, count in
      var index = 1
      while index < count - 1 {
        guard words[index] == stored else {
          index += 1
          continue
        }
        let first = index
        while index < count - 1, words[index] == stored { index += 3 }
        let length = (index - first) / 3
        if length >= Self.neededRelocations, length > best?.count ?? 0 {
          best = RelocationTable(offset: (first - 1) * 8, count: length)
        }
      }
    }
    return best
  }

  /// The only base at which every entry leads into the image, to a word that is zero or has its value already.
  private func baseOfRelocations(_ table: RelocationTable) -> UInt64? {
    let targets = (0..<table.count).map { entry(table, $0).target }
    guard let lowest = targets.min(), let highest = targets.max(),
      highest - lowest <= UInt64(image.bytes.count)
    else { return nil }
    let page = UInt64(Self.pageSize)
    var work = 0
    var found: UInt64?
    var base = lowest & ~(page - 1)
    while highest &- base <= UInt64(image.bytes.count - 8) {
      let fits = (0..<table.count).allSatisfy { number in
        work += 1
        let (target, addend) = entry(table, number)
        let word = word(at: Int(target &- base))
        return word == 0 || word == addend
      }
      guard work < Self.workLimit else { return nil }
      if fits {
        guard found == nil else { return nil }
        found = base
      }
      guard base >= page else { break }
      base -= page
    }
    return found
  }

  /// Writes the values of the words that the kernel itself would relocate at boot.
  private func apply(_ table: RelocationTable, base: UInt64) {
    let start = UnsafeMutableRawPointer(mutating: image.bytes.unsafeStart)
    for number in 0..<table.count {
      let (target, addend) = entry(table, number)
      guard target >= base, target - base <= UInt64(image.bytes.count - 8) else { continue }
      let stored = order == .little ? addend.littleEndian : addend.bigEndian
      start.storeBytes(of: stored, toByteOffset: Int(target - base), as: UInt64.self)
    }
  }

  private func entry(_ table: RelocationTable, _ number: Int) -> (target: UInt64, addend: UInt64) {
    let offset = table.offset + 24 * number
    return (word(at: offset), word(at: offset + 16))
  }

  // MARK: - Words

  /// The word at an offset that lies inside the image.
  private func word(at offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset <= image.bytes.count - 8)
    return value(image.bytes.unsafeStart.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  private func value(_ stored: UInt64) -> UInt64 {
    order == .little ? UInt64(littleEndian: stored) : UInt64(bigEndian: stored)
  }

  /// All the image's aligned words as they are stored.
  private func words(_ body: (UnsafePointer<UInt64>, Int) -> Void) {
    let start = image.bytes.unsafeStart
    // Both a mapped file and expanded data start on a page.
    precondition(Int(bitPattern: start) % MemoryLayout<UInt64>.alignment == 0)
    body(start.assumingMemoryBound(to: UInt64.self), image.bytes.count / 8)
  }
}
