import ByteReading

/// Writes packages: their archives by the letter of the formats, compressed by other programs where they are.
public enum PackageWriter {
  /// A file in a package.
  public struct Member: Sendable {
    public let path: String
    public let content: [UInt8]
    /// What a symbolic link points to.
    public let link: String?
    /// What the header says, where it is not the truth.
    public var claimedSize: Int?

    public init(_ path: String, _ content: [UInt8] = [], link: String? = nil, claimedSize: Int? = nil) {
      self.path = path
      self.content = content
      self.link = link
      self.claimedSize = claimedSize
    }
  }

  /// A Debian package (deb(5)): an ar archive of `debian-binary`, `control.tar` and `data.tar`.
  public static func deb(data: [UInt8], name: String = "data.tar") -> [UInt8] {
    ar([
      Member("debian-binary", Array("2.0\n".utf8)), Member("control.tar", tar([])),
      Member(name, data),
    ])
  }

  public static func deb(_ members: [Member]) -> [UInt8] { deb(data: tar(members)) }

  /// An archive of ar(1): a header of 60 characters, the content, padded to 2 bytes.
  public static func ar(_ members: [Member]) -> [UInt8] {
    var bytes = Array("!<arch>\n".utf8)
    for member in members {
      let size = member.claimedSize ?? member.content.count
      let header =
        padded(member.path, 16) + padded("0", 12) + padded("0", 6) + padded("0", 6) + padded("100644", 8)
        + padded("\(size)", 10) + "`\n"
      bytes += Array(header.utf8) + member.content
      if member.content.count % 2 != 0 { bytes.append(0x0a) }
    }
    return bytes
  }

  /// An archive of tar(1) in the format of POSIX.1-1988 (ustar).
  public static func tar(_ members: [Member]) -> [UInt8] {
    var bytes: [UInt8] = []
    for member in members {
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, at offset: Int) {
        header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
      }
      put(member.path, at: 0)
      put("0000644\0", at: 100)
      put("0000000\0", at: 108)
      put("0000000\0", at: 116)
      let size = member.claimedSize ?? member.content.count
      if size < 1 << 33 {
        put(octal(size, 11) + "\0", at: 124)
      } else {
        // GNU's way for sizes that 11 octal digits have no room for: a binary number, marked by its first bit.
        for digit in 0..<8 { header[128 + digit] = UInt8(truncatingIfNeeded: size >> (56 - 8 * digit)) }
        header[124] = 0x80
      }
      put("00000000000\0", at: 136)
      put("        ", at: 148)
      put(member.link == nil ? "0" : "2", at: 156)
      put(member.link ?? "", at: 157)
      put("ustar\u{0}00", at: 257)
      put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
      bytes += header + member.content
      bytes += [UInt8](repeating: 0, count: (512 - member.content.count % 512) % 512)
    }
    return bytes + [UInt8](repeating: 0, count: 1024)
  }

  /// An RPM package: a lead of 96 bytes, two empty headers, and the payload.
  ///
  /// - Parameter payload: a cpio archive, compressed.
  public static func rpm(payload: [UInt8]) -> [UInt8] {
    var bytes = ByteWriter(.big)
    bytes.add([0xed, 0xab, 0xee, 0xdb, 3, 0])
    bytes.pad(to: 96)
    for _ in 0..<2 {
      // A header without entries: the signature's, padded to 8 bytes, and the package's own.
      bytes.add([0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0])
      bytes.add(UInt32(0))
      bytes.add(UInt32(0))
    }
    bytes.add(payload)
    return bytes.bytes
  }

  /// An archive of cpio(1) in the "new" format, which RPM's payload has: a header of 13 numbers of 8 hexadecimal digits.
  public static func cpio(_ members: [Member]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (number, member) in (members + [Member("TRAILER!!!")]).enumerated() {
      let mode = member.link == nil ? 0o100644 : 0o120777
      let content = member.link.map { Array($0.utf8) } ?? member.content
      let size = member.claimedSize ?? content.count
      let fields = [number + 1, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, member.path.utf8.count + 1, 0]
      bytes += Array("070701".utf8)
      for field in fields { bytes += Array(hexadecimal(field, 8).utf8) }
      bytes += Array(member.path.utf8) + [0]
      while bytes.count % 4 != 0 { bytes.append(0) }
      bytes += content
      while bytes.count % 4 != 0 { bytes.append(0) }
    }
    return bytes
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: width - text.utf8.count)
  }

  private static func octal(_ value: Int, _ width: Int) -> String { digits(String(value, radix: 8), width) }

  private static func hexadecimal(_ value: Int, _ width: Int) -> String {
    digits(String(value, radix: 16), width)
  }

  private static func digits(_ text: String, _ width: Int) -> String {
    String(repeating: "0", count: width - text.count) + text
  }
}
