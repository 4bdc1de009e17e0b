import Foundation
import Processes

/// Finds the source files that define what no object defines yet.
struct DefinitionSearch {
  let source: String
  /// The directory under `arch` that is built.
  let architectureDirectory: String?

  /// The object file that defines a symbol, as make names it: `net/netfilter/nf_bpf_link.o`; nil where no source does.
  func object(defining symbol: String) throws(TreeError) -> String? {
    let result: ExternalCommand.Result
    do {
      result = try ExternalCommand(
        name: "grep", arguments: ["-rlw", "--include=*.c", "-e", symbol] + directories.map { "\(source)/\($0)" }
      ).run()
    } catch { throw .tool(error) }
    for path in result.output.split(separator: "\n").map(String.init).sorted() {
      guard let text = try? String(contentsOfFile: path, encoding: .utf8),
        Self.defines(symbol, in: text)
      else { continue }
      return String(path.dropFirst(source.count + 1).dropLast(2)) + ".o"
    }
    return nil
  }

  private var directories: [String] {
    var result = ["kernel", "net", "drivers/media/rc", "drivers/hid/bpf", "security", "fs", "lib", "mm", "block"]
    if let architectureDirectory { result.append("arch/\(architectureDirectory)") }
    return result.filter { FileManager.default.fileExists(atPath: "\(source)/\($0)") }
  }

  /// Whether a C file defines `symbol`: a line at the margin that names it, and is neither a declaration nor a macro.
  static func defines(_ symbol: String, in text: String) -> Bool {
    text.split(separator: "\n").contains { line in
      guard let first = line.first, first.isLetter || first == "_", !line.hasPrefix("extern "),
        !line.hasPrefix("EXPORT_SYMBOL")
      else { return false }
      return ends(ofWord: symbol, in: line).contains { end in
        let rest = line[end...].drop { $0 == " " }
        if rest.hasPrefix("(") { return !line.hasSuffix(";") }
        // `const struct bpf_verifier_ops x = {`, and one that is all zero: `const struct bpf_verifier_ops x;`
        return rest.hasPrefix("=") || rest.hasPrefix("[") || rest == ";"
      }
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
