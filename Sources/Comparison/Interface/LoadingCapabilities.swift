/// The capabilities without which no program of a type is loaded, whatever it calls (`bpf_prog_load`, kernel/bpf/syscall.c).
enum LoadingCapabilities {
  static func needed(by type: String) -> Set<String> {
    if type == "SOCKET_FILTER" || type == "CGROUP_SKB" { return [] }
    return tracing.contains(type) ? ["CAP_BPF", "CAP_PERFMON"] : ["CAP_BPF"]
  }

  /// `is_perfmon_prog_type`
  private static let tracing: Set<String> = [
    "KPROBE", "TRACEPOINT", "PERF_EVENT", "RAW_TRACEPOINT", "RAW_TRACEPOINT_WRITABLE", "TRACING", "LSM", "STRUCT_OPS", "EXT",
  ]
}

/// Verbs of things that may be one or many.
enum Verb {
  private static let plurals = [
    "is": "are", "needs": "need", "takes": "take", "returns": "return", "makes": "make", "leaves": "leave", "keeps": "keep",
    "hangs": "hang", "refuses": "refuse", "marks": "mark", "names": "name", "sleeps": "sleep", "stands": "stand", "gets": "get",
    "has": "have", "reads": "read",
  ]

  /// `are given` for `is given`: the first verb of the phrase is changed.
  static func plural(_ phrase: String) -> String {
    var words = phrase.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    if let place = words.firstIndex(where: { plurals[$0] != nil }), let verb = plurals[words[place]] { words[place] = verb }
    return words.joined(separator: " ")
  }
}
