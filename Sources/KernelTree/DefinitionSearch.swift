import Foundation
import Processes

/// Finds the source files that define what no object defines yet.
struct DefinitionSearch {
  let source: String
  /// The directory under `arch` that is built.
  let architectureDirectory: String?

  /// The object files that define symbols, as make names them (`net/netfilter/nf_bpf_link.o`), by symbol; without those that no
  /// source defines. The tree is read once for all of them.
  func objects(defining symbols: [String]) throws(TreeError) -> [String: String] {
    guard !symbols.isEmpty else { return [:] }
    let result: ExternalCommand.Result
    do {
      result = try ExternalCommand(
        name: "grep",
        arguments: ["-rwFH", "--include=*.c"] + symbols.flatMap { ["-e", $0] } + directories.map { "\(source)/\($0)" }
      ).run()
    } catch { throw .tool(error) }
    var objects: [String: String] = [:]
    for found in result.output.split(separator: "\n") {
      guard let end = found.firstRange(of: ".c:") else { continue }
      let (path, line) = (found[..<end.lowerBound].dropFirst(source.count + 1), found[end.upperBound...])
      guard Self.isAtMargin(line) else { continue }
      for symbol in symbols where Self.defines(symbol, line) {
        let object = "\(path).o"
        // Of several, the first by name: what grep lists first hangs on the file system.
        objects[symbol] = objects[symbol].map { min($0, object) } ?? object
      }
    }
    return objects
  }

  private var directories: [String] {
    var result = ["kernel", "net", "drivers/media/rc", "drivers/hid/bpf", "security", "fs", "lib", "mm", "block"]
    if let architectureDirectory { result.append("arch/\(architectureDirectory)") }
    return result.filter { FileManager.default.fileExists(atPath: "\(source)/\($0)") }
  }

  /// Whether a definition can begin in a line of C.
  private static func isAtMargin(_ line: Substring) -> Bool {
    guard let first = line.first, first.isLetter || first == "_" else { return false }
    return !line.hasPrefix("extern ") && !line.hasPrefix("EXPORT_SYMBOL")
  }

  /// Whether a line at the margin names `symbol`, and is neither a declaration nor a macro.
  private static func defines(_ symbol: String, _ line: Substring) -> Bool {
    ends(ofWord: symbol, in: line).contains { end in
      let rest = line[end...].drop { $0 == " " }
      if rest.hasPrefix("(") { return !line.hasSuffix(";") }
      // `const struct bpf_verifier_ops x = {`, and one that is all zero: `const struct bpf_verifier_ops x;`
      return rest.hasPrefix("=") || rest.hasPrefix("[") || rest == ";"
    }
  }

  /// Where the occurrences of a word end.
  private static func ends(ofWord word: String, in line: Substring) -> [Substring.Index] {
    func isPart(_ character: Character?) -> Bool {
      character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
    }
    return line.ranges(of: word).filter { range in
      let before = range.lowerBound > line.startIndex ? line[line.index(before: range.lowerBound)] : nil
      let after = range.upperBound < line.endIndex ? line[range.upperBound] : nil
      return !isPart(before) && !isPart(after)
    }.map(\.upperBound)
  }
}
