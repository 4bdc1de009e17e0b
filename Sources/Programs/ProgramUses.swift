/// The accesses that a compiled program makes, as data.
public struct ProgramUses: Hashable, Sendable {
  /// The object's file name, without its directory.
  public var object: String
  public var program: String
  public var section: String
  /// nil where neither the section nor the user tells it.
  public var kind: ProgramKind?
  /// By instruction.
  public var uses: [Use]
  /// The helpers that it calls, by instruction.
  public var calls: [HelperCall]
  /// Why there may be more uses than these.
  public var problems: [String]

  public init(
    object: String, program: String, section: String, kind: ProgramKind?, uses: [Use], calls: [HelperCall] = [],
    problems: [String]
  ) {
    self.object = object
    self.program = program
    self.section = section
    self.kind = kind
    self.uses = uses
    self.calls = calls
    self.problems = problems
  }

  /// Analyses a program of an object.
  public init(_ program: CompiledProgram, of object: String) {
    let (uses, calls, problems) = Analysis.uses(of: program)
    self.init(
      object: object.split(separator: "/").last.map(String.init) ?? object, program: program.name,
      section: program.section, kind: program.kind, uses: uses, calls: calls, problems: problems)
  }
}
