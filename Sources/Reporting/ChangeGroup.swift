import Comparison

/// Changes of one context that a report tells together: they have the same cause, or are the same but for the field.
struct ChangeGroup {
  let changes: [Change]

  var first: Change { changes[0] }
  var rule: Rule { first.rule }
  var isSingle: Bool { changes.count == 1 }

  /// The groups of `changes`, in the order of their first members.
  static func groups(of changes: [Change]) -> [ChangeGroup] {
    var groups: [[Change]] = []
    var positions: [[String]: Int] = [:]
    for change in changes {
      guard let key = key(of: change) else {
        groups.append([change])
        continue
      }
      if let position = positions[key] {
        groups[position].append(change)
      } else {
        positions[key] = groups.count
        groups.append([change])
      }
    }
    return groups.map(ChangeGroup.init)
  }

  /// Changes with the same key are told together; nil for one that stands alone.
  private static func key(of change: Change) -> [String]? {
    let place = [change.rule.id, change.context, change.programs.joined(separator: " ")]
    if let cause = change.evidence.cause { return place + ["cause", cause] }
    return plurals[change.rule.id] == nil || change.field == nil ? nil : place
  }

  /// What several fields have in common, for the rules whose changes need no evidence of their own.
  private static let plurals: [String: String] = [
    Rule.fieldRemoved.id: "fields are gone",
    Rule.readGranted.id: "fields can be read now",
    Rule.writeGranted.id: "fields can be written now",
    Rule.widthGranted.id: "fields can be accessed in more ways",
    Rule.readRevoked.id: "fields can no longer be read",
    Rule.writeRevoked.id: "fields can no longer be written",
    Rule.privilegeRequired.id: "fields need a capability now",
    Rule.privilegeDropped.id: "fields need no capability any more",
    Rule.shadowFollowed.id: "fields follow kernel members that moved",
    Rule.conversionRewritten.id: "fields are converted by other instructions",
    Rule.attachTypeAdded.id: "attach types are new",
    Rule.attachTypeRemoved.id: "attach types are gone",
    Rule.programTypeAdded.id: "program types are new",
    Rule.programTypeRemoved.id: "program types are gone",
    Rule.programTypeRenumbered.id: "program types have other numbers",
    Rule.configurationDiffers.id: "options that decide fields differ",
  ]

  /// Whether every change is told by what the group says and the name of its field.
  var isPlain: Bool { first.evidence.cause == nil }

  /// Where it is: the field of a single change, else the context.
  var place: String { isSingle || !isPlain ? first.place : first.context }

  /// What has happened, in one sentence.
  var summary: String {
    guard !isSingle else { return first.summary }
    if isPlain, let plural = Self.plurals[rule.id] { return "\(changes.count) \(plural)" }
    return first.summary
  }

  /// The fields of the changes that are told by the first, each once.
  var otherFields: [String] {
    var seen: Set<String> = []
    return changes.dropFirst().compactMap(\.field).filter { seen.insert($0).inserted }
  }

  /// What to list of a plain group: a line a change, with what became of it where there is such.
  var items: [Item] {
    changes.map { change in
      Item(
        name: change.field ?? change.context,
        detail: change.evidence.remark
          ?? Self.transition(change.evidence.before, change.evidence.after))
    }
  }

  struct Item {
    let name: String
    let detail: String?
  }

  private static func transition(_ before: String?, _ after: String?) -> String? {
    switch (before, after) {
    case (let before?, let after?): "\(before) → \(after)"
    case (let only?, nil), (nil, let only?): only
    case (nil, nil): nil
    }
  }

  /// The kernel members that become visible by any of the changes.
  var exposes: [String] {
    Set(changes.flatMap(\.evidence.exposes)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
