import ByteReading
import ContextABI
import KernelImage
import LiveKernel
import SymbolicEvaluation
import TypeGraph

/// A kernel build with its types, ready to be asked.
public final class Build {
  /// The image that the build was read from; nil for the running kernel.
  public let image: KernelImage?
  public let types: TypeGraph
  let names: VerifierNames
  /// Whom to ask what the verifier does.
  let oracle: any VerifierOracle
  /// The build's other debug information, which must say the same; nil where it has only one kind.
  let otherTypes: TypeGraph?

  /// The byte order of the kernel.
  public var byteOrder: ByteOrder { oracle.byteOrder }

  /// The build in a kernel image, whose verifier callbacks are emulated.
  ///
  /// - Parameter otherTypes: the build's other debug information, where it has two kinds: it is compared with `types`.
  public init(
    _ image: KernelImage, _ types: TypeGraph, comparedWith otherTypes: TypeGraph? = nil
  ) throws(ExtractionError) {
    self.image = image
    self.types = types
    self.otherTypes = otherTypes
    names = try VerifierNames(types)
    oracle = try EmulatedVerifier(
      image, names, types, kernelTypes: types.source as? BTFReader ?? otherTypes?.source as? BTFReader)
  }

  /// The running kernel, whose verifier is asked by loading programs.
  ///
  /// - Parameter tellsRules: whether register types and privileges are asked for too: it takes further loads.
  /// - Parameter allowsUnprivileged: whether the kernel lets processes without capabilities load programs.
  /// - Parameter configuredNumbers: numbers of the configuration, where the kernel tells them.
  public init(
    live loader: any ProgramLoader, _ types: TypeGraph, tellsRules: Bool, allowsUnprivileged: Bool,
    configuredNumbers: [String: UInt64] = [:]
  ) throws(ExtractionError) {
    image = nil
    otherTypes = nil
    self.types = types
    names = try VerifierNames(types)
    oracle = LiveVerifier(
      loader, try ProgramType.all(names, types), types,
      tellsRules
        ? LiveRules(loader, names.registerTypes, allowsUnprivileged: allowsUnprivileged) : nil,
      configuredNumbers: configuredNumbers)
  }

  /// The functions of the kernel near whose code the debug information of the contexts stands: the callbacks themselves,
  /// and a function of kernel/bpf/btf.c, which alone has `struct bpf_ctx_convert`.
  public static func anchors(of image: KernelImage) -> [UInt64] {
    [
      "btf_ctx_access", "bpf_sock_convert_ctx_access", "sk_filter_is_valid_access", "sysctl_is_valid_access",
      "cgroup_dev_is_valid_access", "kprobe_prog_is_valid_access", "bpf_check", "bpf_prog_load",
    ].compactMap { image.symbols.address(of: $0) }
  }

  /// What programs get besides their contexts, without what accesses do to programs; and what of it is not known, with
  /// the programs. nil for the running kernel.
  public func interface() throws(ExtractionError) -> (interface: ProgramInterface, holes: [InterfaceHole: Set<String>])? {
    try interface(ConversionMeanings(types, byteOrder), effects: [])
  }

  func interface(
    _ meanings: ConversionMeanings, effects: [AccessEffect]
  ) throws(ExtractionError) -> (interface: ProgramInterface, holes: [InterfaceHole: Set<String>])? {
    guard let found = oracle.interface else { return nil }
    do throws(TypeError) {
      let additions = try AdditionNaming(build: self, meanings: meanings).additions(found.added, found.programs)
      return (
        ProgramInterface(
          programs: found.programs, helpers: found.helpers, combinations: found.combinations, effects: effects,
          additions: additions),
        found.holes
      )
    } catch { throw .typeGraph(error) }
  }

  /// How long the kernel's callbacks have run in the emulator so far.
  public var emulationTime: Duration { oracle.emulationTime }

  /// The layouts alone of the contexts of these names, of all where none is named; nothing is emulated for them.
  public func layouts(
    of names: [String], _ provenance: Provenance
  ) throws(ExtractionError) -> Snapshot {
    var snapshot = Snapshot(
      provenance: provenance, byteOrder: oracle.byteOrder, programs: [], contexts: [],
      coverage: [], kernel: KernelSide(members: [:], structures: [:], numbers: [:]))
    let reader = ContextLayout(types: types)
    do throws(TypeError) {
      for subject in try self.subjects() {
        guard let pair = subject.contexts, let name = try types.compositeName(pair.program) else {
          continue
        }
        if !names.isEmpty, !names.contains(name) { continue }
        snapshot.programs.append(
          Program(
            name: subject.name, type: subject.programType, typeNumber: self.names.number(of: subject.programType),
            attachType: subject.attachName,
            context: name, kernelContext: try types.spelling(of: pair.kernel)))
        if snapshot.contexts.contains(where: { $0.name == name }) { continue }
        snapshot.contexts.append(
          Context(name: name, layout: try reader.layout(of: pair.program), rules: []))
        snapshot.provenance.declarations[name] = try reader.declaration(of: pair.program)
      }
    } catch { throw .typeGraph(error) }
    snapshot.contexts.sort { $0.name.precedes($1.name) }
    return snapshot
  }

  private func subjects() throws(TypeError) -> [Subject] {
    do { return try subjects(unknownAttachTypes: false) } catch {
      if case .typeGraph(let inner) = error { throw inner }
      throw .malformed(error.description)
    }
  }

  /// The name of the register type that an access gives; of a pointer to a structure of the kernel's BTF, the structure's
  /// too. nil where it is not told.
  func registerType(_ access: AcceptedAccess) -> String? {
    guard let type = access.registerType else { return nil }
    let name = names.registerTypes.name(of: type)
    guard name.contains("BTF_ID"), let structure = oracle.typeName(access.typeID) else { return name }
    return "\(name) struct \(structure)"
  }
}
