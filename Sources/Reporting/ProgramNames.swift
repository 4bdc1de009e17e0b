import ContextABI

/// Says which programs something holds for, in few words.
public struct ProgramNames {
  private let all: Set<String>
  /// The attach types of a program type, by the type's name.
  private let families: [String: Set<String>]

  /// - Parameter programs: all programs that see the same context.
  public init(_ programs: some Sequence<Program>) {
    all = Set(programs.map(\.name))
    // Socket pointers are asked for with some program type, but are none of its programs.
    let typed = programs.filter { !$0.name.hasPrefix("ptr:") }
    families = Dictionary(grouping: typed, by: \.type).mapValues { Set($0.map(\.name)) }
  }

  /// `all`, `all but lwt_in, lwt_out`, `sched_cls, cgroup_sock_addr/inet4_bind`. The names are those of the enumerators,
  /// in lower case; a program type alone stands for all of its attach types.
  public func text(_ names: some Sequence<String>) -> String {
    let names = Set(names)
    if names == all { return all.count > 1 ? "all" : folded(names).joined(separator: ", ") }
    let shown = folded(names)
    let missing = folded(all.subtracting(names))
    if !missing.isEmpty, missing.count <= 3, missing.count < shown.count {
      return "all but " + missing.joined(separator: ", ")
    }
    return shown.joined(separator: ", ")
  }

  private func folded(_ names: Set<String>) -> [String] {
    var rest = names
    var result: [String] = []
    for (type, members) in families where members.count > 1 && members.isSubset(of: rest) {
      rest.subtract(members)
      result.append(type)
    }
    return (result + rest).map { $0.lowercased() }.sorted()
  }
}
