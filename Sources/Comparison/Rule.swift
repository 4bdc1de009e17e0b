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
