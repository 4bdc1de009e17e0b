/// What a conversion does, over bits of memory: the form before members are named.
indirect enum SymbolicTree: Hashable {
  case outcome(SymbolicOutcome)
  case branch(SymbolicCondition, then: SymbolicTree, otherwise: SymbolicTree)

  /// The same decisions with other results.
  func mapResults(_ change: (SymbolicValue) -> SymbolicValue) -> SymbolicTree {
    switch self {
    case .outcome(let outcome):
      return .outcome(
        SymbolicOutcome(
          result: outcome.result.map(change), stores: outcome.stores, registers: outcome.registers))
    case .branch(let condition, let then, let otherwise):
      let newThen = then.mapResults(change)
      let newOtherwise = otherwise.mapResults(change)
      return newThen == newOtherwise
        ? newThen : .branch(condition, then: newThen, otherwise: newOtherwise)
    }
  }
}

/// What has happened at the end of one way through a conversion.
struct SymbolicOutcome: Hashable {
  /// The destination register of a read.
  let result: SymbolicValue?
  /// The bytes of memory that have another value than before.
  let stores: Set<StoredByte>
  /// The registers that the access does not name and that have another value than before.
  let registers: [UInt8: SymbolicValue]

  /// One byte of memory, and its new value (8 bits).
  struct StoredByte: Hashable {
    let object: SymbolicValue.ObjectID
    /// In bytes from the start of the object.
    let offset: Int
    let value: [SymbolicValue.Slice]
  }
}

/// What a jump tests.
enum SymbolicCondition: Hashable {
  case equal(SymbolicValue, SymbolicValue)
  case less(SymbolicValue, SymbolicValue)
  case signedLess(SymbolicValue, SymbolicValue)
}
