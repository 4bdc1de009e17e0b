import ByteReading

/// What a kernel says of itself at boot (`linux_banner`, init/version-timestamp.c; init/version.c before 6.3).
public struct Banner: Sendable, Hashable {
  /// `Linux version 6.1.0-50-cloud-amd64 (builder@host) (gcc …) #1 SMP …`.
  public let text: String
  /// What `uname -r` prints.
  public let release: String
  /// The compiler and linker, from the banner's second parentheses.
  public let compiler: String?
  /// What `uname -v` prints: `#1 SMP PREEMPT_DYNAMIC Debian 6.12.107-1 (2026-07-15)`; nil where there is none.
  public let version: String?

  /// Takes a banner's text apart.
  public init(text: String) {
    let line = text.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? text
    self.text = line
    let words = line.split(separator: " ")
    release = words.count > 2 ? String(words[2]) : "unknown"
    compiler = Self.parenthesised(in: line, number: 1)
    version = line.firstRange(of: ") #").map { String(line[$0.lowerBound...].dropFirst(2)) }
  }

  private static let prefix = "Linux version "

  /// Reads the banner of a kernel.
  ///
  /// - Parameter hasDataSymbols: whether `symbols` name data too; where they don't, the banner is looked for by its text.
  init(
    memory: KernelMemory, symbols: SymbolTable, hasDataSymbols: Bool, path: String
  ) throws(KernelImageError) {
    guard let address = symbols.address(of: "linux_banner") else {
      guard !hasDataSymbols, let text = Self.find(in: memory) else {
        throw .notAKernel(
          path: path,
          problem: "has no \(hasDataSymbols ? "symbol" : "text") linux_banner, so it is no Linux kernel")
      }
      self.init(text: text)
      return
    }
    let text: String
    do { text = try memory.string(at: address) } catch { throw .bytes(error) }
    guard text.hasPrefix(Self.prefix) else {
      throw .notAKernel(
        path: path, problem: "what stands at linux_banner is not \"\(Self.prefix)…\"")
    }
    self.init(text: text)
  }

  /// The banner of a kernel whose symbols name functions alone: the first text that starts as it does and names a release.
  private static func find(in memory: KernelMemory) -> String? {
    for segment in memory.segments {
      var start = 0
      while let offset = segment.bytes.firstIndex(of: Array(prefix.utf8), from: start) {
        start = offset + prefix.utf8.count
        if let first: UInt8 = try? segment.bytes.integer(at: start, .little), (0x30...0x39).contains(first) {
          return try? segment.bytes.string(at: offset)
        }
      }
    }
    return nil
  }

  /// The content of the `number`th outermost pair of parentheses.
  private static func parenthesised(in text: String, number: Int) -> String? {
    var depth = 0
    var seen = 0
    var content = ""
    for character in text {
      if character == ")" {
        depth -= 1
        if depth == 0 {
          if seen == number { return content }
          seen += 1
          content = ""
        }
      }
      if depth > 0 { content.append(character) }
      if character == "(" { depth += 1 }
    }
    return nil
  }
}
