import ByteReading

/// A reader of debug information, behind a type graph.
public protocol TypeSource: AnyObject {
  /// `DWARF` or `BTF`, for messages.
  var format: String { get }

  /// The complete types of this name in one of these name spaces, in the order of the file.
  func types(named name: String, in kinds: [NamedKind]) throws(TypeError) -> [TypeID]

  /// The type of the function of this name.
  func function(named name: String) throws(TypeError) -> TypeNode.Function?

  /// Reads one type.
  func node(_ type: TypeID) throws(TypeError) -> TypeNode
}

/// The name spaces of C that types can be looked up in.
public enum NamedKind: Sendable, Hashable { case composite, enumeration, alias }

/// Debug information that is missing or malformed.
public enum TypeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Bytes are missing or malformed.
  case bytes(ByteError)
  /// libdw refuses the file.
  case dwarf(path: String, problem: String)
  /// The debug information contradicts itself or lacks what an audit needs.
  case malformed(String)

  public var description: String {
    switch self {
    case .bytes(let error): error.description
    case .dwarf(let path, let problem): "\(path): DWARF: \(problem)"
    case .malformed(let problem): problem
    }
  }
}
