/// How bad a finding is for an existing program. What could not be checked stands apart, above all.
public enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Nobody notices: the shadow followed, other instructions do the same.
  case note
  /// What was wrong in the old build is right in the new one, and no valid program notices.
  case correction
  /// New ABI surface: no program breaks, but a promise is made.
  case addition
  /// A machine can't tell: a person decides.
  case review
  /// An existing program breaks, or reads something else.
  case breaking
  /// No verdict at all: something could not be extracted, or not compared.
  case coverage

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}
