extension ProgramInterface {
  /// The interface as the text of a JSON document of its own.
  public var document: String { json(indent: 0) }

  /// The interface as the value of a member of a snapshot: a program, helper, effect or addition a line.
  func json(indent: Int) -> String {
    let groups = ProgramGroups(
      helpers.flatMap { $0.grants.map(\.programs) } + effects.map(\.programs) + additions.map(\.programs))
    let inner = indent + 1
    return JSONWriter.lines(
      [
        ("programs", JSONWriter.lines(programs.map(\.json), indent: inner)),
        ("groups", groups.json(indent: inner, WholeTypes(programs).shortened)),
        (
          "combinations",
          JSONWriter.lines(
            combinations.sorted { $0.key < $1.key }.map { ($0.key, JSONWriter.strings($0.value)) }, indent: inner)
        ),
        ("helpers", JSONWriter.lines(helpers.map { $0.json(groups) }, indent: inner)),
        ("effects", JSONWriter.lines(effects.map { $0.json(groups) }, indent: inner)),
        ("additions", JSONWriter.lines(additions.map { $0.json(groups) }, indent: inner)),
      ], indent: indent)
  }
}

extension InterfaceProgram {
  fileprivate var json: String {
    JSONWriter.object([
      ("name", JSONWriter.string(name)), ("type", JSONWriter.string(type)),
      ("attachType", attachType.map(JSONWriter.string)), ("default", isDefault ? "true" : nil),
      ("testRuns", hasTestRuns.map { "\($0)" }), ("writesStructures", writesStructures ? "true" : nil),
      ("helpersByTarget", hasHelpersByTarget ? "true" : nil),
    ])
  }
}

extension HelperFunction {
  fileprivate func json(_ groups: ProgramGroups) -> String {
    JSONWriter.object([
      ("name", JSONWriter.string(name)), ("number", "\(number)"),
      ("grants", "[" + grants.map { $0.json(groups) }.joined(separator: ", ") + "]"),
    ])
  }
}

extension HelperGrant {
  fileprivate func json(_ groups: ProgramGroups) -> String {
    func list(_ values: [String]) -> String? { values.isEmpty ? nil : JSONWriter.strings(values) }
    return JSONWriter.object([
      ("returns", prototype?.result.json),
      ("arguments", prototype.map { "[" + $0.arguments.map(\.json).joined(separator: ", ") + "]" }),
      ("flags", prototype.flatMap { list($0.flags) }),
      ("capabilities", list(terms.capabilities)), ("lacks", list(terms.lackedCapabilities)),
      ("noLockdown", terms.needsNoLockdown ? "true" : nil), ("sleepable", terms.isSleepable.map { "\($0)" }),
      ("marks", list(terms.marks)), ("byTarget", terms.dependsOnTarget ? "true" : nil),
      ("refused", terms.isRefused ? "true" : nil),
      ("programs", groups.reference(to: programs)),
    ])
  }
}

extension HelperValue {
  /// The type alone, or an object where there is more to say.
  fileprivate var json: String {
    guard structure != nil || size != nil else { return JSONWriter.string(type) }
    return JSONWriter.object([
      ("type", JSONWriter.string(type)), ("structure", structure.map(JSONWriter.string)),
      ("size", size.map { "\($0)" }),
    ])
  }
}

extension AccessEffect {
  fileprivate func json(_ groups: ProgramGroups) -> String {
    JSONWriter.object([
      ("context", JSONWriter.string(context)), ("fields", JSONWriter.strings(fields)),
      ("access", JSONWriter.strings(kinds.map(\.rawValue))),
      ("marks", marks.isEmpty ? nil : JSONWriter.strings(marks)),
      ("capabilities", capabilities.isEmpty ? nil : JSONWriter.strings(capabilities)),
      ("programs", groups.reference(to: programs)),
    ])
  }
}

extension ProgramAddition {
  fileprivate func json(_ groups: ProgramGroups) -> String {
    JSONWriter.object([
      ("place", JSONWriter.string(place.rawValue)), ("size", size.map { "\($0)" }),
      ("steps", JSONWriter.strings(steps)), ("code", JSONWriter.string(code)),
      ("programs", groups.reference(to: programs)),
    ])
  }
}
