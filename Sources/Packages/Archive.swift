import ByteReading
import CLibarchive
import Glibc

/// An archive that is read from its start to its end, by libarchive: of a package, or inside one.
final class Archive {
  /// The formats and compressions that an archive may have. What is not named here is not tried: libarchive would start
  /// other programs for some.
  enum Kind {
    /// The outer part of a .deb (deb(5)).
    case ar
    /// The inner part of a .deb, compressed or not.
    case tar
    /// An .rpm: a cpio archive, compressed, behind headers.
    case rpm
  }

  /// A file in an archive. A link to another one is no regular file.
  struct Entry {
    /// The path, without `./` or `/` at its start.
    let path: String
    let size: Int
    let isRegularFile: Bool
  }

  private let handle: OpaquePointer
  /// The package's path.
  let path: String
  /// What the archive is, for messages.
  private let part: String
  private var source: Source?

  /// The archive in the file at `path`. (It is read piece by piece: mapped, all of it would count as memory of this
  /// process in the end.)
  init(_ path: String, _ kind: Kind, part: String) throws(PackageError) {
    (handle, self.path, self.part) = (try Self.makeHandle(), path, part)
    try support(kind)
    try check(archive_read_open_filename(handle, path, Source.size))
  }

  /// The archive that is the current member of `outer`.
  init(memberOf outer: Archive, _ kind: Kind, part: String) throws(PackageError) {
    (handle, path, self.part) = (try Self.makeHandle(), outer.path, part)
    try support(kind)
    let source = Source(outer)
    self.source = source
    try check(
      archive_read_open2(
        handle, Unmanaged.passUnretained(source).toOpaque(), nil,
        { _, context, buffer in
          guard let context, let buffer else { return -1 }
          let source = Unmanaged<Source>.fromOpaque(context).takeUnretainedValue()
          let count = source.fill()
          buffer.pointee = UnsafeRawPointer(source.buffer)
          return count
        }, nil, nil))
  }

  deinit { archive_read_free(handle) }

  /// The bytes of an archive inside another one, a piece at a time.
  private final class Source {
    let outer: Archive
    let buffer: UnsafeMutableRawPointer
    static let size = 1 << 18

    init(_ outer: Archive) {
      self.outer = outer
      buffer = .allocate(byteCount: Self.size, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Reads the next piece; its size, 0 at the end, negative on an error.
    func fill() -> Int { archive_read_data(outer.handle, buffer, Self.size) }
  }

  private static func makeHandle() throws(PackageError) -> OpaquePointer {
    guard let handle = archive_read_new() else {
      throw .damaged(path: "", part: "libarchive", problem: "can't start")
    }
    return handle
  }

  private func support(_ kind: Kind) throws(PackageError) {
    switch kind {
    case .ar:
      try check(archive_read_support_format_ar(handle))
    case .tar:
      try check(archive_read_support_format_tar(handle))
      try supportCompressions()
    case .rpm:
      try check(archive_read_support_format_cpio(handle))
      try check(archive_read_support_filter_rpm(handle))
      try supportCompressions()
    }
  }

  /// Those that dpkg-deb and rpmbuild write. Each answers with a warning where libarchive was built without it.
  private func supportCompressions() throws(PackageError) {
    try check(archive_read_support_filter_gzip(handle))
    try check(archive_read_support_filter_bzip2(handle))
    try check(archive_read_support_filter_lzma(handle))
    try check(archive_read_support_filter_xz(handle))
    try check(archive_read_support_filter_zstd(handle))
  }

  /// The next file; nil at the end.
  func next() throws(PackageError) -> Entry? {
    var entry: OpaquePointer?
    let status = archive_read_next_header(handle, &entry)
    if status == ARCHIVE_EOF { return nil }
    // A warning is about names or attributes.
    if status != ARCHIVE_WARN { try check(status) }
    let name = archive_entry_pathname(entry).map { String(cString: $0) } ?? ""
    return Entry(
      path: Self.normalised(name), size: Int(archive_entry_size(entry)),
      isRegularFile: archive_entry_filetype(entry) == S_IFREG && archive_entry_hardlink(entry) == nil)
  }

  /// Reads the content of the current file up to `buffer`'s size. Returns how much there was.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(PackageError) -> Int {
    var count = 0
    while count < buffer.count {
      let result = archive_read_data(
        handle, buffer.baseAddress.map { $0 + count }, buffer.count - count)
      if result == 0 { break }
      guard result > 0 else { throw damage() }
      count += result
    }
    return count
  }

  private static func normalised(_ path: String) -> String {
    var path = Substring(path)
    while path.hasPrefix("./") || path.hasPrefix("/") { path = path.dropFirst(path.first == "/" ? 1 : 2) }
    return String(path)
  }

  private func check(_ status: Int32) throws(PackageError) {
    if status != ARCHIVE_OK { throw damage() }
  }

  private func damage() -> PackageError {
    .damaged(
      path: path, part: part,
      problem: archive_error_string(handle).map { String(cString: $0) } ?? "it is damaged")
  }
}
