import ByteReading
import CLibelf

/// Finds the DWARF of a build.
enum SeparateDebugFile {
  /// The ELF file that holds this build's DWARF: itself, else what its build id names under a debug directory, else what
  /// `.gnu_debuglink` names (see "Debugging Information in Separate Files" in GDB's manual).
  ///
  /// A file whose build id differs is passed over.
  ///
  /// - Parameter elf: the build, where it is an ELF file.
  static func find(
    for elf: ElfFile?, path: String, buildID: String?, debugDirectories: [String]
  ) -> ByteView? {
    if let elf, elf.hasDWARF { return elf.bytes }
    var candidates: [String] = []
    if let buildID, buildID.count > 2 {
      let name = "/.build-id/\(buildID.prefix(2))/\(buildID.dropFirst(2)).debug"
      candidates += debugDirectories.map { $0 + name }
    }
    if let link = elf?.debugLink() {
      let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
      candidates += ["\(directory)/\(link)", "\(directory)/.debug/\(link)"]
      candidates += debugDirectories.map { "\($0)\(directory.hasPrefix("/") ? "" : "/")\(directory)/\(link)" }
    }
    for candidate in candidates where candidate != path {
      if let file = try? MappedFile(path: candidate), ElfFile.recognises(file.bytes),
        let elf = try? ElfFile(file.bytes), elf.hasDWARF, elf.buildID() == buildID
      {
        return file.bytes
      }
    }
    return nil
  }
}

extension ElfFile {
  /// Whether the file itself has DWARF, plain or compressed.
  fileprivate var hasDWARF: Bool { section(".debug_info") != nil || section(".zdebug_info") != nil }

  /// The file name that `.gnu_debuglink` holds, without any directory.
  fileprivate func debugLink() -> String? {
    guard let section = section(".gnu_debuglink"),
      let name = try? contents(of: section).string(at: 0), !name.isEmpty, !name.contains("/")
    else { return nil }
    return name
  }
}
