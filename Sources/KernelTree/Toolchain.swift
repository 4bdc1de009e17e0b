import Digest
import Foundation
import Processes

/// The compiler and linker that a tree is built with: what the kernel's own make is told by the environment.
public struct Toolchain: Sendable, Hashable {
  /// The variables of the kernel's make that are handed on (Documentation/kbuild/kbuild.rst, llvm.rst).
  private static let variables = [
    "ARCH", "CROSS_COMPILE", "LLVM", "LLVM_IAS", "CC", "LD", "AS", "AR", "NM", "OBJCOPY", "OBJDUMP",
    "READELF", "STRIP", "HOSTCC", "HOSTCXX", "HOSTLD", "HOSTCFLAGS", "KCFLAGS", "KAFLAGS", "KCPPFLAGS",
    "PAHOLE",
  ]

  private let values: [String: String]
  /// What the compiler says of itself.
  private let compilerVersion: String

  /// - Parameter environment: of this process, usually.
  /// - Throws: `TreeError` when there is no compiler.
  public init(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(TreeError) {
    var values = environment.filter { Self.variables.contains($0.key) && !$0.value.isEmpty }
    // `CC="ccache gcc"` is a command with a first argument.
    let command = Self.tool("CC", gnu: "gcc", llvm: "clang", in: values).split(separator: " ").map(String.init)
    guard let name = command.first else { throw .tool(CommandError(name: "CC", problem: "names no compiler")) }
    do {
      compilerVersion = try ExternalCommand(name: name, arguments: command.dropFirst() + ["--version"]).run().output
    } catch { throw .tool(error) }
    // GCC describes a structure of which only offsets are used, as callbacks use contexts and overlays; clang does not by
    // itself. A few units are compiled without debug information, where the kernel makes an unused option an error.
    if compilerVersion.contains("clang") {
      let all = "-fno-eliminate-unused-debug-types -Wno-error=unused-command-line-argument"
      values["KCFLAGS"] = [values["KCFLAGS"], all].compactMap(\.self).joined(separator: " ")
    }
    self.values = values
  }

  /// `NAME=VALUE` for the command line of make, which counts more than what makefiles say.
  var makeArguments: [String] { values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }

  /// The linker.
  var linker: String { Self.tool("LD", gnu: "ld", llvm: "ld.lld", in: values) }

  /// Tells toolchains apart, in the names of directories.
  var key: String {
    String(sha256((makeArguments + [compilerVersion]).joined(separator: "\n").utf8).prefix(12))
  }

  /// The program that the kernel's Makefile takes for a tool.
  private static func tool(
    _ variable: String, gnu: String, llvm name: String, in values: [String: String]
  ) -> String {
    if let tool = values[variable] { return tool }
    if let llvm = values["LLVM"], llvm != "0" {
      // LLVM=/path/ and LLVM=-15 are a prefix and a suffix of the tools' names.
      if llvm.hasSuffix("/") { return "\(llvm)\(name)" }
      return llvm.hasPrefix("-") ? "\(name)\(llvm)" : name
    }
    return "\(values["CROSS_COMPILE"] ?? "")\(gnu)"
  }
}
