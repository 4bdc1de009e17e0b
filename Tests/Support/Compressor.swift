import Foundation

/// Compresses by the programs that kernels are compressed with (scripts/Makefile.lib of the kernel), not by the libraries
/// that are tested.
public enum Compressor: String, CaseIterable, Sendable {
  case gzip, bzip2, lzma, xz, lzop, lz4, zstd
  case lz4Legacy

  private var command: (program: String, arguments: [String]) {
    switch self {
    case .gzip: ("gzip", ["-n", "-9"])
    case .bzip2: ("bzip2", ["-9"])
    case .lzma: ("xz", ["--format=lzma", "-9"])
    case .xz: ("xz", ["--check=crc32", "-9"])
    case .lzop: ("lzop", ["-9"])
    case .lz4: ("lz4", ["-9", "-q"])
    case .lz4Legacy: ("lz4", ["-l", "-9", "-q"])
    case .zstd: ("zstd", ["-19", "-q"])
    }
  }

  /// `bytes`, compressed.
  public func compress(_ bytes: [UInt8]) throws -> [UInt8] {
    let input = try TemporaryFile.write(bytes)
    defer { try? FileManager.default.removeItem(at: URL(fileURLWithPath: input).deletingLastPathComponent()) }
    let (program, arguments) = command
    // By the shell's redirection: some programs refuse to write to what is no terminal, others to read.
    try Command.run(
      "sh", ["-c", "\(([program] + arguments).joined(separator: " ")) -c <\"$1\" >\"$1.out\"", "sh", input])
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: input + ".out")))
  }
}
