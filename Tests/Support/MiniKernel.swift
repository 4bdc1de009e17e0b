import ContextABI
import Digest
import Extraction
import Foundation
import KernelImage
import TypeGraph

/// The miniature kernel of Tests/MiniKernel, compiled when a test asks for it.
public enum MiniKernel {
  /// Where its types are to be found.
  public enum DebugInformation: String, Sendable, CaseIterable {
    case dwarf5, dwarf4
    /// DWARF 5 with types in type units, as `-fdebug-types-section` makes them.
    case typeUnits
    /// BTF made by pahole, and no DWARF.
    case btf
    /// DWARF 5 and BTF.
    case both
    case none
  }

  /// The kernel compiled for `architecture` with the macros `variants` defined (Tests/MiniKernel/README.md lists them).
  ///
  /// - Returns: the path of its vmlinux. Equal requests give the same file, which is kept between runs.
  public static func build(
    _ architecture: Architecture, _ variants: [String] = [], debug: DebugInformation = .dwarf5,
    flags: [String] = []
  ) throws -> String {
    let toolchain = try Toolchain.found.get()
    let compiler = compilerFlags(architecture) + debugFlags(debug) + flags + variants.map { "-D\($0)" }
    let linker = linkerFlags(architecture)
    let key = sha256(
      ([debug.rawValue, toolchain.version] + compiler + linker + sources.map(\.text))
        .joined(separator: "\u{0}").utf8)
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
      "ctxabi-minikernel-\(getuid())")
    let file = directory.appendingPathComponent("\(architecture.rawValue)-\(key.prefix(20)).vmlinux")
    if FileManager.default.fileExists(atPath: file.path) { return file.path }

    let work = directory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: work) }
    let units = sources.map(\.name).filter { $0.hasSuffix(".c") }
    try Command.run(
      toolchain.clang, compiler + ["-c"] + units.map { "\(sourceDirectory)/\($0)" }, in: work.path)
    try Command.run(
      toolchain.linker,
      linker + ["-o", "vmlinux"] + units.map { $0.replacingOccurrences(of: ".c", with: ".o") },
      in: work.path)
    if debug == .btf || debug == .both {
      try Command.run("pahole", ["--btf_encode_detached=btf", "vmlinux"], in: work.path)
      try Command.run(toolchain.objcopy, ["--add-section=.BTF=btf", "vmlinux"], in: work.path)
    }
    if debug == .btf { try Command.run(toolchain.objcopy, ["--strip-debug", "vmlinux"], in: work.path) }
    // Two tests may build the same: whoever is last replaces the file by an equal one.
    guard rename(work.appendingPathComponent("vmlinux").path, file.path) == 0 else {
      throw CommandFailure(command: "rename to \(file.path)", output: String(cString: strerror(errno)))
    }
    return file.path
  }

  /// The object files of a variant, by name.
  public static func objects(
    _ architecture: Architecture, _ variants: [String] = [], flags: [String] = []
  ) throws -> [String: String] {
    let toolchain = try Toolchain.found.get()
    let directory = URL(fileURLWithPath: try TemporaryFile.write([])).deletingLastPathComponent()
    let units = sources.map(\.name).filter { $0.hasSuffix(".c") }
    try Command.run(
      toolchain.clang,
      compilerFlags(architecture) + debugFlags(.dwarf5) + flags + variants.map { "-D\($0)" } + ["-c"]
        + units.map { "\(sourceDirectory)/\($0)" }, in: directory.path)
    return Dictionary(
      uniqueKeysWithValues: units.map {
        let name = $0.replacingOccurrences(of: ".c", with: ".o")
        return (name, directory.appendingPathComponent(name).path)
      })
  }

  /// The build, opened with its types.
  public static func open(
    _ architecture: Architecture, _ variants: [String] = [], debug: DebugInformation = .dwarf5
  ) throws -> Build { try TestBuild.open(build(architecture, variants, debug: debug)) }

  /// The whole context ABI of a variant.
  public static func snapshot(
    _ architecture: Architecture, _ variants: [String] = [], debug: DebugInformation = .dwarf5
  ) throws -> Snapshot {
    try TestBuild.snapshot(build(architecture, variants, debug: debug))
  }

  // MARK: - Flags

  private static let common = [
    "-std=gnu11", "-O2", "-ffreestanding", "-nostdinc", "-fno-stack-protector", "-Wall", "-Werror",
    "-fno-eliminate-unused-debug-types", "-ffile-prefix-map=\(sourceDirectory)/=",
    "-fdebug-compilation-dir=.",
  ]

  private static func compilerFlags(_ architecture: Architecture) -> [String] {
    switch architecture {
    case .x86_64: common + ["--target=x86_64-linux-gnu", "-mcmodel=kernel", "-mno-red-zone", "-mno-sse"]
    // Position-independent, so that its data pointers need the dynamic relocations applied, as arm64 kernels' do.
    case .arm64: common + ["--target=aarch64-linux-gnu", "-mgeneral-regs-only", "-fPIE"]
    case .riscv64: common + ["--target=riscv64-linux-gnu", "-mcmodel=medany", "-mno-relax"]
    case .s390x: common + ["--target=s390x-linux-gnu", "-msoft-float"]
    }
  }

  private static func linkerFlags(_ architecture: Architecture) -> [String] {
    let common = [
      "-static", "--entry=bpf_check", "-z", "norelro", "-z", "max-page-size=4096",
      "--build-id=sha1",
    ]
    return switch architecture {
    case .x86_64: common + ["--image-base=0xffffffff81000000"]
    case .arm64: common + ["-pie", "--no-dynamic-linker", "--image-base=0xffff800008000000"]
    case .riscv64: common + ["--image-base=0xffffffff80000000"]
    case .s390x: common + ["--image-base=0x100000"]
    }
  }

  private static func debugFlags(_ debug: DebugInformation) -> [String] {
    switch debug {
    case .dwarf5, .both, .btf: ["-g", "-gdwarf-5"]
    case .dwarf4: ["-g", "-gdwarf-4"]
    case .typeUnits: ["-g", "-gdwarf-5", "-fdebug-types-section"]
    case .none: ["-g0"]
    }
  }

  // MARK: - Sources

  static let sourceDirectory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("MiniKernel").path

  private static let sources: [(name: String, text: String)] =
    ((try? FileManager.default.contentsOfDirectory(atPath: sourceDirectory)) ?? [])
    .filter { $0.hasSuffix(".c") || $0.hasSuffix(".h") }.sorted()
    .map { ($0, (try? String(contentsOfFile: "\(sourceDirectory)/\($0)", encoding: .utf8)) ?? "") }
}

/// The compiler and linker that come with Swift.
struct Toolchain: Sendable {
  let clang: String
  let linker: String
  let objcopy: String
  let version: String

  /// They stand beside `swiftc`.
  static let found = Result {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    for directory in path.split(separator: ":") {
      let compiler = URL(fileURLWithPath: "\(directory)/swiftc").resolvingSymlinksInPath()
      guard FileManager.default.isExecutableFile(atPath: compiler.path) else { continue }
      let tools = compiler.deletingLastPathComponent().path
      return Toolchain(
        clang: "\(tools)/clang", linker: "\(tools)/ld.lld", objcopy: "\(tools)/llvm-objcopy",
        version: try Command.run("\(tools)/clang", ["--version"]))
    }
    throw CommandFailure(command: "swiftc", output: "is not in PATH")
  }
}
