import Foundation
import KernelImage
import ObjectLinking

/// Builds the part of a kernel tree that holds its context ABI.
public struct TreeBuild {
  private let cache: TreeCache
  private let toolchain: Toolchain
  private let configuration: TreeConfiguration
  private let sandbox: Sandbox?
  private let progress: (BuildStep) -> Void

  /// - Parameter sandbox: where the tree's makefiles are run; nil for as any program is.
  public init(
    _ cache: TreeCache, _ toolchain: Toolchain, _ configuration: TreeConfiguration, sandbox: Sandbox? = nil,
    progress: @escaping (BuildStep) -> Void
  ) {
    self.cache = cache
    self.toolchain = toolchain
    self.configuration = configuration
    self.sandbox = sandbox
    self.progress = progress
  }

  /// What a build gives.
  public struct Result: Sendable {
    /// The linked image, which is audited as a vmlinux is.
    public let image: String
    public let configuration: KernelConfiguration
  }

  /// Where the callbacks usually are, and the options that each file is built for. Others are looked for.
  private static let objects: [(name: String, options: [String])] = [
    ("net/core/filter.o", ["NET"]),
    // Has prototypes that core.o defines weakly, so that nothing looks for them.
    ("net/core/sock_map.o", ["NET", "BPF_STREAM_PARSER", "NET_SOCK_MSG"]), ("kernel/bpf/verifier.o", []),
    ("kernel/bpf/btf.o", []),
    ("kernel/bpf/core.o", []), ("kernel/bpf/helpers.o", []), ("kernel/bpf/syscall.o", []),
    ("kernel/bpf/bpf_struct_ops.o", ["BPF_JIT"]),
    ("kernel/bpf/trampoline.o", ["BPF_JIT"]), ("kernel/bpf/cgroup.o", ["CGROUP_BPF"]),
    ("kernel/bpf/bpf_lsm.o", ["BPF_LSM"]), ("kernel/trace/bpf_trace.o", ["BPF_EVENTS"]),
    ("net/netfilter/nf_bpf_link.o", ["NETFILTER_BPF_LINK"]), ("drivers/media/rc/bpf-lirc.o", ["BPF_LIRC_MODE2"]),
  ]

  /// How often objects are looked for that define what others want.
  private static let rounds = 4

  /// Builds sources.
  ///
  /// - Parameter configurationSources: see `Checkout.configurationSources()`; nil where that can't be told.
  public func build(_ source: String, configurationSources: String?) throws(TreeError) -> Result {
    let make = KernelMake(
      source: source, build: cache.build(configuration, toolchain), toolchain: toolchain, sandbox: sandbox,
      progress: progress)
    try make.configure(configuration, sources: configurationSources)
    let options = try make.configuration()
    guard options["CONFIG_BPF_SYSCALL"] == "y" else {
      throw .build(what: "an audit", output: "the configuration has CONFIG_BPF_SYSCALL off: a kernel without BPF")
    }
    var names = Self.objects.filter { object in
      object.options.allSatisfy { options["CONFIG_\($0)"] == "y" }
        && FileManager.default.fileExists(atPath: "\(source)/\(object.name.dropLast(2)).c")
    }.map(\.name)
    var missing: Set<String> = []
    for _ in 0..<Self.rounds {
      try make.objects(names)
      let objects = try objectSet(names, make)
      let wanted = objects.lacking(Self.tables, where: Self.isNeeded).filter { !missing.contains($0) }
      if wanted.isEmpty { break }
      let search = DefinitionSearch(source: source, architectureDirectory: Self.directory(objects.architecture))
      let known = names
      progress(.searching(symbols: wanted.count))
      let found = try search.objects(defining: wanted)
      for symbol in wanted {
        guard let object = found[symbol], !known.contains(object) else {
          missing.insert(symbol)
          continue
        }
        if !names.contains(object) { names.append(object) }
      }
    }
    return try link(names, make, options)
  }

  /// What everything starts from, whether it is referred to or not.
  private static let tables = ["bpf_verifier_ops"]

  /// What the verifier's tables lead to: the callbacks of a program type, what decides which loads there are, and the
  /// prototypes of helpers with what hands them out.
  private static func isNeeded(_ symbol: String) -> Bool {
    symbol.hasSuffix("_verifier_ops") || symbol.hasSuffix("is_valid_access")
      || symbol.hasSuffix("convert_ctx_access") || symbol.hasSuffix("valid_ctx_access")
      // bpf_lsm_func_proto looks for what a program is attached to in a sorted set.
      || symbol == "bsearch" || symbol == "bpf_opcode_in_insntable" || symbol == "bpf_prog_types"
      || symbol.hasSuffix("_prog_ops")
      || symbol.hasSuffix("_func_proto") || (symbol.hasPrefix("bpf_") && symbol.hasSuffix("_proto"))
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
    _ names: [String], _ make: KernelMake, _ options: KernelConfiguration
  ) throws(TreeError) -> Result {
    progress(.linking)
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
    return Result(image: image, configuration: options)
  }
}
