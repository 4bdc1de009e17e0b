import ContextABI

/// What options of the kernel's configuration decide of the contexts, where a conversion or a program type stands in `#if` for
/// them. The only place that knows options by name.
struct DecidingOption {
  let name: String
  /// Kernel members, as structure and start of the member's name, that only exist, or are only read, with the option.
  var members: [(structure: String, prefix: String)] = []
  /// Program types that include/linux/bpf_types.h lists under the option.
  var programTypes: Set<String> = []
  /// The option without which there is none of it, the nearest first.
  var requires: [String] = []

  static let all: [DecidingOption] = [
    // net/core/filter.c, `#if IS_ENABLED(CONFIG_IPV6)` in the conversions of addresses.
    DecidingOption(
      name: "CONFIG_IPV6",
      members: [
        ("sock_common", "skc_v6_"), ("sock", "__sk_common.skc_v6_"), ("bpf_sk_lookup_kern", "v6."),
      ], requires: ["CONFIG_INET", "CONFIG_NET"]),
    // bpf_convert_ctx_access, napi_id.
    DecidingOption(name: "CONFIG_NET_RX_BUSY_POLL", members: [("sk_buff", "napi_id")], requires: ["CONFIG_NET"]),
    // bpf_convert_ctx_access, tc_index.
    DecidingOption(name: "CONFIG_NET_SCHED", members: [("sk_buff", "tc_index")], requires: ["CONFIG_NET"]),
    // bpf_sock_convert_ctx_access, rx_queue_mapping.
    DecidingOption(
      name: "CONFIG_SOCK_RX_QUEUE_MAPPING", members: [("sock", "sk_rx_queue_mapping")], requires: ["CONFIG_XPS", "CONFIG_NET"]),
    // include/linux/bpf_types.h
    DecidingOption(
      name: "CONFIG_NET",
      programTypes: [
        "SOCKET_FILTER", "SCHED_CLS", "SCHED_ACT", "XDP", "CGROUP_SKB", "CGROUP_SOCK", "CGROUP_SOCK_ADDR", "LWT_IN",
        "LWT_OUT", "LWT_XMIT", "LWT_SEG6LOCAL", "SOCK_OPS", "SK_SKB", "SK_MSG", "FLOW_DISSECTOR", "SK_REUSEPORT",
        "SK_LOOKUP",
      ]),
    DecidingOption(name: "CONFIG_INET", programTypes: ["SK_REUSEPORT", "SK_LOOKUP"], requires: ["CONFIG_NET"]),
    DecidingOption(
      name: "CONFIG_BPF_EVENTS",
      programTypes: [
        "KPROBE", "TRACEPOINT", "PERF_EVENT", "RAW_TRACEPOINT", "RAW_TRACEPOINT_WRITABLE", "TRACING",
      ]),
    DecidingOption(name: "CONFIG_CGROUP_BPF", programTypes: ["CGROUP_DEVICE", "CGROUP_SYSCTL", "CGROUP_SOCKOPT"]),
    DecidingOption(name: "CONFIG_BPF_LIRC_MODE2", programTypes: ["LIRC_MODE2"]),
    DecidingOption(name: "CONFIG_NETFILTER_BPF_LINK", programTypes: ["NETFILTER"], requires: ["CONFIG_NET"]),
    DecidingOption(name: "CONFIG_BPF_JIT", programTypes: ["STRUCT_OPS", "EXT"]),
    DecidingOption(name: "CONFIG_BPF_LSM", programTypes: ["LSM"]),
  ]

  /// Whether the option decides the member at `path` of a kernel context.
  func decides(_ member: NamedMember) -> Bool {
    members.contains { structure, prefix in
      member.structure == structure && (member.name?.hasPrefix(prefix) ?? false)
    }
  }
}

/// Finds the option of the configuration behind differences, so that one option is one finding.
struct OptionAttribution {
  private let old: Snapshot
  private let new: Snapshot
  /// The options that both configurations tell and that differ, by whether the new build has it off.
  private let switched: [String: Bool]?

  init(_ old: Snapshot, _ new: Snapshot) {
    self.old = old
    self.new = new
    guard let before = old.provenance.configuration?.options, let after = new.provenance.configuration?.options else {
      switched = nil
      return
    }
    var switched: [String: Bool] = [:]
    for option in Set(before.keys).intersection(after.keys) {
      let (isOn, isStillOn) = (before[option] != "n", after[option] != "n")
      if isOn != isStillOn { switched[option] = isOn }
    }
    self.switched = switched
  }

  /// The same observations, those that an option decides told as that option's.
  func attributed(_ observations: [Observation]) -> [Observation] {
    let asIfOff = switched == nil ? patterns(observations) : []
    return observations.map { seen in
      guard let isOff = direction(of: seen), let option = option(of: seen, isOff: isOff, asIfOff) else { return seen }
      return told(seen, option, isOff: isOff)
    }
  }

  /// Whether it is something that went with an option (true) or came with one (false); nil for neither.
  private func direction(of seen: Observation) -> Bool? {
    switch seen.rule.id {
    case Rule.programTypeRemoved.id, Rule.structureRemoved.id: return true
    case Rule.meaningChanged.id, Rule.rangeWidened.id, Rule.readRevoked.id, Rule.writeRevoked.id, Rule.readGranted.id,
      Rule.writeGranted.id:
      return seen.option?.isOff
    default: return nil
    }
  }

  private func option(of seen: Observation, isOff: Bool, _ asIfOff: Set<String>) -> String? {
    let candidates = DecidingOption.all.filter { decides($0, seen) }
    guard let switched else {
      return isOff ? candidates.map(\.name).first(where: asIfOff.contains) : nil
    }
    // An option that requires another goes with it.
    for candidate in candidates {
      for name in candidate.requires.reversed() + [candidate.name] where switched[name] == isOff { return name }
    }
    let fitting = switched.filter { $0.value == isOff }.keys
    // The only one that was switched may decide what no table says, of values alone.
    return candidates.isEmpty && fitting.count == 1 && seen.after != nil ? fitting.first : nil
  }

  private func decides(_ option: DecidingOption, _ seen: Observation) -> Bool {
    if seen.rule.id == Rule.programTypeRemoved.id { return seen.field.map(option.programTypes.contains) ?? false }
    if seen.rule.id == Rule.structureRemoved.id {
      let types = old.programs.filter { $0.context == seen.context }.map(\.type)
      return !types.isEmpty && types.allSatisfy(option.programTypes.contains)
    }
    guard let trace = seen.option else { return false }
    let members = (trace.isOff ? old : new).kernel.members[trace.kernelContext] ?? []
    let paths = Set(trace.members)
    return members.contains { paths.contains($0.path) && option.decides($0) }
  }

  /// The options that look off in the new build: of all that hangs on one, nothing is left.
  private func patterns(_ observations: [Observation]) -> Set<String> {
    Set(
      DecidingOption.all.filter { option in
        guard observations.contains(where: { direction(of: $0) == true && decides(option, $0) }) else { return false }
        let isRead = new.contexts.contains { context in
          let kernel = new.programs.first { $0.context == context.name }?.kernelContext ?? ""
          let paths = Set((new.kernel.members[kernel] ?? []).filter(option.decides).map(\.path))
          return !paths.isEmpty && context.rules.contains { $0.meaning.members.contains { paths.contains($0.path) } }
        }
        return !isRead && !new.programs.contains { !$0.isPointer && option.programTypes.contains($0.type) }
      }.map(\.name))
  }

  /// What is said of what went with an option, where no constant takes its place.
  private static let loss = [
    Rule.programTypeRemoved.id: OptionTitle.unsupported, Rule.structureRemoved.id: OptionTitle.unseen,
    Rule.readRevoked.id: OptionTitle.refused, Rule.writeRevoked.id: OptionTitle.refused,
  ]

  private func told(_ seen: Observation, _ option: String, isOff: Bool) -> Observation {
    let what = isOff ? (switched == nil ? "as if \(option) were off" : "\(option) is off") : "\(option) is on"
    var result = Observation(
      rule: isOff ? .optionOff : .optionOn, context: seen.context, title: .option(OptionTitle(reason: what, isOff: isOff)),
      cause: .init(option, crossesContexts: true))
    result.field = seen.field
    result.programs = seen.programs
    result.access = seen.access
    result.before = seen.before
    result.after = seen.after ?? Self.loss[seen.rule.id]
    result.witness = seen.witness
    result.remark = seen.remark
    result.claims = seen.claims
    return result
  }
}
