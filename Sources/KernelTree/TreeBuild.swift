import Foundation
import KernelImage
import ObjectLinking

/// Builds the part of a kernel tree that holds its context ABI.
public struct TreeBuild {
  private let tree: SourceTree
  private let cache: TreeCache
  private let toolchain: Toolchain
  private let configuration: TreeConfiguration
  private let progress: (String) -> Void

  public init(
    _ tree: SourceTree, _ cache: TreeCache, _ toolchain: Toolchain,
    _ configuration: TreeConfiguration, progress: @escaping (String) -> Void
  ) {
    self.tree = tree
    self.cache = cache
    self.toolchain = toolchain
    self.configuration = configuration
    self.progress = progress
  }

  /// What a build gives.
  public struct Result: Sendable {
    /// The linked image, which is audited as a vmlinux is.
    public let image: String
    public let configuration: KernelConfiguration
    /// Symbols of the verifier's tables that no source file defines: the program types that they stand for are not covered.
    public let missing: [String]
  }

  /// The objects that hold the callbacks, and the option that each is built for.
  private static let objects: [(name: String, option: String)] = [
    ("net/core/filter.o", "CONFIG_NET"), ("kernel/bpf/verifier.o", "CONFIG_BPF_SYSCALL"),
    ("kernel/bpf/btf.o", "CONFIG_BPF_SYSCALL"), ("kernel/bpf/core.o", "CONFIG_BPF_SYSCALL"),
    ("kernel/bpf/cgroup.o", "CONFIG_CGROUP_BPF"), ("kernel/trace/bpf_trace.o", "CONFIG_BPF_EVENTS"),
  ]

  /// How often objects are looked for that define what others want.
  private static let rounds = 4

  /// Builds the sources in `source`.
  public func build(_ source: String) throws(TreeError) -> Result {
    let make = KernelMake(
      source: source, build: cache.build(configuration), toolchain: toolchain, progress: progress)
    progress("configuring")
    try make.configure(configuration, tree: tree)
    let options = try make.configuration()
    guard options["CONFIG_BPF_SYSCALL"] == "y" else {
      throw .build(what: "an audit", output: "the configuration has CONFIG_BPF_SYSCALL off: a kernel without BPF")
    }
    var names = Self.objects.filter { options[$0.option] == "y" }.map(\.name)
    var missing: Set<String> = []
    for _ in 0..<Self.rounds {
      try make.objects(names)
      let objects = try objectSet(names, make)
      let wanted = objects.undefined.filter { Self.isNeeded($0) && !missing.contains($0) }
      if wanted.isEmpty { break }
      let search = DefinitionSearch(source: source, architectureDirectory: Self.directory(objects.architecture))
      for symbol in wanted {
        progress("looking for \(symbol)")
        if let object = try search.object(defining: symbol), !names.contains(object) {
          names.append(object)
        } else {
          missing.insert(symbol)
        }
      }
    }
    return try link(names, make, options, missing.sorted())
  }

  /// What the verifier's tables lead to: the callbacks of a program type, and what decides which loads there are.
  private static func isNeeded(_ symbol: String) -> Bool {
    symbol.hasSuffix("_verifier_ops") || symbol.hasSuffix("is_valid_access")
      || symbol.hasSuffix("convert_ctx_access") || symbol.hasSuffix("valid_ctx_access")
      || symbol == "bpf_opcode_in_insntable"
  }

  private static func directory(_ architecture: Architecture) -> String {
    switch architecture {
    case .x86_64: "x86"
    case .arm64: "arm64"
    case .riscv64: "riscv"
    case .s390x: "s390"
    }
  }

  private func objectSet(_ names: [String], _ make: KernelMake) throws(TreeError) -> ObjectSet {
    do { return try ObjectSet(paths: names.map { "\(make.build)/\($0)" }) } catch { throw .link(error) }
  }

  private func link(
    _ names: [String], _ make: KernelMake, _ options: KernelConfiguration, _ missing: [String]
  ) throws(TreeError) -> Result {
    progress("linking")
    let image = "\(make.build)/ctxabi-vmlinux"
    let compiler = options["CONFIG_CC_VERSION_TEXT"].trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    do {
      try objectSet(names, make).link(
        to: image, linker: toolchain.linker, release: make.release, compiler: compiler,
        processorLimit: UInt32(options["CONFIG_NR_CPUS"]))
    } catch let error as LinkError {
      throw .link(error)
    } catch let error as TreeError {
      throw error
    } catch {
      throw .build(what: "the image", output: "\(error)")
    }
    return Result(image: image, configuration: options, missing: missing)
  }
}
