import ContextABI

/// Says which programs something holds for, in few words.
public struct ProgramNames {
  private let all: Set<String>
  /// The programs of each type, socket pointers left out: these are asked for with some program type, but are none of its
  /// programs.
  private let families: [String: [Name]]

  /// - Parameter programs: all programs that see the same context.
  public init(_ programs: some Sequence<Program>) {
    all = Set(programs.map(\.name))
    families = Dictionary(
      grouping: all.filter { !$0.hasPrefix("ptr:") }.map(Name.init), by: \.type)
  }

  /// `SCHED_CLS/TCX_INGRESS+tstamp_type` in its parts.
  private struct Name: Hashable {
    let whole: String
    let type: String
    /// The field that was accessed before.
    let condition: String?

    init(_ name: String) {
      whole = name
      type = String(name.prefix { $0 != "/" && $0 != "+" })
      condition = name.firstIndex(of: "+").map { String(name[name.index(after: $0)...]) }
    }
  }

  /// `all`, `all but lwt_in, lwt_out`, `sched_cls, cgroup_sock_addr/inet4_bind`. The names are those of the enumerators, in
  /// lower case; a program type alone stands for all of its attach types. Where all programs are of one type it is left
  /// out: `inet4_bind`.
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

  /// A program that is judged by whether it accesses another field as well (`tstamp_type_access`, include/linux/bpf.h).
  private static func told(_ name: String, _ field: String, isAccessed: Bool) -> String {
    "\(name.lowercased()) \(isAccessed ? "if" : "unless") it also reads \(field)"
  }

  private func folded(_ names: Set<String>) -> [String] {
    var rest = names
    var result: [String] = []
    for (type, family) in families where family.count > 1 {
      let members = Set(family.map(\.whole))
      if members.isSubset(of: rest) {
        rest.subtract(members)
        result.append(type.lowercased())
        continue
      }
      // All attach types before, or all after, an access that makes a difference.
      for (condition, part) in Dictionary(grouping: family, by: \.condition) where part.count < family.count {
        let members = Set(part.map(\.whole))
        let other = family.compactMap(\.condition).min()
        guard members.isSubset(of: rest), let field = condition ?? other else { continue }
        rest.subtract(members)
        result.append(Self.told(type, field, isAccessed: condition != nil))
      }
    }
    let prefix = families.count == 1 ? (families.first?.key ?? "") + "/" : nil
    let others = rest.map { name -> String in
      let short = prefix.flatMap { name.hasPrefix($0) ? String(name.dropFirst($0.count)) : nil }
      let text = short ?? name
      guard let condition = Name(name).condition else { return text.lowercased() }
      return Self.told(String(text.prefix { $0 != "+" }), condition, isAccessed: true)
    }
    return (result + others).sorted()
  }
}
