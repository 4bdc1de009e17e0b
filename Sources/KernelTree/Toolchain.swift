import Digest
import Foundation

/// The compiler and linker that a tree is built with: what the kernel's own make is told by the environment.
public struct Toolchain: Sendable, Hashable {
  /// The variables of the kernel's make that are handed on (Documentation/kbuild/kbuild.rst, llvm.rst).
  private static let variables = [
    "ARCH", "CROSS_COMPILE", "LLVM", "LLVM_IAS", "CC", "LD", "AS", "AR", "NM", "OBJCOPY", "OBJDUMP",
    "READELF", "STRIP", "HOSTCC", "HOSTCXX", "HOSTLD", "HOSTCFLAGS", "KCFLAGS", "KAFLAGS", "KCPPFLAGS",
    "PAHOLE",
  ]

  private let values: [String: String]

  /// - Parameter environment: of this process, usually.
  public init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
    values = environment.filter { Self.variables.contains($0.key) && !$0.value.isEmpty }
  }

  /// `NAME=VALUE` for the command line of make, which counts more than what makefiles say.
  var makeArguments: [String] { values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }

  /// The linker.
  var linker: String {
    if let linker = values["LD"] { return linker }
    if let llvm = values["LLVM"], llvm != "0" {
      // LLVM=/path/ and LLVM=-15 are a prefix and a suffix of the tools' names.
      if llvm.hasSuffix("/") { return "\(llvm)ld.lld" }
      return llvm.hasPrefix("-") ? "ld.lld\(llvm)" : "ld.lld"
    }
    return "\(values["CROSS_COMPILE"] ?? "")ld"
  }

  /// Tells toolchains apart, in the names of directories.
  var key: String { String(sha256(makeArguments.joined(separator: "\n").utf8).prefix(12)) }
}
