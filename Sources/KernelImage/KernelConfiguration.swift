import ByteReading
import Digest

/// A kernel's configuration: the `.config` that it was built with.
public struct KernelConfiguration: Sendable, Hashable {
  /// The options that are set, with their values: `CONFIG_IPV6` is `y`, `CONFIG_NR_CPUS` is `8192`.
  public let options: [String: String]

  /// Reads the text of a `.config`. Options that are not set are left out.
  ///
  /// - Throws: when no line of it sets an option: it is something else.
  public init(text: some StringProtocol, place: BytePlace) throws(ByteError) {
    var options: [String: String] = [:]
    for line in text.utf8.split(separator: 0x0a) where line.starts(with: "CONFIG_".utf8) {
      guard let sign = line.firstIndex(of: 0x3d) else { continue }
      let name = String(decoding: line[..<sign], as: UTF8.self)
      options[name] = String(decoding: line[line.index(after: sign)...], as: UTF8.self)
    }
    guard !options.isEmpty else {
      throw ByteError(
        place: place, offset: 0, needed: 0, available: text.utf8.count,
        problem: "no line sets an option (CONFIG_…=…): it is no kernel configuration")
    }
    self.options = options
  }

  /// Reads the `.config` in `bytes`.
  init(_ bytes: ByteView) throws(ByteError) {
    try self.init(text: bytes.withBytes { String(decoding: $0, as: UTF8.self) }, place: bytes.place)
  }

  /// Reads the `.config` in a file.
  public init(file path: String) throws(KernelImageError) {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .file(error) }
    do { try self.init(file.bytes) } catch { throw .bytes(error) }
  }

  /// SHA-256 of the options that are set, a line each, sorted.
  public var digest: String {
    sha256(options.map { "\($0.key)=\($0.value)\n" }.sorted().joined().utf8)
  }

  /// The value of an option, `n` for one that is not set.
  public subscript(_ name: String) -> String { options[name] ?? "n" }
}
