import ByteReading
import Decompression

extension KernelConfiguration {
  /// The configuration that a kernel holds itself, else the one that came with it.
  ///
  /// - Parameter dataSymbols: the kernel's symbols, where they name data: then `kernel_config_data` says whether memory is to
  ///   be searched, all of which would have to be read for it.
  static func found(
    in memory: KernelMemory, dataSymbols: SymbolTable?, of file: KernelFile, release: String
  ) throws(KernelImageError) -> KernelConfiguration? {
    let mayBeEmbedded = dataSymbols.map { $0.address(of: "kernel_config_data") != nil } ?? true
    if mayBeEmbedded, let embedded = try embedded(in: memory) { return embedded }
    return try accompanying(file, release: release)
  }

  /// The configuration that a kernel with CONFIG_IKCONFIG holds: gzip data between `IKCFG_ST` and `IKCFG_ED`
  /// (kernel/configs.c).
  private static func embedded(in memory: KernelMemory) throws(KernelImageError) -> KernelConfiguration? {
    let marker = Array("IKCFG_ST".utf8)
    for segment in memory.segments {
      guard let offset = segment.bytes.firstIndex(of: marker + Compression.gzip.magic) else {
        continue
      }
      let start = offset + marker.count
      let data: ByteView
      do {
        data = try segment.bytes.slice(
          at: start, length: segment.bytes.count - start, part: "kernel_config_data")
      } catch { throw .bytes(error) }
      let text: ByteView
      do {
        text = try Compression.gzip.expand(data, limit: sizeLimit, part: "kernel_config_data").bytes
      } catch { throw .decompression(error) }
      do { return try KernelConfiguration(text) } catch { throw .bytes(error) }
    }
    return nil
  }

  /// More than any configuration has; they have about 300 kB.
  private static let sizeLimit = 16 << 20

  /// The configuration that came with the kernel: in the same package, or in the same directory, as `config-RELEASE`
  /// (where distributions put it) or `config` (in /usr/lib/modules/RELEASE).
  private static func accompanying(
    _ file: KernelFile, release: String
  ) throws(KernelImageError) -> KernelConfiguration? {
    if let bytes = file.packagedConfiguration {
      do { return try KernelConfiguration(bytes) } catch { throw .bytes(error) }
    }
    let directory = file.path.lastIndex(of: "/").map { String(file.path[...$0]) } ?? ""
    var names = ["config-\(release)"]
    if directory.hasSuffix("/\(release)/") { names.append("config") }
    for name in names where !release.contains("/") {
      if let file = try? MappedFile(path: directory + name) {
        do { return try KernelConfiguration(file.bytes) } catch { throw .bytes(error) }
      }
    }
    return nil
  }
}
