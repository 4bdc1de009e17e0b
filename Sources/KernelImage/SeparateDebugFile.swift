import ByteReading
import CLibelf

extension ElfFile {
  /// Whether the file itself has DWARF, plain or compressed.
  var hasDWARF: Bool { section(".debug_info") != nil || section(".zdebug_info") != nil }

  /// The file that holds this build's DWARF: itself, else what its build id names under a debug directory, else what
  /// `.gnu_debuglink` names (see "Debugging Information in Separate Files" in GDB's manual).
  ///
  /// A file whose build id differs is passed over.
  func dwarfFile(buildID: String?, debugDirectories: [String]) -> String? {
    if hasDWARF { return path }
    var candidates: [String] = []
    if let buildID, buildID.count > 2 {
      let name = "/.build-id/\(buildID.prefix(2))/\(buildID.dropFirst(2)).debug"
      candidates += debugDirectories.map { $0 + name }
    }
    if let link = debugLink() {
      let directory = path.contains("/") ? String(path[..<path.lastIndex(of: "/")!]) : "."
      candidates += ["\(directory)/\(link)", "\(directory)/.debug/\(link)"]
      candidates += debugDirectories.map { "\($0)\(directory.hasPrefix("/") ? "" : "/")\(directory)/\(link)" }
    }
    return candidates.first { candidate in
      guard candidate != path, let file = try? MappedFile(path: candidate),
        ElfFile.recognises(file.bytes), let elf = try? ElfFile(file.bytes)
      else { return false }
      return elf.hasDWARF && elf.buildID() == buildID
    }
  }

  /// The file name that `.gnu_debuglink` holds, without any directory.
  private func debugLink() -> String? {
    guard let section = section(".gnu_debuglink"),
      let name = try? contents(of: section).string(at: 0), !name.isEmpty, !name.contains("/")
    else { return nil }
    return name
  }
}
