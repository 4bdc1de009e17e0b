import ByteReading

/// A kernel that was found in a package.
public struct PackagedKernel: Sendable {
  /// Its bytes; their place names the package and the path inside.
  public let bytes: ByteView
  /// The configuration that the package holds for this kernel's release.
  public let configuration: ByteView?
}

/// A Debian or RPM package that holds a kernel.
///
/// It is read once from its start to its end, and only the kernel is kept.
public enum KernelPackage {
  /// Whether `bytes` are a package, by their magic numbers (deb(5); rpm's lib/rpmlead.c).
  public static func recognises(_ bytes: ByteView) -> Bool { kind(of: bytes) != nil }

  private static func kind(of bytes: ByteView) -> Archive.Kind? {
    bytes.withBytes { bytes in
      if bytes.starts(with: "!<arch>\n".utf8) { return .ar }
      if bytes.starts(with: [0xed, 0xab, 0xee, 0xdb]) { return .rpm }
      return nil
    }
  }

  /// The kernel in the package `bytes`, which is the file at `path`.
  ///
  /// - Parameter member: its path in the package; without it, there must be one kernel alone.
  public static func kernel(
    in bytes: ByteView, at path: String, member: String? = nil
  ) throws(PackageError) -> PackagedKernel {
    switch kind(of: bytes) {
    case .rpm: return try kernel(Archive(path, .rpm, part: "RPM payload"), member)
    case .ar:
      let outer = try Archive(path, .ar, part: "Debian package")
      while let entry = try outer.next() {
        guard entry.path.hasPrefix("data.tar") else { continue }
        return try kernel(Archive(memberOf: outer, .tar, part: entry.path), member)
      }
      throw .damaged(path: path, part: "Debian package", problem: "it has no member data.tar.*")
    default: throw .noKernel(path: path)
    }
  }

  /// What all of a package may expand to. Packages of debug information have up to 4 GB.
  private static let packageLimit = 16 << 30
  /// What a kernel may have. With debug information it has up to 1 GB.
  private static let kernelLimit = 2 << 30
  /// What a configuration may have.
  private static let configurationLimit = 4 << 20

  private static func kernel(
    _ archive: Archive, _ member: String?
  ) throws(PackageError) -> PackagedKernel {
    let path = archive.path
    var kernels: [String] = []
    var found: (member: MemberPath, bytes: ByteView)?
    var configurations: [String: ByteView] = [:]
    var total = 0
    while let entry = try archive.next() {
      guard entry.isRegularFile else { continue }
      guard entry.size >= 0, entry.size <= packageLimit - total else {
        throw .tooLarge(path: path, member: entry.path, limit: packageLimit)
      }
      total += entry.size
      let name = MemberPath(entry.path)
      let isChosen = entry.path == member
      if isChosen || name.isKernel {
        kernels.append(entry.path)
        if isChosen || member == nil && kernels.count == 1 {
          found = (name, try archive.content(of: entry, limit: kernelLimit))
        }
        // Packages of debug information take half a minute to read, and hold no configuration.
        if isChosen && name.isInDebugDirectory { break }
      } else if let release = name.configurationRelease, configurations.count < 16 {
        configurations[release] = try archive.content(of: entry, limit: configurationLimit)
      }
    }
    guard let found else {
      if let member { throw .noMember(path: path, member: member, kernels: kernels) }
      throw .noKernel(path: path)
    }
    if member == nil && kernels.count > 1 {
      throw .severalKernels(path: path, members: kernels)
    }
    return PackagedKernel(
      bytes: found.bytes, configuration: found.member.release.flatMap { configurations[$0] })
  }
}
