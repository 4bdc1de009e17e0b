import ByteReading
import ContextABI
import Programs

/// A build that programs are held against: its snapshot, in a form in which single accesses can be looked up.
public final class BuildRules {
  /// What the user calls the build.
  public let name: String
  public let snapshot: Snapshot
  /// nil where nobody asked the build for its helpers.
  let interface: HelperInterface?
  private let contexts: [String: Context]
  private let programs: [String: Program]
  private var numbers: [Access: Int?] = [:]
  private var answers: [CoreRelocation: CoreAnswer] = [:]

  /// An access of a program of the snapshot.
  struct Access: Hashable {
    let program: String
    let kind: AccessKind
    /// In bytes.
    let offset: Int
    let size: Int

    /// `read 84:4`, as coverage and findings write it.
    var text: String { "\(kind.rawValue) \(offset):\(size)" }
  }

  public init(name: String, snapshot: Snapshot) {
    self.name = name
    self.snapshot = snapshot
    interface = HelperInterface(snapshot)
    contexts = Dictionary(snapshot.contexts.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    programs = Dictionary(snapshot.programs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The context that a program of the snapshot sees.
  func context(of program: String) -> Context? { programs[program].flatMap { contexts[$0.context] } }

  /// Whether a program of the snapshot may add to the context pointer; nil where that is not told.
  func takesModifiedPointers(_ program: String) -> Bool? { programs[program]?.takesModifiedPointers }

  /// The rule that accepts an access; nil where none does.
  func rule(for access: Access) -> AccessRule? {
    guard let context = context(of: access.program) else { return nil }
    if let known = numbers[access] { return known.map { context.rules[$0] } }
    let found = context.rules.firstIndex { $0.accepts(access) }
    numbers[access] = .some(found)
    return found.map { context.rules[$0] }
  }

  /// What an accepted access does.
  func meaning(of access: Access) -> Meaning? {
    rule(for: access)?.meaning(
      of: access.kind, AccessRule.Part(offset: access.offset, size: access.size), snapshot.byteOrder)
  }

  /// What the build answers to a CO-RE relocation.
  func answer(to relocation: CoreRelocation) -> CoreAnswer {
    var question = relocation
    question.forgetCompiled()
    if let known = answers[question] { return known }
    let answer = relocation.answer(on: snapshot)
    answers[question] = answer
    return answer
  }
}

extension AccessRule {
  /// Whether the rule stands for an access (see `accesses(of:)`).
  fileprivate func accepts(_ access: BuildRules.Access) -> Bool {
    guard kinds.contains(access.kind), access.offset >= offset, access.offset < offset + size,
      programs.contains(access.program)
    else { return false }
    return accesses(of: access.kind).contains(Part(offset: access.offset, size: access.size))
  }
}

extension BuildRules {
  /// Whether the build was asked for its helpers, so that calls can be judged.
  public var knowsHelpers: Bool { interface != nil }

  /// What an accepted access does, as a text.
  public func meaningText(of judgement: UseJudgement) -> String? {
    judgement.found.flatMap(meaning)?.description
  }
}
