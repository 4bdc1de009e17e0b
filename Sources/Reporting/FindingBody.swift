import Comparison

/// What a report lists of a finding: its changes, with what they have in common told once.
struct FindingBody {
  /// A change with its name in the finding.
  struct Entry {
    /// The field, with its context where the finding touches several.
    let name: String
    let change: Change

    /// `read 132:2 132:4, readsx 132:2`
    var accesses: String { FindingBody.compact(change.accesses) }

    /// Whether its name and its accesses say all.
    var isPlain: Bool { change.before == nil && change.after == nil && change.witness == nil && change.remark == nil }
  }

  let finding: Finding
  let entries: [Entry]

  init(_ finding: Finding) {
    self.finding = finding
    let isInOneContext = finding.contexts.count == 1
    entries = finding.changes.map { Entry(name: isInOneContext ? $0.field?.shownField ?? $0.context : $0.place, change: $0) }
  }

  var isSingle: Bool { entries.count == 1 }

  /// Whether no entry says more than its name and accesses.
  var isPlain: Bool { entries.allSatisfy(\.isPlain) }

  /// Whether all entries are for the same programs: then these are told once.
  var haveSamePrograms: Bool { Set(finding.changes.map(\.programs)).count == 1 }

  /// The kernel members that become visible by any of the changes.
  var exposes: [String] {
    Set(finding.changes.flatMap(\.exposes)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The names of these entries, each once.
  static func names(_ entries: some Sequence<Entry>) -> [String] {
    var seen: Set<String> = []
    return entries.map(\.name).filter { seen.insert($0).inserted }
  }

  /// `read 132:2 132:4, write 132:4`
  static func compact(_ accesses: [String]) -> String {
    var kinds: [String] = []
    var places: [String: [String]] = [:]
    for access in accesses {
      let words = access.split(separator: " ", maxSplits: 1).map(String.init)
      guard words.count == 2 else { return accesses.joined(separator: ", ") }
      if places[words[0]] == nil { kinds.append(words[0]) }
      places[words[0], default: []].append(words[1])
    }
    return kinds.map { "\($0) \((places[$0] ?? []).joined(separator: " "))" }.joined(separator: ", ")
  }
}
