import ContextABI

/// Which findings a user wants to see. Words of one kind stand beside each other (any of them will do), kinds follow each other
/// (all must hold), and a word behind `!` excludes.
public struct FindingFilter: Sendable {
  /// Structures that programs see, and what reports name in their place (`helpers`).
  public var contexts: [String] = []
  /// `mark`, `__sk_buff.mark`, `cb` for all of `cb[0]` to `cb[4]`.
  public var fields: [String] = []
  /// Program types in any spelling.
  public var programs: [String] = []
  /// The ids of rules.
  public var rules: [String] = []

  public init() {}

  public var isEmpty: Bool { contexts.isEmpty && fields.isEmpty && programs.isEmpty && rules.isEmpty }

  /// The options that it was made of: `--context xdp_md --rule !read-granted`.
  public var text: String {
    [("--context", contexts), ("--field", fields), ("--prog-type", programs), ("--rule", rules)].flatMap { option, words in
      words.map { "\(option) \($0)" }
    }.joined(separator: " ")
  }

  /// Whether a finding is one of those that were asked for: one of its changes is. What could not be checked always is.
  ///
  /// - Parameter snapshots: those that it was found in, which tell the programs of a context.
  public func lets(_ finding: Finding, of snapshots: [Snapshot]) -> Bool {
    if finding.rule.severity == .coverage { return true }
    return Self.allows(finding.rule.id, rules) { $0 == finding.rule.id }
      && finding.changes.contains { lets($0, snapshots) }
  }

  /// Whether what is told of a context is asked for, and of one of its fields.
  public func lets(context: String) -> Bool { Self.allows(context, contexts) { $0 == context } }
  public func lets(field: String, of context: String) -> Bool {
    Self.allows(field, fields) { Self.isNamed($0, field, context) }
  }

  private func lets(_ change: Change, _ snapshots: [Snapshot]) -> Bool {
    lets(context: change.context)
      && (change.field.map { lets(field: $0, of: change.context) } ?? !fields.contains { !$0.hasPrefix("!") })
      && letsPrograms(of: change, snapshots)
  }

  private func letsPrograms(of change: Change, _ snapshots: [Snapshot]) -> Bool {
    guard !programs.isEmpty else { return true }
    let known = snapshots.flatMap { $0.programs }
    let interface = snapshots.flatMap { $0.interface?.programs ?? [] }
    let names = change.programs.isEmpty ? Set(known.filter { $0.context == change.context }.map(\.name)) : Set(change.programs)
    // What is no program's, as the configuration, is left to the other kinds of words.
    guard !names.isEmpty else { return !programs.contains { !$0.hasPrefix("!") } }
    return names.contains { name in
      let type = (known.first { $0.name == name }?.type ?? interface.first { $0.name == name }?.type) ?? name
      return Self.allows(name, programs) { Program.isNamed($0, name: name, type: type) }
    }
  }

  /// Whether one of the words is meant, where there are such, and none of the excluding ones.
  private static func allows(_ name: String, _ words: [String], _ isMeant: (String) -> Bool) -> Bool {
    let excluded = words.filter { $0.hasPrefix("!") }.map { String($0.dropFirst()) }
    let wanted = words.filter { !$0.hasPrefix("!") }
    return !excluded.contains(where: isMeant) && (wanted.isEmpty || wanted.contains(where: isMeant))
  }

  private static func isNamed(_ word: String, _ field: String, _ context: String) -> Bool {
    let whole = field.prefix { $0 != "[" }
    return [field, String(whole)].contains { word == $0 || word == "\(context).\($0)" }
  }
}

/// Findings, as far as a filter lets them through.
public struct FilteredFindings: Sendable {
  public let kept: [Finding]
  /// Those that the filter leaves out; they are counted, and never pass in silence.
  public let leftOut: [Finding]

  public init(_ findings: [Finding], _ filter: FindingFilter, of snapshots: [Snapshot]) {
    let parts = Dictionary(grouping: findings) { filter.isEmpty || filter.lets($0, of: snapshots) }
    (kept, leftOut) = (parts[true] ?? [], parts[false] ?? [])
  }
}
