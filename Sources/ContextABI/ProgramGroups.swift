import Digest

/// Sets of programs as a snapshot's file names them: once each, so that a rule says in a word whom it is about.
///
/// The name comes from the members, so that a change of one set leaves the names of the others as they are.
struct ProgramGroups {
  private var names: [[String]: String] = [:]

  /// - Parameter lists: sets of programs, sorted; some may be equal. One of a single program needs no name.
  init(_ lists: some Sequence<[String]>) {
    let groups = Set(lists).filter { $0.count != 1 }
    let digests = Dictionary(uniqueKeysWithValues: groups.map { ($0, sha256($0.joined(separator: "\n").utf8)) })
    for (group, digest) in digests {
      var length = 4
      while length < digest.count, digests.contains(where: { $0 != group && $1.hasPrefix(digest.prefix(length)) }) {
        length += 1
      }
      names[group] = String(digest.prefix(length))
    }
  }

  /// What a record says in place of the list: the name of a group, or of the one program.
  func reference(to programs: [String]) -> String {
    JSONWriter.string(names[programs] ?? programs.first ?? "")
  }

  /// The groups, a line each, in the order of their programs.
  func json(indent: Int, _ write: ([String]) -> [String] = { $0 }) -> String {
    let sorted = names.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    return JSONWriter.lines(sorted.map { ($0.value, JSONWriter.strings(write($0.key))) }, indent: indent)
  }
}

/// The sets of programs that a snapshot's file names.
struct NamedGroups {
  let groups: [String: [String]]
  let programs: Set<String>

  /// The programs that `reference` stands for: a group, or a program.
  func programs(_ reference: String) throws(RecordError) -> [String] {
    if let group = groups[reference] { return group }
    guard programs.contains(reference) else {
      throw RecordError(description: "\"\(reference)\" is neither a group of programs nor a program")
    }
    return [reference]
  }
}

/// Writes `TYPE/*` for the programs of all attach types of a type, where there are several.
struct WholeTypes {
  private let members: [String: [String]]

  init(_ programs: [InterfaceProgram]) {
    members = Dictionary(grouping: programs, by: \.type).mapValues { $0.map(\.name) }.filter { $0.value.count > 1 }
  }

  func shortened(_ names: [String]) -> [String] {
    let wanted = Set(names)
    let whole = members.filter { $0.value.allSatisfy(wanted.contains) }
    let rest = wanted.subtracting(whole.values.joined())
    return (rest + whole.keys.map { "\($0)/*" }).sorted()
  }

  func expanded(_ names: [String]) throws(RecordError) -> [String] {
    var result: [String] = []
    for name in names {
      guard name.hasSuffix("/*") else {
        result.append(name)
        continue
      }
      guard let all = members[String(name.dropLast(2))] else {
        throw RecordError(description: "interface: \(name) stands for no programs")
      }
      result += all
    }
    return result.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
