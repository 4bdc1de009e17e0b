import Foundation
import KernelImage
import Processes

/// A few object files of one kernel build, which together hold its context ABI.
public struct ObjectSet: Sendable {
  public let objects: [ObjectFile]
  public let architecture: Architecture

  /// Reads the objects at these paths.
  public init(paths: [String]) throws(LinkError) {
    var objects: [ObjectFile] = []
    do throws(KernelImageError) {
      for path in paths { objects.append(try ObjectFile(path: path)) }
    } catch { throw .object(error) }
    guard let first = objects.first else { throw .mixed("no object file was given") }
    for object in objects where object.architecture != first.architecture {
      throw .mixed(
        "\(first.path) is of \(first.architecture.rawValue), \(object.path) of \(object.architecture.rawValue)")
    }
    self.objects = objects
    architecture = first.architecture
  }

  /// What none of the objects defines, sorted.
  public var undefined: [String] {
    objects.reduce(into: Set<String>()) { $0.formUnion($1.undefined) }.subtracting(defined).sorted()
  }

  private var defined: Set<String> { objects.reduce(into: []) { $0.formUnion($1.defined) } }

  /// What none of the objects defines: of `names`, and of what they refer to and `isNeeded`, sorted.
  public func lacking(_ names: [String], where isNeeded: (String) -> Bool) -> [String] {
    Set(names).subtracting(defined).union(undefined.filter(isNeeded)).sorted()
  }

  /// Links the objects into an image that is audited as a vmlinux is.
  ///
  /// - Parameter linker: the command; one of the architecture where none is named.
  /// - Parameter release: what `uname -r` would print.
  public func link(
    to output: String, linker: String? = nil, release: String, compiler: String,
    processorLimit: UInt32? = nil
  ) throws(LinkError) {
    let script = LinkerScript(
      architecture: architecture, undefined: undefined,
      banner: "Linux version \(release) (ctxabi@localhost) (\(compiler)) #1", processorLimit: processorLimit)
    let scriptPath = output + ".lds"
    do { try script.text.write(toFile: scriptPath, atomically: true, encoding: .utf8) } catch {
      throw .file(path: scriptPath, problem: error.localizedDescription)
    }
    let name = linker ?? Self.linker(for: architecture)
    let result: ExternalCommand.Result
    do {
      // Sections that are thrown away may be referred to; what is left of such references is never run.
      result = try ExternalCommand(
        name: name,
        arguments: [
          "-m", emulation, "-T", scriptPath, "-o", output, "--no-undefined", "--noinhibit-exec",
          // Without norelro, LLVM's linker lets two segments share a page.
          "-z", "noexecstack", "-z", "norelro", "--build-id=none",
        ] + objects.map(\.path)
      ).run()
    } catch { throw .tool(error) }
    guard result.status == 0, FileManager.default.fileExists(atPath: output) else {
      throw .linker(name: name, output: result.errors)
    }
  }

  private var emulation: String {
    switch architecture {
    case .x86_64: "elf_x86_64"
    case .arm64: "aarch64linux"
    case .riscv64: "elf64lriscv"
    case .s390x: "elf64_s390"
    }
  }

  /// A linker that is installed and links for the architecture: its own GNU ld, or LLVM's.
  private static func linker(for architecture: Architecture) -> String {
    let prefix =
      switch architecture {
      case .x86_64: "x86_64-linux-gnu-"
      case .arm64: "aarch64-linux-gnu-"
      case .riscv64: "riscv64-linux-gnu-"
      case .s390x: "s390x-linux-gnu-"
      }
    for name in ["\(prefix)ld", "ld.lld"] {
      let probe = try? ExternalCommand(name: name, arguments: ["--version"]).run()
      if probe?.status == 0 { return name }
    }
    return "ld"
  }
}
