/// Judges fields that grew or shrank by what each access to them gives, not by the declared size alone.
struct ResizedFields {
  /// What was seen of the layout and of the accesses, put together.
  private(set) var observations: [Observation] = []

  /// Accesses that a field has more, or fewer, of where it has more, or fewer, bytes.
  private static let accessRules: Set<String> = [
    Rule.widthRevoked.id, Rule.offsetRevoked.id, Rule.readRevoked.id, Rule.writeRevoked.id, Rule.widthGranted.id,
  ]

  init(_ layout: [Observation], _ accesses: [Observation]) {
    var titles: [String: Observation] = [:]
    for seen in layout {
      guard seen.rule.id == Rule.fieldResized.id, let field = seen.field else {
        observations.append(seen)
        continue
      }
      let isBroken = accesses.contains { $0.field == field && $0.rule.severity == .breaking }
      if isBroken {
        titles[field] = seen
        observations.append(seen)
      } else {
        observations.append(Self.redeclared(seen))
      }
    }
    for seen in accesses {
      guard let resized = seen.field.flatMap({ titles[$0] }), Self.accessRules.contains(seen.rule.id) else {
        observations.append(seen)
        continue
      }
      observations.append(Self.access(seen, of: resized))
    }
  }

  private static func redeclared(_ seen: Observation) -> Observation {
    var title = seen.title
    if case .sentence(let text) = title { title = .sentence("\(text); no access to it breaks") }
    var result = Observation(rule: .fieldRedeclared, context: seen.context, title: title, cause: seen.cause)
    result.field = seen.field
    result.before = seen.before
    result.after = seen.after
    result.claims = seen.claims
    return result
  }

  /// An access that came or went with the bytes of the field, as a change of the field's finding.
  private static func access(_ seen: Observation, of resized: Observation) -> Observation {
    var result = Observation(rule: resized.rule, context: seen.context, title: resized.title, cause: resized.cause)
    result.field = seen.field
    result.programs = seen.programs
    result.access = seen.access
    result.before = seen.before
    if case .fields(let one, _) = seen.title { result.remark = one }
    result.claims = seen.claims
    return result
  }
}
