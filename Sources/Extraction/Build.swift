import ByteReading
import ContextABI
import Emulation
import KernelImage
import TypeGraph

/// A kernel build with its types, ready to be asked.
public final class Build {
  public let image: KernelImage
  public let types: TypeGraph
  let layout: VerifierLayout
  let programTypes: [ProgramType]
  let callbacks: Callbacks
  let probe: AccessProbe
  /// The kernel's own BTF, where the build has any: callbacks name types by its ids.
  private lazy var kernelTypes: BTFReader? =
    types.source as? BTFReader ?? otherTypes?.source as? BTFReader
    ?? image.btf.flatMap { try? BTFReader($0, order: image.architecture.byteOrder) }

  /// The build's other debug information, which must say the same; nil where it has only one kind.
  let otherTypes: TypeGraph?

  /// Reads what the verifier's callbacks need to be called.
  ///
  /// - Parameter otherTypes: the build's other debug information, where it has two kinds: it is compared with `types`.
  public init(
    _ image: KernelImage, _ types: TypeGraph, comparedWith otherTypes: TypeGraph? = nil
  ) throws(ExtractionError) {
    self.image = image
    self.types = types
    self.otherTypes = otherTypes
    layout = try VerifierLayout(types)
    programTypes = try ProgramTypes.all(in: image, layout, types)
    do { callbacks = try Callbacks(image, layout) } catch { throw .emulation(error) }
    probe = AccessProbe(callbacks, image)
  }

  /// The functions of the kernel near whose code the debug information of the contexts stands: the callbacks themselves,
  /// and a function of kernel/bpf/btf.c, which alone has `struct bpf_ctx_convert`.
  public static func anchors(of image: KernelImage) -> [UInt64] {
    [
      "btf_ctx_access", "bpf_sock_convert_ctx_access", "sk_filter_is_valid_access", "sysctl_is_valid_access",
      "cgroup_dev_is_valid_access", "kprobe_prog_is_valid_access", "bpf_check", "bpf_prog_load"
    ].compactMap { image.symbols.address(of: $0) }
  }

  /// How long the kernel's callbacks have run in the emulator so far.
  public var emulationTime: Duration { callbacks.machine.emulationTime }

  /// The layouts alone of the contexts of these names, of all where none is named; nothing is emulated for them.
  public func layouts(
    of names: [String], _ provenance: Provenance
  ) throws(ExtractionError) -> Snapshot {
    var snapshot = Snapshot(
      provenance: provenance, byteOrder: image.architecture.byteOrder, programs: [], contexts: [],
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
            name: subject.name, type: subject.programType, attachType: subject.attachName,
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

  /// Numbers of the configuration that the kernel's data tells: `nr_cpu_ids` starts as `CONFIG_NR_CPUS` (kernel/smp.c).
  var configuredNumbers: [String: UInt64] {
    guard let address = image.symbols.address(of: "nr_cpu_ids"),
      let bytes = try? image.memory.bytes(at: address),
      let count: UInt32 = try? bytes.integer(at: 0, image.architecture.byteOrder),
      (1...65536).contains(count)
    else { return [:] }
    return ["CONFIG_NR_CPUS": UInt64(count)]
  }

  /// The name of a type that a callback gave the id of: of the kernel's own BTF, or one that it looked up by name.
  func typeName(_ id: UInt32) -> String? {
    if id >= Callbacks.firstLookedUpType {
      let index = Int(id - Callbacks.firstLookedUpType)
      return index < callbacks.lookedUpTypes.count ? callbacks.lookedUpTypes[index] : nil
    }
    return id == 0 ? nil : kernelTypes?.compositeName(id: id)
  }

  /// A fault with the names of functions in place of their addresses.
  public func describe(_ fault: Fault) -> String {
    func name(_ address: UInt64) -> String {
      // An address outside of the kernel belongs to no symbol, however far behind one it lies.
      guard (try? image.memory.word(at: address & ~7)) != nil,
        let (name, offset) = image.symbols.nearest(to: address)
      else { return hexadecimal(address) }
      return offset == 0 ? name : "\(name)+\(hexadecimal(offset))"
    }
    return "\(name(fault.function)) at \(name(fault.programCounter)): \(fault.reason)"
  }
}
