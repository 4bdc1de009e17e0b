import ByteReading

/// A kernel build, opened: its memory, its symbols, and what says where it comes from.
public struct KernelImage: Sendable {
  /// The file that it was read from, as the user gave it; of a kernel in a package, that and the path inside.
  public let path: String
  public let architecture: Architecture
  public let memory: KernelMemory
  public let symbols: SymbolTable
  /// Whether `symbols` names data too; a kernel's own table of symbols may name functions alone.
  public let hasDataSymbols: Bool
  /// Whether per-CPU data are addressed from 0 on (x86-64 up to 6.14): a part of the file is to be loaded there.
  public let hasZeroBasedPerCPUData: Bool
  /// The release (`uname -r`), the compiler and the whole text of `linux_banner`.
  public let banner: Banner
  /// The GNU build id in lower-case hexadecimal, where there is one.
  public let buildID: String?
  /// The kernel's BTF, where there is any.
  public let btf: ByteView?
  /// The ELF file whose DWARF describes this build: the file itself, or a separate debug file.
  public let dwarf: ByteView?
  /// The configuration that the kernel holds itself (CONFIG_IKCONFIG), or that lies beside it.
  public let configuration: KernelConfiguration?

  /// Opens the kernel build in the file at `path`.
  ///
  /// - Parameter debugDirectories: where separate debug files are looked for, besides the file's own directory.
  public static func open(
    _ path: String, debugDirectories: [String] = ["/usr/lib/debug"]
  ) throws(KernelImageError) -> KernelImage {
    try KernelImage(KernelFile.open(path), debugDirectories: debugDirectories)
  }

  /// Reads the kernel in `file`.
  ///
  /// - Parameter debugDirectories: where separate debug files are looked for, besides the file's own directory.
  public init(
    _ file: KernelFile, debugDirectories: [String] = ["/usr/lib/debug"]
  ) throws(KernelImageError) {
    path = file.path
    let kernel = try LoadedKernel(file.content, path: path)
    architecture = kernel.architecture
    (symbols, hasDataSymbols) = try kernel.symbols(path: path)
    memory = kernel.extended(by: symbols)
    hasZeroBasedPerCPUData =
      symbols.address(of: "__per_cpu_start") == 0 || kernel.elf?.hasSegmentAtZero ?? false
    banner = try Banner(
      memory: memory, symbols: symbols, hasDataSymbols: hasDataSymbols, path: path)
    buildID = kernel.elf?.buildID() ?? BuildID.inMemory(memory, symbols)
    btf = try kernel.elf?.btf() ?? memory.btf()
    dwarf = SeparateDebugFile.find(
      for: kernel.elf, path: path, buildID: buildID, debugDirectories: debugDirectories)
    configuration = try KernelConfiguration.found(
      in: memory, dataSymbols: hasDataSymbols ? symbols : nil, of: file, release: banner.release)
  }
}
