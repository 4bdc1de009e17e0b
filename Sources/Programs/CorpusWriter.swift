import ContextABI

/// Writes the records of a corpus, each on a line, members that say nothing left out.
enum CorpusWriter {
  static func program(_ program: ProgramUses) -> String {
    // What uses refer to stands once.
    var relocations: [CoreRelocation] = []
    let asked = program.uses.flatMap { [$0.relocation].compactMap { $0 } + $0.guards.joined().map(\.relocation) }
    for relocation in asked + program.calls.flatMap({ $0.guards.joined().map(\.relocation) })
    where !relocations.contains(relocation) {
      relocations.append(relocation)
    }
    func number(_ relocation: CoreRelocation) -> String { "\(relocations.firstIndex(of: relocation) ?? 0)" }
    let uses = program.uses.map { "  " + use($0, number) }
    let head = object([
      ("object", JSONWriter.string(program.object)), ("program", JSONWriter.string(program.program)),
      ("section", JSONWriter.string(program.section)), ("type", program.kind.map { JSONWriter.string($0.type) }),
      ("attachType", program.kind?.attachType.map(JSONWriter.string)),
      ("problems", program.problems.isEmpty ? nil : list(program.problems.map(JSONWriter.string))),
      ("relocations", relocations.isEmpty ? nil : list(relocations.map(self.relocation))),
      ("calls", program.calls.isEmpty ? nil : list(program.calls.map { call($0, number) })),
      ("uses", uses.isEmpty ? "[]" : "[\n" + uses.joined(separator: ",\n") + "\n ]"),
    ])
    return " " + head
  }

  private static func use(_ use: Use, _ number: (CoreRelocation) -> String) -> String {
    let registers = [use.baseRegister] + (use.valueRegister.map { [$0] } ?? [])
    return object([
      ("at", "\(use.instruction)"), ("base", JSONWriter.string(use.base.rawValue)),
      ("kind", JSONWriter.string(use.kind.rawValue)), ("offset", use.offset.map { "\($0)" }), ("size", "\(use.size)"),
      ("registers", list(registers.map { "\($0)" })), ("field", use.field.map { "\($0)" }),
      ("added", use.added == 0 ? nil : "\(use.added)"), ("immediate", use.immediate.map { "\($0)" }),
      ("relocation", use.relocation.map(number)), ("inPointer", use.relocatesPointer ? "true" : nil),
      ("where", guards(use.guards, number)),
      ("name", use.name.map(JSONWriter.string)), ("line", use.line.map { JSONWriter.string($0.description) }),
    ])
  }

  private static func call(_ call: HelperCall, _ number: (CoreRelocation) -> String) -> String {
    let guards = self.guards(call.guards, number)
    return object([
      ("helper", "\(call.helper)"), ("at", "\(call.instruction)"), ("certain", call.isCertain ? nil : "false"),
      ("where", guards), ("line", call.line.map { JSONWriter.string($0.description) }),
    ])
  }

  /// nil where nothing must hold.
  private static func guards(_ guards: [[Guard]], _ number: (CoreRelocation) -> String) -> String? {
    let lists = guards.filter { !$0.isEmpty }.map { list($0.map { condition($0, number) }) }
    return lists.isEmpty ? nil : list(lists)
  }

  private static func condition(_ condition: Guard, _ number: (CoreRelocation) -> String) -> String {
    object([
      ("relocation", number(condition.relocation)), ("jump", "\(condition.jump)"),
      ("operand", JSONWriter.string("\(condition.operand)")), ("taken", "\(condition.isTaken)"),
      (
        "steps",
        condition.steps.isEmpty
          ? nil : list(condition.steps.map { list(["\($0.code)", "\($0.offset)", JSONWriter.string("\($0.operand)")]) })
      ),
    ])
  }

  private static func relocation(_ relocation: CoreRelocation) -> String {
    object([
      ("kind", "\(relocation.kind.rawValue)"), ("type", JSONWriter.string(relocation.type)),
      ("index", relocation.index == 0 ? nil : "\(relocation.index)"),
      ("path", relocation.steps.isEmpty ? nil : JSONWriter.string(relocation.path)),
      ("shape", JSONWriter.string(relocation.shape.rawValue)), ("size", relocation.size.map { "\($0)" }),
      ("resizable", relocation.isResizable ? "true" : nil), ("compiled", "\(relocation.compiled)"),
    ])
  }

  private static func list(_ elements: [String]) -> String { "[" + elements.joined(separator: ", ") + "]" }

  private static func object(_ members: [(String, String?)]) -> String {
    "{" + members.compactMap { name, value in value.map { "\"\(name)\": \($0)" } }.joined(separator: ", ") + "}"
  }
}
