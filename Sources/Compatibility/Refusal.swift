import ContextABI
import Programs

/// Why a build takes an access of no program of this kind, in words that help.
struct Refusal {
  let reason: String

  init(_ access: BuildRules.Access, _ context: Context, _ build: BuildRules) {
    let field = FieldName(in: context, at: access.offset)
    let verb = access.kind.isWrite ? "stored to" : "read"
    let rules = context.rules.filter { rule in
      rule.programs.contains(access.program) && rule.kinds.contains(access.kind) && rule.offset < access.offset + access.size
        && access.offset < rule.offset + rule.size
    }
    let parts = rules.flatMap { $0.accesses(of: access.kind) }
    let widths = Set(parts.filter { $0.offset == access.offset }.map(\.size)).sorted()
    let name = field.full
    if context.layout.size > 0, access.offset >= context.layout.size || access.offset < 0 {
      reason = "\(access.offset) is outside of \(context.name), which is \(context.layout.size) bytes long"
    } else if !widths.isEmpty {
      let list = widths.map(String.init).joined(separator: ", ")
      reason = "\(name) can be \(verb) by \(list) byte\(widths == [1] ? "" : "s") only, not by \(access.size)"
    } else if !parts.isEmpty {
      reason = "\(name) can't be \(verb) by \(access.size) bytes at \(access.offset)"
    } else if access.kind == .writeImmediate, Self.takes(.write, access, build) {
      reason = "\(name) can't be stored to by an immediate, only from a register"
    } else if access.kind == .readSignExtending, Self.takes(.read, access, build) {
      reason = "\(name) can't be read with sign extension"
    } else if access.kind.isWrite, Self.takes(.read, access, build) {
      reason = "\(name) can be read only, not \(verb)"
    } else {
      reason = "\(name) can't be \(verb) by \(Self.programs(access.program))"
    }
  }

  private static func takes(_ kind: AccessKind, _ access: BuildRules.Access, _ build: BuildRules) -> Bool {
    build.rule(for: .init(program: access.program, kind: kind, offset: access.offset, size: access.size)) != nil
  }

  private static func programs(_ name: String) -> String {
    name.hasPrefix("ptr:") ? "any program" : "\(name) programs"
  }
}
