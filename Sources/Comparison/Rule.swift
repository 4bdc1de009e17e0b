import ContextABI

/// One way in which two builds' context ABIs can differ, and what that means.
///
/// A rule is a value, one file each; `RuleCatalog.all` lists them.
public struct Rule: Sendable, Hashable {
  /// A short name that stays: `field-moved`. Waivers and reports refer to it.
  public let id: String
  public let severity: Severity
  /// One sentence that says what has happened.
  public let sentence: String
  /// What happens to an existing program, and why the severity is what it is.
  public let rationale: String
  /// A change that the rule finds.
  public let example: String

  public init(
    id: String, severity: Severity, sentence: String, rationale: String, example: String
  ) {
    self.id = id
    self.severity = severity
    self.sentence = sentence
    self.rationale = rationale
    self.example = example
  }
}

/// One difference between two snapshots.
public struct Change: Sendable, Hashable {
  public let rule: Rule
  /// The context's name.
  public let context: String
  /// The field, or the first of several that changed alike; nil where the change is the context's or a program's.
  public let field: String?
  /// The programs that it is about, sorted; none where it is about all programs of the context.
  public let programs: [String]
  /// What has changed, in one sentence.
  public let summary: String
  public internal(set) var evidence: Evidence
  /// Other rules that the same cause would have matched, of no higher severity.
  public var alsoMatched: [String] = []

  /// What a reader needs to judge a change.
  public struct Evidence: Sendable, Hashable {
    /// How it was, and how it is: meanings, declarations, register types.
    public var before: String?
    public var after: String?
    /// Values of kernel members for which the two differ, and what the access gives on both sides.
    public var witness: String?
    /// The accesses that it is about: `read 132:2`.
    public var accesses: [String] = []
    /// Kernel members that become visible to programs.
    public var exposes: [String] = []
    /// What else there is to say.
    public var remark: String?
    /// What changes of one context with the same cause have in common: `ctx->is_locked_tcp_sock instead of
    /// ctx->is_fullsock`.
    public var cause: String?

    public init() {}
  }

  public init(
    _ rule: Rule, context: String, field: String? = nil, programs: [String] = [], _ summary: String,
    evidence: Evidence = Evidence()
  ) {
    self.rule = rule
    self.context = context
    self.field = field
    self.programs = programs
    self.summary = summary
    self.evidence = evidence
  }

  /// Stand in the place of a context for what is no context's.
  public static let programs = "programs"
  public static let everything = "all contexts"
  public static let configuration = "configuration"
  public static let coverage = "coverage"

  /// Where the change is, for people: `__sk_buff.mark`, `xdp_md`, `SCHED_CLS/TCX_INGRESS`.
  public var place: String {
    let isElsewhere = [Self.programs, Self.everything, Self.configuration, Self.coverage].contains(context)
    if isElsewhere { return field ?? context }
    return field.map { "\(context).\($0)" } ?? context
  }

  /// The same for some of its programs.
  func narrowed(to programs: [String]) -> Change {
    Change(rule, context: context, field: field, programs: programs, summary, evidence: evidence)
  }

  /// Names the change for people and scripts, the same from build to build: `field-moved:__sk_buff.mark`.
  public var id: String {
    let place = field.map { "\(context).\($0)" } ?? context
    return "\(rule.id):\(place)"
  }

  /// What tells any two changes of a comparison apart.
  private var orderingTexts: [String] {
    [
      context, rule.id, summary, programs.joined(separator: " "), field ?? "", evidence.before ?? "",
      evidence.after ?? "",
    ]
  }

  /// The order of reports: the worst first, then by place.
  public static func inOrder(_ left: Change, _ right: Change) -> Bool {
    if left.rule.severity != right.rule.severity {
      return left.rule.severity > right.rule.severity
    }
    return left.orderingTexts.lexicographicallyPrecedes(right.orderingTexts) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
