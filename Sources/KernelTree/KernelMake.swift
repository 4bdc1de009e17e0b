import Digest
import Foundation
import KernelImage
import Processes

/// Runs the kernel's own make, out of tree.
struct KernelMake {
  /// The sources.
  let source: String
  /// The directory that make writes to (`O=`).
  let build: String
  let toolchain: Toolchain
  /// Where make is run; nil for as any program is.
  let sandbox: Sandbox?
  /// Told what is being done.
  let progress: (BuildStep) -> Void

  /// Brings the configuration of the build directory to what is wanted.
  ///
  /// - Parameter sources: tells the states of the sources apart as far as they decide the configuration; where it was made
  ///   from the same before, it is left alone. Nil where that can't be told.
  func configure(_ configuration: TreeConfiguration, sources: String?) throws(TreeError) {
    let stamp = sources.map { sha256("\($0) \(configuration.key)".utf8) }
    if let stamp, stamp == (try? String(contentsOfFile: stampPath, encoding: .utf8)) { return }
    progress(.configuring)
    do {
      try FileManager.default.createDirectory(atPath: build, withIntermediateDirectories: true)
      try? FileManager.default.removeItem(atPath: stampPath)
    } catch { throw .cache(path: build, problem: error.localizedDescription) }
    if configuration.base == nil {
      // The defaults are the architecture's, and part of the sources: another revision may have others.
      _ = try make(["defconfig"], "the default configuration")
      try write(read(configurationPath) + configuration.fragment, to: configurationPath)
    } else {
      try write(configuration.baseText + "\n" + configuration.fragment, to: configurationPath)
    }
    _ = try make(["olddefconfig"], "the configuration")
    if let stamp { try write(stamp, to: stampPath) }
  }

  private var configurationPath: String { "\(build)/.config" }
  private var stampPath: String { "\(build)/ctxabi-configured" }

  private func read(_ path: String) throws(TreeError) -> String {
    do { return try String(contentsOfFile: path, encoding: .utf8) } catch {
      throw .cache(path: path, problem: error.localizedDescription)
    }
  }

  private func write(_ text: String, to path: String) throws(TreeError) {
    do { try text.write(toFile: path, atomically: true, encoding: .utf8) } catch {
      throw .cache(path: path, problem: error.localizedDescription)
    }
  }

  /// The configuration as it is built.
  func configuration() throws(TreeError) -> KernelConfiguration {
    do { return try KernelConfiguration(file: configurationPath) } catch {
      throw .build(what: "the configuration", output: error.description)
    }
  }

  /// Makes object files, and before them what they need: `make prepare` is a part of each such target
  /// (Documentation/kbuild, "single targets").
  func objects(_ names: [String]) throws(TreeError) {
    progress(.preparing)
    // objtool rewrites objects for a kernel that is booted; building it takes longer than an object does.
    _ = try make(["CONFIG_OBJTOOL="] + names, names.count == 1 ? names[0] : "the kernel")
  }

  /// What `uname -r` would print.
  var release: String {
    let text = try? String(contentsOfFile: "\(build)/include/config/kernel.release", encoding: .utf8)
    return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
  }

  private func make(_ targets: [String], _ what: String) throws(TreeError) -> String {
    let processors = ProcessInfo.processInfo.activeProcessorCount
    let result: ExternalCommand.Result
    do {
      let arguments = ["-C", source, "O=\(build)", "-j\(processors)", "V=0"] + toolchain.makeArguments + targets
      let command =
        sandbox?.command("make", arguments, source: source, build: build)
        ?? ExternalCommand(name: "make", arguments: arguments)
      result = try command.run { line in
        if let step = Self.step(line) { progress(step) }
      }
    } catch { throw .tool(error) }
    guard result.status == 0 else {
      throw .build(what: Self.failed(result.errors) ?? what, output: Self.tail(result.errors, result.output))
    }
    return result.output
  }

  /// `compiling net/core/filter.c` for `  CC      net/core/filter.o`.
  private static func step(_ line: Substring) -> BuildStep? {
    let words = line.split(separator: " ")
    guard line.hasPrefix("  "), words.count == 2, words[0].allSatisfy({ $0.isUppercase || $0 == "_" }) else {
      return nil
    }
    if words[0] == "CC", words[1].hasSuffix(".o") { return .compiling("\(words[1].dropLast(2)).c") }
    return .making(String(words[1]))
  }

  /// The object that make could not make: `make[4]: *** [scripts/Makefile.build:229: net/core/filter.o] Error 1`.
  private static func failed(_ errors: String) -> String? {
    for line in errors.split(separator: "\n") where line.contains("*** [") {
      guard let bracket = line.firstIndex(of: "["), let end = line.lastIndex(of: "]"), bracket < end else { continue }
      let name = line[..<end].split(separator: " ").last.map(String.init) ?? ""
      if name.hasSuffix(".o") { return "\(name.dropLast(2)).c" }
    }
    return nil
  }

  /// The end of what was written: enough to see the error.
  private static func tail(_ errors: String, _ output: String) -> String {
    let text = errors.isEmpty ? output : errors
    return text.split(separator: "\n", omittingEmptySubsequences: false).suffix(40).joined(separator: "\n")
  }
}
