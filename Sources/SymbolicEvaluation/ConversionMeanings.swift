import BPF
import ByteReading
import ContextABI
import TypeGraph

/// Turns conversions into meanings, for all programs of one kernel build.
public final class ConversionMeanings {
  private let evaluator: SymbolicEvaluator
  private let types: TypeGraph
  private var namings: [Root: MemberNaming] = [:]
  private var trees: [TreeKey: Result<SymbolicTree, SymbolicError>] = [:]

  /// Whose context it is, and how it is named.
  public struct Root: Hashable, Sendable {
    /// The type that the context pointer leads to.
    public let type: TypeID
    /// How expressions name that pointer.
    public let name: String
    /// The program type's enumerator without `BPF_PROG_TYPE_`, and the attach type's without `BPF_`.
    public let programType: String
    public let attachName: String?

    public init(type: TypeID, name: String, programType: String, attachName: String?) {
      self.type = type
      self.name = name
      self.programType = programType
      self.attachName = attachName
    }
  }

  private struct TreeKey: Hashable {
    let code: [Instruction]
    let isWrite: Bool
    let base: UInt8
    let value: UInt8?
  }

  public init(_ types: TypeGraph, _ order: ByteOrder) {
    self.types = types
    evaluator = SymbolicEvaluator(order)
  }

  /// What the instructions `code` do that replace an access.
  ///
  /// - Parameter base: the register that holds the context.
  /// - Parameter value: the register that is read into or stored from; nil for a store of an immediate.
  public func meaning(
    of code: [Instruction], isWrite: Bool, base: UInt8, value: UInt8?, for root: Root
  ) throws(MeaningError) -> Meaning {
    let key = TreeKey(code: code, isWrite: isWrite, base: base, value: value)
    let tree: SymbolicTree
    do throws(SymbolicError) {
      if let known = trees[key] {
        tree = try known.get()
      } else {
        let evaluator = evaluator
        let result = Result { () throws(SymbolicError) in
          try evaluator.evaluate(code, isWrite: isWrite, base: base, value: value)
        }
        trees[key] = result
        tree = try result.get()
      }
    } catch { throw .conversion(error) }
    do { return try naming(for: root).meaning(tree) } catch { throw .types(error) }
  }

  private func naming(for root: Root) -> MemberNaming {
    if let known = namings[root] { return known }
    let naming = MemberNaming(
      evaluator, types,
      MemberNaming.Root(
        type: root.type, name: root.name, programType: root.programType, attachName: root.attachName))
    namings[root] = naming
    return naming
  }

  /// The members that the meanings of `root`'s accesses name, by path.
  public func members(for root: Root) -> [String: NamedMember] { namings[root]?.members ?? [:] }
}

/// Why a conversion's meaning can't be told.
public enum MeaningError: Error, Sendable, Hashable, CustomStringConvertible {
  case conversion(SymbolicError)
  case types(TypeError)

  public var description: String {
    switch self {
    case .conversion(let error): error.description
    case .types(let error): error.description
    }
  }
}
