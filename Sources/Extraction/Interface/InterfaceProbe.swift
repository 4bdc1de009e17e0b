import BPF
import ByteReading
import ContextABI
import Emulation
import KernelImage
import TypeGraph

/// What a verifier tells of a build's program types besides their contexts.
struct ExtractedInterface {
  var programs: [InterfaceProgram]
  var helpers: [HelperFunction]
  var combinations: [String: [String]]
  /// Instructions that are added, with the programs that get them.
  var added: [AddedInstructions: Set<String>]
  /// What could not be told, and the programs.
  var holes: [InterfaceHole: Set<String>]
}

/// Something that could not be told of programs.
public struct InterfaceHole: Hashable, Sendable {
  public let reason: String
  public let subject: Subject

  /// What of programs it is about.
  public enum Subject: Hashable, Sendable {
    case helper(String)
    case allHelpers
    /// Instructions that the kernel adds.
    case additions
  }

  /// The helper that it is about; nil where it is none's, or all's.
  public var helper: String? { if case .helper(let name) = subject { name } else { nil } }

  /// How coverage names what it is about.
  var access: String {
    switch subject {
    case .helper(let name): CoverageItem.access(toHelper: name)
    case .allHelpers: CoverageItem.allHelpers
    case .additions: CoverageItem.additions
    }
  }

  init(_ reason: String, about subject: Subject) {
    self.reason = reason
    self.subject = subject
  }
}

/// Asks a kernel image for the interface of its program types besides their contexts: what else `struct bpf_verifier_ops`
/// and `struct bpf_prog_ops` hold.
final class InterfaceProbe {
  private let image: KernelImage
  private let layout: InterfaceLayout
  private let names: VerifierNames
  private let table: HelperTable
  private let additions: AdditionProbe
  private let describe: (Fault) -> String
  /// The address of a program type's `struct bpf_verifier_ops`.
  private let operations: (ProgramType) -> UInt64?

  init(
    _ image: KernelImage, _ types: TypeGraph, _ callbacks: Callbacks, operations: @escaping (ProgramType) -> UInt64?,
    structureName: @escaping (UInt32) -> String?, describe: @escaping (Fault) -> String
  ) throws(ExtractionError) {
    self.image = image
    self.operations = operations
    self.describe = describe
    names = callbacks.layout.names
    let layout = try InterfaceLayout(types, callbacks.layout, image.architecture.byteOrder)
    self.layout = layout
    additions = AdditionProbe(callbacks, image, layout)
    let questions: HelperQuestions
    do { questions = try HelperQuestions(callbacks, image, layout) } catch { throw .emulation(error) }
    table = HelperTable(
      questions, PrototypeReader(image, layout, callbacks, structureName: structureName), layout,
      callback: { type in Self.word(image, operations(type), layout.prototypeCallbackOffset) }, describe: describe)
  }

  /// The word `offset` bytes behind `structure`; nil where there is none, or where it is a null pointer.
  private static func word(_ image: KernelImage, _ structure: UInt64?, _ offset: Int?) -> UInt64? {
    guard let structure, let offset, let word = try? image.memory.word(at: structure &+ UInt64(offset)), word != 0
    else { return nil }
    return word
  }

  /// The interface of these program types.
  func interface(of types: [ProgramType]) -> ExtractedInterface {
    let asked = types.filter { Self.word(image, operations($0), layout.prototypeCallbackOffset) != nil }
    let subjects = HelperSubjects(names: names, differs: table.differs).all(of: asked)
    let helpers = table.helpers(of: subjects)
    let programs = subjects.map { subject in
      InterfaceProgram(
        name: subject.name, type: subject.type.name, attachType: subject.attachName, isDefault: subject.isDefault,
        hasTestRuns: hasTestRuns(subject.type),
        writesStructures: Self.word(image, operations(subject.type), layout.structureAccessOffset) != nil,
        hasHelpersByTarget: table.dependingOnTarget.contains(subject.name))
    }
    var (added, holes) = added(to: subjects)
    holes.merge(table.holes) { $0.union($1) }
    return ExtractedInterface(
      programs: programs.sorted { $0.name.precedes($1.name) }, helpers: helpers,
      combinations: table.combinations, added: added, holes: holes)
  }

  /// What is added to these programs, and what of it could not be told.
  private func added(
    to subjects: [HelperSubject]
  ) -> (added: [AddedInstructions: Set<String>], holes: [InterfaceHole: Set<String>]) {
    var result: [AddedInstructions: Set<String>] = [:]
    var holes: [InterfaceHole: Set<String>] = [:]
    for subject in subjects {
      guard let operations = operations(subject.type) else { continue }
      do throws(Fault) {
        for var added in try additions.all(subject, operations: operations) {
          added.functions = functions(of: added)
          result[added, default: []].insert(subject.name)
        }
      } catch { holes[InterfaceHole(describe(error), about: .additions), default: []].insert(subject.name) }
    }
    return (result, holes)
  }

  /// The functions that instructions call. What is put in front of a program, or behind it, calls helpers by their numbers;
  /// what stands in for a load is past the verifier's exchange of numbers for addresses (`do_misc_fixups`,
  /// kernel/bpf/verifier.c), which count from `__bpf_call_base`.
  private func functions(of added: AddedInstructions) -> [Int32: AddedInstructions.CalledFunction] {
    var result: [Int32: AddedInstructions.CalledFunction] = [:]
    // BPF_JMP | BPF_CALL
    for call in added.code where call.code == 0x85 && result[call.immediate] == nil {
      if added.place.callsHelpers {
        result[call.immediate] = layout.helpers.first { $0.number == Int(call.immediate) }.map { .helper($0.name) }
      } else if let base = image.symbols.address(of: "__bpf_call_base") {
        let address = base &+ UInt64(bitPattern: Int64(call.immediate))
        result[call.immediate] = image.symbols.nearest(to: address).flatMap { $0.offset == 0 ? .kernel($0.name) : nil }
      }
    }
    return result
  }

  /// Whether the type's `struct bpf_prog_ops` has a `test_run`; nil where its table (`bpf_prog_types`, kernel/bpf/syscall.c)
  /// has no symbol.
  private func hasTestRuns(_ type: ProgramType) -> Bool? {
    guard let offset = layout.testRunOffset, let table = image.symbols.address(of: "bpf_prog_types"),
      let operations = try? image.memory.word(at: table &+ UInt64(type.number) &* 8), operations != 0,
      let function = try? image.memory.word(at: operations &+ UInt64(offset))
    else { return nil }
    return function != 0
  }
}

extension ProgramAddition.Place {
  fileprivate var callsHelpers: Bool {
    switch self {
    case .prologue, .prologueOfPacketWriters, .epilogue: true
    case .absoluteLoad, .indirectLoad: false
    }
  }
}
