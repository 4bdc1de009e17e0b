import ArgumentParser
import ContextABI
import Extraction
import KernelImage
import TypeGraph

/// The debug information that types are taken from.
enum TypesChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, dwarf, btf
}

/// The one kernel build that a command takes.
struct BuildOptions: ParsableArguments {
  @Argument(
    help: """
      The kernel build: a vmlinux, the vmlinuz or Image that is booted (compressed or not), or a .deb or .rpm package; of \
      x86-64, arm64, riscv64 or s390x. Or live, the running kernel (which needs privilege).
      """,
    completion: .file())
  var kernel: String

  @OptionGroup var settings: BuildSettings

  /// Opens the build with its types.
  ///
  /// - Parameter tellsRules: whether more than the instructions is wanted of the running kernel.
  func open(tellsRules: Bool = true) throws -> (build: Build, provenance: Provenance) {
    try settings.open(kernel, tellsRules: tellsRules)
  }

}

/// What holds an ABI: for the commands that take any of it.
struct SourceOptions: ParsableArguments {
  @Argument(
    help: """
      What to look at: a kernel build (a vmlinux, the vmlinuz or Image that is booted, a .deb or .rpm package; of x86-64, \
      arm64, riscv64 or s390x; or live, the running kernel), a kernel source tree, a snapshot file, or a baseline.
      """,
    completion: Completions.builds)
  var kernel: String

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions

  @Option(
    help: ArgumentHelp("Where trees are built (default: $XDG_CACHE_HOME/ctxabi/trees).", valueName: "directory"),
    completion: .directory)
  var treeCache: String?

  var source: SnapshotSource {
    SnapshotSource(name: kernel, settings: settings, store: store.baselines, treeCache: treeCache)
  }

  func snapshot() throws -> Snapshot { try source.load() }
}

/// How kernel builds are opened: shared by all commands that take some.
struct BuildSettings: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where types come from: auto (DWARF where there is some, else BTF), dwarf or btf.",
      valueName: "source"))
  var types: TypesChoice = .auto

  @Option(
    help: ArgumentHelp(
      "The build's configuration, in place of the one that the kernel holds itself or that lies beside it.", valueName: "file"),
    completion: .file())
  var config: String?

  @Option(
    help: ArgumentHelp(
      "Another directory to look for separate debug files in (.build-id/xx/yyyy.debug).",
      valueName: "directory"),
    completion: .directory)
  var debugDirectory: [String] = []

  @Option(
    help: ArgumentHelp(
      "The kernel's path in the package, where a package holds several.", valueName: "path"))
  var member: String?

  @Option(
    name: .customLong("with"),
    help: ArgumentHelp(
      "Another object file of the build (repeatable): object files are linked, and audited as one.", valueName: "object"),
    completion: .file())
  var objects: [String] = []

  @Flag(
    help: """
      Of a kernel tree: run its makefiles in a sandbox (bubblewrap) that has no network, and where nothing can be written \
      but the build in the cache.
      """)
  var sandbox = false

  @Flag(help: "Say on standard error how long each stage took.")
  var timings = false

  private var stages: Timings { Timings(isShown: timings) }

  /// Opens a build with its types.
  ///
  /// - Parameter configuration: the build's, where the caller knows it.
  /// - Parameter tellsRules: whether more than the instructions is wanted of the running kernel.
  func open(
    _ kernel: String, configuration known: KernelConfiguration? = nil, tellsRules: Bool = true
  ) throws -> (build: Build, provenance: Provenance) {
    if kernel == LiveBuild.name {
      guard types != .dwarf else {
        throw Failure(message: "the running kernel offers BTF, and no DWARF")
      }
      return try LiveBuild().open(config: config, tellsRules: tellsRules)
    }
    guard kernel != OutputFile.standardOutput else {
      throw Failure(
        message: "-: a kernel is read from a file, not from the standard input; ./- is the file of that name")
    }
    if ObjectFile.recognises(kernel) {
      let linked = try stages.measure("link") { try LinkedObjects([kernel] + objects) }
      return try withExtendedLifetime(linked) {
        try openImage(linked.image, configuration: known ?? (config == nil ? linked.configuration : nil))
      }
    }
    guard objects.isEmpty else {
      throw Failure(message: "\(kernel): is no object file, so nothing can be linked with it (--with)")
    }
    return try openImage(kernel, configuration: known)
  }

  /// Opens the build in an image.
  private func openImage(
    _ kernel: String, configuration known: KernelConfiguration?
  ) throws -> (build: Build, provenance: Provenance) {
    do {
      let file = try stages.measure("open and decompress") {
        try KernelFile.open(kernel, member: member)
      }
      let image = try stages.measure("memory and symbols") {
        try KernelImage(file, debugDirectories: debugDirectory + ["/usr/lib/debug"])
      }
      let (source, other) = try stages.measure("types") {
        let source = try typeSource(of: image, kernel)
        return (source, try otherTypes(of: image, beside: source))
      }
      let given = try config.map { path throws(KernelImageError) in
        try KernelConfiguration(file: path)
      }
      let configuration = known ?? given ?? image.configuration
      let build = try stages.measure("verifier and emulator") {
        try Build(image, TypeGraph(source), comparedWith: other)
      }
      var provenance = Provenance(
        release: image.banner.release, architecture: image.architecture.rawValue,
        buildID: image.buildID, compiler: image.banner.compiler, types: source.format,
        tool: "ctxabi \(Version.text)", configuration: configuration?.record)
      provenance.version = image.banner.version
      return (build, provenance)
    } catch let error as KernelImageError {
      throw Failure(message: error.description)
    } catch let error as TypeError {
      throw Failure(message: "\(kernel): \(error)")
    } catch let error as ExtractionError {
      throw Failure(message: "\(kernel): \(error)")
    }
  }

  private func typeSource(of image: KernelImage, _ kernel: String) throws -> any TypeSource {
    if types != .btf, let dwarf = image.dwarf {
      return try DWARFReader(dwarf, near: Build.anchors(of: image))
    }
    if types != .dwarf, let btf = image.btf {
      return try BTFReader(btf, order: image.architecture.byteOrder)
    }
    let wanted =
      switch types {
      case .auto: "neither DWARF (.debug_info) nor BTF (.BTF)"
      case .dwarf: "no DWARF (.debug_info)"
      case .btf: "no BTF (.BTF)"
      }
    throw Failure(
      message:
        "\(kernel): has \(wanted). Build it with CONFIG_DEBUG_INFO_BTF=y, or give the directory of its separate debug file with --debug-directory"
    )
  }

  /// The build's BTF, where its types come from DWARF and nobody said which to take.
  private func otherTypes(
    of image: KernelImage, beside source: any TypeSource
  ) throws(TypeError) -> TypeGraph? {
    guard types == .auto, source is DWARFReader, let btf = image.btf else { return nil }
    return TypeGraph(try BTFReader(btf, order: image.architecture.byteOrder))
  }

  /// The snapshot of a build.
  func snapshot(
    of kernel: String, configuration: KernelConfiguration? = nil
  ) throws -> Snapshot {
    let (build, provenance) = try open(kernel, configuration: configuration)
    let builder = SnapshotBuilder(build)
    let progress = Console.Progress()
    builder.progress = progress.asking(provenance.release)
    defer { progress.finish() }
    let start = ContinuousClock.now
    do {
      let snapshot = try builder.snapshot(provenance)
      progress.finish()
      stages.show("callbacks, emulated", build.emulationTime)
      stages.show("meanings and rules", ContinuousClock.now - start - build.emulationTime)
      return snapshot
    } catch {
      throw Failure(message: "\(kernel): \(error)")
    }
  }
}
