import ContextABI

/// What of a program's records is not known of a build: that it differs from another build's means nothing.
public struct UnknownRecords {
  /// No access of the context could be told.
  private let isEveryAccess: Bool
  /// As coverage names them.
  private let names: Set<String>

  /// - Parameter holes: the items about the program that say what is missing.
  public init(_ holes: [CoverageItem]) {
    isEveryAccess = holes.contains { $0.accesses.isEmpty }
    names = Set(holes.flatMap(\.accesses))
  }

  private init(isEveryAccess: Bool, names: Set<String>) {
    self.isEveryAccess = isEveryAccess
    self.names = names
  }

  func contains(_ access: AccessTable.Spot) -> Bool { isEveryAccess || names.contains(access.text) }

  /// Whether any access of this kind is not known.
  func containsAny(_ kind: AccessKind) -> Bool {
    isEveryAccess || names.contains { AccessTable.Spot(text: $0)?.kind == kind }
  }

  /// Whether it is not known what programs get of a helper.
  public func contains(helper: String) -> Bool {
    names.contains(CoverageItem.allHelpers) || names.contains(CoverageItem.access(toHelper: helper))
  }

  var hasAdditions: Bool { names.contains(CoverageItem.additions) }

  func union(_ other: UnknownRecords) -> UnknownRecords {
    UnknownRecords(isEveryAccess: isEveryAccess || other.isEveryAccess, names: names.union(other.names))
  }
}

extension Snapshot {
  /// What is not known of a program.
  func unknown(of program: String) -> UnknownRecords {
    UnknownRecords(coverage.filter { $0.isHole && $0.programs.contains(program) })
  }

  /// Whether no program of a type is there because it could not be asked for.
  func couldNotAsk(for programType: String) -> Bool {
    coverage.contains { $0.isHole && $0.accesses.isEmpty && $0.programs.contains(programType) }
  }
}
