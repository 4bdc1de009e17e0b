import Compatibility
import ContextABI
import Programs

/// Writes what programs access, for a terminal.
public struct UsesText {
  private let programs: [ProgramUses]
  private let build: BuildRules?
  private let style: Style
  private let width: Int

  /// - Parameter build: where one is given, what each access means there is told as well.
  public init(_ programs: [ProgramUses], on build: BuildRules?, width: Int = 80, style: Style = .plain) {
    self.programs = programs
    self.build = build
    self.style = style
    self.width = width
  }

  public var text: String {
    var lines: [String] = []
    var object: String?
    for program in programs {
      if program.object != object {
        if object != nil { lines.append("") }
        lines.append(style.bold(Printable.line(program.object)))
        object = program.object
      }
      lines += self.program(program)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func program(_ program: ProgramUses) -> [String] {
    let kind = program.kind?.description ?? "unknown program type"
    let count = program.uses.count
    var lines = [
      Printable.line(
        "  \(program.program) (\(program.section), \(kind)): \(count == 0 ? "no" : "\(count)") access\(count == 1 ? "" : "es")")
    ]
    let judgements = build.map { program.judgements(on: $0) } ?? []
    for (index, use) in program.uses.enumerated() {
      let judgement = judgements.indices.contains(index) ? judgements[index] : nil
      lines.append(self.use(use, judgement))
      if let judgement { lines += meaning(judgement) }
    }
    lines += helpers(program)
    for problem in program.problems {
      lines += wrapped("not all can be told: \(problem)").map { style.warning($0) }
    }
    return lines
  }

  /// The helpers that it calls; those that the build refuses, with the reason.
  private func helpers(_ program: ProgramUses) -> [String] {
    guard !program.calls.isEmpty else { return [] }
    let names = program.calls.map(\.name).joined(separator: ", ")
    var lines = wrapped("calls \(names)")
    for judgement in build.map({ program.calls(on: $0) }) ?? [] {
      switch judgement.outcome {
      case .refused(let reason): lines += wrapped("refused: \(reason)").map { style.warning($0) }
      case .unknown(let reason): lines += wrapped("unknown: \(reason)").map { style.warning($0) }
      case .accepted, .unreached: break
      }
    }
    return lines
  }

  private func use(_ use: Use, _ judgement: UseJudgement?) -> String {
    let kind = TextLayout.padded(use.kind.rawValue, 8)
    let name = judgement?.field ?? use.name ?? use.base.rawValue
    let condition = use.guards.contains([]) || use.guards.isEmpty ? "" : "(where the build has what the program asks for)"
    let rest = [use.line?.description, condition].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "  ")
    let place = rest.isEmpty ? Printable.line(name) : TextLayout.padded(Printable.line(name), 28) + "  " + Printable.line(rest)
    return TextLayout.right(use.instruction, 8) + "  "
      + style.kind(kind, isWrite: use.kind != .read && use.kind != .readSignExtending) + " "
      + TextLayout.padded(use.place, 7) + " " + place
  }

  private func meaning(_ judgement: UseJudgement) -> [String] {
    switch judgement.outcome {
    case .accepted: return wrapped(build?.meaningText(of: judgement).map { "= \($0)" } ?? "")
    case .refused(let reason): return wrapped("refused: \(reason)").map { style.warning($0) }
    case .unknown(let reason): return wrapped("unknown: \(reason)").map { style.warning($0) }
    case .unreached: return wrapped("not reached on this build")
    }
  }

  private func wrapped(_ text: String) -> [String] {
    let margin = String(repeating: " ", count: 10)
    return TextLayout.wrapped(Printable.line(text), first: margin, rest: margin + "  ", width: width)
  }
}

/// Writes a line an access: program, instruction, base, kind, `offset:size`, `file:line`; tab separated.
public struct UsesTable {
  private let programs: [ProgramUses]

  public init(_ programs: [ProgramUses]) { self.programs = programs }

  public var text: String {
    programs.flatMap { program in
      program.uses.map { use in
        // What all sockets have is read through the same structure as the rest.
        let base = use.base == .commonSocket ? UseBase.socket : use.base
        return [
          program.program, "\(use.instruction)", base.rawValue, use.kind.rawValue, use.place, use.line?.description ?? "",
        ].map(Printable.line).joined(separator: "\t") + "\n"
      }
    }.joined()
  }
}
