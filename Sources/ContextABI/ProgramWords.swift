extension Program {
  /// Whether a user's word means the program: `xdp`, `XDP`, `BPF_PROG_TYPE_XDP`, `cgroup_sock_addr/inet4_bind`, `ptr:sock`.
  ///
  /// - Parameters:
  ///   - name: the program's, also one after an access that makes a difference (`SCHED_CLS+tstamp_type`).
  ///   - type: the program type's enumerator without `BPF_PROG_TYPE_`.
  public static func isNamed(_ word: String, name: String, type: String) -> Bool {
    let prefix = "BPF_PROG_TYPE_"
    let upper = word.uppercased()
    let bare = upper.hasPrefix(prefix) ? String(upper.dropFirst(prefix.count)) : upper
    let base = String(name.prefix { $0 != "+" })
    // A pointer is asked for with some program type, and is none of its programs.
    return [name, base].contains { bare == $0.uppercased() } || (bare == type && !name.hasPrefix("ptr:"))
  }
}
