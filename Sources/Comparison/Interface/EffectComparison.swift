import ContextABI

/// Compares what accesses do to programs, and which capabilities they ask for.
struct EffectComparison {
  private(set) var observations: [Observation] = []

  init(_ old: Snapshot, _ new: Snapshot) {
    let (before, after) = (EffectList(old), EffectList(new))
    let accepted = (AcceptedFields(old), AcceptedFields(new))
    for access in Set(before.effects.keys).union(after.effects.keys) {
      if [old, new].contains(where: { $0.unknown(of: access.program).containsAny(access.kind) }) { continue }
      // What accesses do that came or went is told with them.
      guard accepted.0.contains(access), accepted.1.contains(access) else { continue }
      let (first, second) = (before.effects[access] ?? EffectList.Effect(), after.effects[access] ?? EffectList.Effect())
      for mark in first.marks.subtracting(second.marks) { note(access, mark, isLost: true) }
      for mark in second.marks.subtracting(first.marks) { note(access, mark, isLost: false) }
      if first.capabilities != second.capabilities { note(access, first.capabilities, second.capabilities) }
    }
  }

  private mutating func note(_ access: EffectList.Access, _ mark: String, isLost: Bool) {
    let verb = isLost ? "no longer set \(mark)" : "set \(mark) now"
    observations.append(
      Observation(
        rule: isLost ? .markLost : .markAdded, context: access.context, field: access.field, programs: [access.program],
        before: isLost ? "sets \(mark)" : "does not set \(mark)", after: isLost ? "does not set \(mark)" : "sets \(mark)",
        remark: access.kind.isWrite ? "stores" : "reads",
        title: .fields(
          one: "is accessed, and \(isLost ? "no longer sets" : "now sets") \(mark)", many: "\(verb) where they are accessed"),
        findingRemark: Self.meaning(of: mark), cause: .init(verb), claims: [.effect(access, .mark(mark))]))
  }

  private mutating func note(_ access: EffectList.Access, _ old: Set<String>, _ new: Set<String>) {
    // That one is needed at all is told by the access's privilege.
    guard !old.isEmpty, !new.isEmpty else { return }
    let texts = (old.sorted().joined(separator: " and "), new.sorted().joined(separator: " and "))
    observations.append(
      Observation(
        rule: .accessCapabilityChanged, context: access.context, field: access.field, programs: [access.program],
        before: "needs \(texts.0)", after: "needs \(texts.1)", remark: access.kind.isWrite ? "stores" : "reads",
        title: .fields(one: "needs \(texts.1) instead of \(texts.0)", many: "need \(texts.1) instead of \(texts.0)"),
        cause: .init("\(texts.0), \(texts.1)"), claims: [.effect(access, .capabilities)]))
  }

  /// What the kernel does for programs with a mark.
  private static func meaning(of mark: String) -> String? {
    switch mark {
    // bpf_prog_run_save_cb, bpf_prog_run_clear_cb (include/linux/filter.h)
    case "cb_access": "for programs with it sk_buff.cb is cleared before they run, and what was there is put back behind them"
    // bpf_net_context, skb_dst_drop: net/core/dev.c, netif_keep_dst
    case "dst_needed": "for programs with it the device keeps the route of packets (netif_keep_dst)"
    case "kprobe_override": "programs with it are only attached to functions whose result may be replaced"
    case "xdp_has_frags": "programs with it get packets of several fragments"
    case "tstamp_type_access": "programs with it see time stamps of every clock"
    default: nil
    }
  }
}

/// Which programs may access which field.
private struct AcceptedFields {
  private var accesses: Set<EffectList.Access> = []

  init(_ snapshot: Snapshot) {
    for context in snapshot.contexts {
      for rule in context.rules {
        for kind in rule.kinds {
          for program in rule.programs {
            accesses.insert(.init(program: program, context: context.name, field: rule.field, kind: kind))
          }
        }
      }
    }
  }

  func contains(_ access: EffectList.Access) -> Bool { accesses.contains(access) }
}
