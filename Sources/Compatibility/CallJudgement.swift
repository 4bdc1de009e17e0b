import Comparison
import ContextABI
import Programs

/// What a build says of a helper that a program calls.
public struct CallJudgement: Sendable, Hashable {
  public let call: HelperCall
  public let outcome: UseJudgement.Outcome
  /// The helper's name on the build, or what the user's own headers call it: `bpf_skb_load_bytes`.
  public let name: String

  /// Judges a call of a program of kind `kind`; nil where the build was not asked for its helpers.
  init?(_ call: HelperCall, of kind: ProgramKind, isSleepable: Bool, on build: BuildRules) {
    guard let interface = build.interface else { return nil }
    self.call = call
    let helper = interface.helpers[Int(call.helper)]
    name = helper?.name ?? call.name
    if !call.guards.mayHold(build.answer) {
      outcome = .unreached
      return
    }
    let found = Self.outcome(helper, name, interface.program(kind), isSleepable, build)
    if case .refused(let reason) = found, !call.isCertain {
      outcome = .unknown("\(reason), and what no snapshot tells decides whether it is called")
    } else {
      outcome = found
    }
  }

  /// `get_helper_proto` (kernel/bpf/verifier.c) and what it asks.
  private static func outcome(
    _ helper: HelperFunction?, _ name: String, _ program: InterfaceProgram?, _ isSleepable: Bool, _ build: BuildRules
  ) -> UseJudgement.Outcome {
    guard let helper else { return .refused("it has no \(name)") }
    guard let program else { return .unknown("its snapshot does not tell whether it gives \(name) to such programs") }
    let holes = build.snapshot.coverage.filter { $0.isHole && $0.programs.contains(program.name) }
    if let hole = holes.first(where: { UnknownRecords([$0]).contains(helper: name) }) {
      return .unknown("whether it gives \(name) to such programs could not be extracted: \(hole.reason)")
    }
    // Where other attach types of the type get it, the attach type is what matters.
    let isOfType = helper.grants.contains { $0.programs.contains { $0 == program.type || $0.hasPrefix(program.type + "/") } }
    let mayNot = "it does not give \(name) to \(isOfType ? program.name : program.type) programs"
    let grants = helper.grants.filter { $0.programs.contains(program.name) && $0.terms.lackedCapabilities.isEmpty }
    if let grant = grants.first(where: { ($0.terms.isSleepable ?? isSleepable) == isSleepable }) {
      if grant.terms.isRefused { return .refused("\(name) refuses \(program.name) programs") }
      return grant.prototype == nil
        ? .unknown("what the program is attached to decides whether it gets \(name)") : .accepted
    }
    if !grants.isEmpty { return .refused("\(mayNot) that may \(isSleepable ? "" : "not ")sleep") }
    if program.hasHelpersByTarget { return .unknown("what the program is attached to decides whether it gets \(name)") }
    return .refused(mayNot)
  }
}

/// A build's helpers, in a form in which single ones can be looked up.
struct HelperInterface {
  /// By number.
  let helpers: [Int: HelperFunction]
  private let programs: [InterfaceProgram]

  /// nil where nobody asked the build.
  init?(_ snapshot: Snapshot) {
    guard let interface = snapshot.interface, !interface.programs.isEmpty else { return nil }
    helpers = Dictionary(interface.helpers.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    programs = interface.programs
  }

  /// Who is asked for where a program of kind `kind` calls a helper; nil where the build has no such programs.
  func program(_ kind: ProgramKind) -> InterfaceProgram? {
    let all = programs.filter { $0.type == kind.type }
    return all.first { $0.attachType == kind.attachType } ?? all.first(where: \.isDefault) ?? all.first
  }
}

extension [[Guard]] {
  /// Whether what they guard may be reached on a build.
  func mayHold(_ answer: (CoreRelocation) -> CoreAnswer) -> Bool {
    isEmpty || contains { $0.allSatisfy { $0.mayHold(answer($0.relocation)) } }
  }
}
