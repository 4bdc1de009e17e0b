/// An access that a kernel's verifier accepts, as a listing has it.
public struct ListedAccess: Hashable, Sendable {
  /// Whose access it is, and which.
  public struct Key: Hashable, Sendable, Comparable {
    /// The name of the configuration: `SCHED_CLS`, `CGROUP_SOCK_ADDR/INET4_BIND`, `ptr:sock`.
    public let configuration: String
    public let kind: AccessKind
    /// In bytes.
    public let size: Int
    public let offset: Int
    public let registers: AccessRegisters

    public init(
      configuration: String, kind: AccessKind, size: Int, offset: Int, registers: AccessRegisters
    ) {
      self.configuration = configuration
      self.kind = kind
      self.size = size
      self.offset = offset
      self.registers = registers
    }

    /// The order of a listing: column by column.
    public static func < (left: Key, right: Key) -> Bool {
      if left.configuration != right.configuration {
        return left.configuration.utf8.lexicographicallyPrecedes(right.configuration.utf8)
      }
      return (left.kind, left.size, left.offset, left.registers.rawValue)
        < (right.kind, right.size, right.offset, right.registers.rawValue)
    }
  }

  public let key: Key
  /// The instructions that replace it in hexadecimal, as they lie in memory, a space between two.
  public let code: String
  /// The register type that a read gives; nil for a store, and where it is not told.
  public let registerType: String?
  /// Whether the verifier refuses it to a program that was loaded without capabilities; nil where it is not told.
  public let needsPrivilege: Bool?

  public init(key: Key, code: String, registerType: String?, needsPrivilege: Bool?) {
    self.key = key
    self.code = code
    self.registerType = registerType
    self.needsPrivilege = needsPrivilege
  }

  /// The six columns of a listing: configuration, access, size, offset, registers, code; tab separated.
  public var line: String {
    "\(key.configuration)\t\(key.kind.rawValue)\t\(key.size)\t\(key.offset)\t\(key.registers.rawValue)\t\(code)"
  }
}
