import ContextABI

/// Writes which programs get which helper: each helper's prototypes, with the programs and the terms in brackets.
public struct HelperTextTable {
  private let interface: ProgramInterface
  private let width: Int

  public init(_ interface: ProgramInterface, width: Int) {
    self.interface = interface
    self.width = width
  }

  public var lines: [String] {
    interface.helpers.filter { !$0.grants.isEmpty }.flatMap { lines($0) + [""] }.dropLast()
  }

  private func lines(_ helper: HelperFunction) -> [String] {
    ["\(Printable.line(helper.name)) (\(helper.number))"] + helper.grants.flatMap(lines)
  }

  private func lines(_ grant: HelperGrant) -> [String] {
    let terms = grant.terms.description
    let programs = ProgramNames.list(grant.programs, of: interface)
    return TextLayout.wrapped(
      Printable.line(grant.prototype?.description ?? "some get it"), first: "    ", rest: "        ", width: width)
      + TextLayout.wrapped(
        Printable.line("[\(programs)\(terms.isEmpty ? "" : "; \(terms)")]"), first: "      ", rest: "       ", width: width)
  }
}

extension ProgramNames {
  /// Programs in words: a type alone where every attach type of it that was asked for is among them.
  static func list(_ programs: [String], of interface: ProgramInterface) -> String {
    var types: [String: Set<String>] = [:]
    for program in interface.programs { types[program.type, default: []].insert(program.name) }
    let wanted = Set(programs)
    if interface.programs.allSatisfy({ wanted.contains($0.name) }) { return "every program type" }
    var result: [String] = []
    for program in interface.programs where wanted.contains(program.name) {
      let isWhole = types[program.type]?.isSubset(of: wanted) ?? false
      let name = (isWhole ? program.type : program.name).lowercased()
      if result.last != name { result.append(name) }
    }
    return result.joined(separator: ", ")
  }
}
