import ContextABI

/// One record of ABI data in which two snapshots differ: an entry of the ledger.
enum Difference: Hashable, Sendable {
  case byteOrder
  /// A program that one side alone has, or something that is said of it.
  case program(String, ProgramAspect)
  /// A context that one side alone has, or something of its layout as a whole.
  case context(String, ContextAspect)
  case member(context: String, name: String, MemberAspect)
  /// One access of one program.
  case access(program: String, AccessTable.Spot, AccessAspect)
  /// An item of coverage that one side alone has.
  case coverage(CoverageItem)
  /// The kernel's side: a member, a structure or a number behind the contexts.
  case kernel(KernelRecord)
  /// A helper that one side alone has, or its number.
  case helper(String, HelperAspect)
  /// What one program gets of a helper in one situation.
  case grant(helper: String, program: String, GrantSituation, GrantAspect)
  /// What one program's accesses to a field do to it, or ask for.
  case effect(EffectList.Access, EffectAspect)
  /// Instructions that are added to one program.
  case addition(AdditionList.Spot, AdditionAspect)
  /// A program that helpers are given to on one side alone, or something that is said of it.
  case interfaceProgram(String, InterfaceAspect)
  /// One side alone was asked what programs get besides their contexts.
  case interface
  /// The same accesses with the same meanings, put together in other records.
  case grouping

  enum HelperAspect: Hashable, Sendable { case removed, added, number }
  enum EffectAspect: Hashable, Sendable { case mark(String), capabilities }
  enum AdditionAspect: Hashable, Sendable { case presence, steps, code }
  enum InterfaceAspect: Hashable, Sendable { case removed, added, type, standing, testRuns, structureWrites, target }

  enum GrantAspect: Hashable, Sendable {
    /// Given on one side alone.
    case given
    case result, argumentCount
    /// From 1 on.
    case argument(Int)
    /// A truth value of the prototype.
    case flag(String)
    /// What who loads the program must have, or lack.
    case capabilities, lackedCapabilities
    case marks, target, refused
  }

  enum ProgramAspect: Hashable, Sendable { case removed, added, type, number, attachType, context, kernelContext }
  enum ContextAspect: Hashable, Sendable { case removed, added, size, alignment, order }
  enum MemberAspect: Hashable, Sendable { case removed, added, place, size, spelling, encoding }

  enum AccessAspect: Hashable, Sendable {
    /// Accepted on one side alone.
    case acceptance
    case field
    case meaning
    case registerType
    case privilege
    /// What happens with this choice of registers.
    case registers(AccessRegisters)
    case immediates
    case conversion
  }

  enum KernelRecord: Hashable, Sendable {
    case member(context: String, path: String)
    case structure(String)
    case number(String)
  }
}
