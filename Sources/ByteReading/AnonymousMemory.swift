import Glibc

/// Zeroed memory of this process, on a page boundary, that takes up room only as far as it is written to.
public final class AnonymousMemory: @unchecked Sendable {
  /// The first byte.
  public let start: UnsafeMutableRawPointer
  /// How many bytes there are.
  public private(set) var count: Int
  private var mapped: Int

  /// Reserves `count` bytes.
  ///
  /// - Returns: nil when the system gives none.
  public init?(reserving count: Int) {
    mapped = max(Self.wholePages(count), Self.pageSize)
    let mapping = mmap(
      nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapping, mapping != MAP_FAILED else { return nil }
    start = mapping
    self.count = count
  }

  deinit { munmap(start, mapped) }

  /// Gives the bytes behind the first `count` back.
  public func shrink(to count: Int) {
    precondition(count >= 0 && count <= self.count)
    let kept = max(Self.wholePages(count), Self.pageSize)
    if kept < mapped { munmap(start + kept, mapped - kept) }
    mapped = kept
    self.count = count
  }

  /// All of the bytes, for reading; they live as long as the view.
  public func bytes(_ place: BytePlace) -> ByteView {
    ByteView(base: UnsafeRawPointer(start), count: count, owner: self, place: place)
  }

  private static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

  private static func wholePages(_ count: Int) -> Int { (count + pageSize - 1) & ~(pageSize - 1) }
}
