import ContextABI
import Programs

/// A user's word for programs: a type or a program in any spelling, or what libbpf calls the section of such (`tc`,
/// `cgroup/connect4`).
enum ProgramWord {
  /// The word that `Program.isNamed` knows; nil where no program is meant.
  ///
  /// - Parameter known: the programs that there are, with their types and attach types.
  static func resolved(_ word: String, among known: [(name: String, type: String, attachType: String?)]) -> String? {
    if known.contains(where: { Program.isNamed(word, name: $0.name, type: $0.type) }) { return word }
    guard let kind = ProgramKind(section: word) else { return nil }
    guard let attachType = kind.attachType else { return known.contains { $0.type == kind.type } ? kind.type : nil }
    return known.first { $0.type == kind.type && $0.attachType == attachType }.map { String($0.name.prefix { $0 != "+" }) }
  }

  /// All programs of snapshots, those that have helpers alone included.
  static func known(in snapshots: [Snapshot]) -> [(name: String, type: String, attachType: String?)] {
    snapshots.flatMap { snapshot in
      snapshot.programs.map { ($0.name, $0.type, $0.attachType) }
        + (snapshot.interface?.programs ?? []).map { ($0.name, $0.type, $0.attachType) }
    }
  }

  /// What to offer where a word means nothing: `sched_cls`, `ptr:sock`.
  static func offers(_ known: some Sequence<(name: String, type: String, attachType: String?)>) -> [String] {
    Set(known.map { $0.name.hasPrefix("ptr:") ? $0.name : $0.type.lowercased() }).sorted()
  }
}
