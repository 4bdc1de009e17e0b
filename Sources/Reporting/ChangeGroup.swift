import Comparison

/// Changes of one context that have the same cause: a report tells one of them in full, and names the others.
struct ChangeGroup {
  let first: Change
  let others: [Change]

  /// The groups of `changes`, in the order of their first members.
  static func groups(of changes: [Change]) -> [ChangeGroup] {
    var groups: [ChangeGroup] = []
    var positions: [[String]: Int] = [:]
    for change in changes {
      guard let cause = change.evidence.cause else {
        groups.append(ChangeGroup(first: change, others: []))
        continue
      }
      let key = [change.rule.id, change.context, cause, change.programs.joined(separator: " ")]
      if let position = positions[key] {
        groups[position] = ChangeGroup(
          first: groups[position].first, others: groups[position].others + [change])
      } else {
        positions[key] = groups.count
        groups.append(ChangeGroup(first: change, others: []))
      }
    }
    return groups
  }
}
