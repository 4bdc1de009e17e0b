import ContextABI

/// Writes what programs get besides their contexts: helpers, what accesses do to programs, what the kernel adds to them.
public struct InterfaceText {
  private let interface: ProgramInterface
  private let width: Int

  public init(_ interface: ProgramInterface, width: Int) {
    self.interface = interface
    self.width = width
  }

  public var lines: [String] {
    let parts = [
      HelperTextTable(interface, width: width).lines, interface.effects.flatMap(lines), interface.additions.flatMap(lines),
      programs,
    ]
    return Array(parts.filter { !$0.isEmpty }.joined(separator: [""]))
  }

  private func lines(_ effect: AccessEffect) -> [String] {
    let kinds = effect.kinds.map(\.rawValue).joined(separator: ", ")
    let does = effect.marks.map { "sets \($0)" } + effect.capabilities.map { "needs \($0)" }
    return wrapped(
      "\(effect.context): \(kinds) of \(effect.fields.joined(separator: ", "))",
      "\(does.joined(separator: ", ")) "
        + "[\(ProgramNames.list(effect.programs, of: interface))]")
  }

  private func lines(_ addition: ProgramAddition) -> [String] {
    let size = addition.size.map { " of \($0) \($0 == 1 ? "byte" : "bytes")" } ?? ""
    let programs = ProgramNames.list(addition.programs, of: interface)
    let steps = addition.steps.enumerated().map { "    \($0.offset + 1)  \(Printable.line($0.element))" }
    return TextLayout.wrapped(
      Printable.line("\(addition.place.rawValue)\(size) [\(programs)]"), first: "", rest: "  ", width: width) + steps
  }

  /// What is said of program types.
  private var programs: [String] {
    func list(_ title: String, _ isWanted: (InterfaceProgram) -> Bool) -> [String] {
      let names = interface.programs.filter(isWanted).map(\.name)
      return names.isEmpty ? [] : wrapped(title, ProgramNames.list(names, of: interface))
    }
    return list("can be run for a test (BPF_PROG_TEST_RUN)") { $0.hasTestRuns == true }
      + list("may write to some members of kernel structures (btf_struct_access)", \.writesStructures)
      + list("get further helpers by what they are attached to", \.hasHelpersByTarget)
  }

  private func wrapped(_ title: String, _ text: String) -> [String] {
    TextLayout.wrapped(Printable.line(title), first: "", rest: "  ", width: width)
      + TextLayout.wrapped(Printable.line(text), first: "    ", rest: "    ", width: width)
  }
}
