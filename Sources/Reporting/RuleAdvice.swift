import Comparison

/// What the author of a program does about a finding of a rule.
struct RuleAdvice {
  /// What to do, in a sentence or two.
  let text: String
  /// A few lines of C that do it; none where nothing is to be done.
  let code: [String]

  init(for rule: Rule) {
    let entry = Self.entries.first { $0.rules.contains(rule.id) }
    self = entry?.advice ?? Self.usual(rule)
  }

  private init(_ text: String, _ code: [String] = []) {
    self.text = text
    self.code = code
  }

  /// By severity, where nothing else is known.
  private static func usual(_ rule: Rule) -> RuleAdvice {
    if rule.id.hasPrefix("helper-") { return rule.severity >= .review ? helper : harmless }
    switch rule.severity {
    case .breaking, .review: return atRunTime
    case .addition: return newField
    case .correction, .note: return harmless
    case .coverage: return RuleAdvice("Nothing can be said of programs: compare builds that can be read in full.")
    }
  }

  private static let entries: [(rules: Set<String>, advice: RuleAdvice)] = [
    (
      [Rule.fieldRemoved.id, Rule.structureRemoved.id, Rule.fieldRenamed.id, Rule.fieldAdded.id, Rule.paddingClaimed.id],
      newField
    ),
    (
      [Rule.fieldMoved.id, Rule.fieldResized.id, Rule.fieldRetyped.id, Rule.structureShrunk.id, Rule.structureRealigned.id],
      recompile
    ),
    (
      [
        Rule.readRevoked.id, Rule.writeRevoked.id, Rule.widthRevoked.id, Rule.offsetRevoked.id, Rule.registerTypeChanged.id,
        Rule.accessKindRemoved.id, Rule.modifiedPointerRefused.id, Rule.refusedAtOnce.id, Rule.convertsToNothing.id,
      ], refused
    ),
    ([Rule.privilegeRequired.id, Rule.accessCapabilityChanged.id, Rule.helperPrivileged.id], privilege),
    (
      [Rule.programTypeRemoved.id, Rule.attachTypeRemoved.id, Rule.programTypeRenumbered.id, Rule.optionOff.id], loading
    ),
    (
      [
        Rule.fieldAliased.id, Rule.fieldRedeclared.id, Rule.fieldRespelled.id, Rule.fieldsReordered.id, Rule.structureGrown.id,
      ], harmless
    ),
    (
      [
        Rule.readGranted.id, Rule.writeGranted.id, Rule.widthGranted.id, Rule.accessKindAdded.id, Rule.privilegeDropped.id,
        Rule.modifiedPointerTaken.id,
      ], refused
    ),
    ([Rule.programTypeAdded.id, Rule.attachTypeAdded.id, Rule.optionOn.id], loading),
    ([Rule.helperMayReturnNull.id], nullCheck),
  ]

  private static let harmless = RuleAdvice("Harmless: a program that works goes on as it is, and need not be compiled again.")

  private static let recompile = RuleAdvice(
    "Compile for each kernel's own layout: a program that was compiled with CO-RE (preserve_access_index, as vmlinux.h has it) "
      + "finds the field where it is; one with fixed offsets has to be compiled again.",
    [
      "struct __sk_buff___any {", "        __u32 mark;", "} __attribute__((preserve_access_index));",
      "__u32 mark = ((struct __sk_buff___any *)skb)->mark;",
    ])

  private static let newField = RuleAdvice(
    "Not every kernel has the field: guard its use, so that the verifier of a kernel without it never sees the access.",
    [
      "if (bpf_core_field_exists(skb->tstamp_type))", "        type = skb->tstamp_type;", "else",
      "        type = 0; /* what the program does without it */",
    ])

  private static let refused = RuleAdvice(
    "Some kernels refuse the access when the program is loaded, whether it is reached or not. Let the loader set a constant, so "
      + "that the verifier leaves the branch out; or load another program there.",
    [
      "const volatile bool may_write; /* set before loading */", "if (may_write)", "        skb->tstamp = now;",
    ])

  private static let atRunTime = RuleAdvice(
    "The program loads everywhere and may see something else: no guard finds that out. Test it on both kernels, and where the "
      + "difference matters, let the loader tell the program which one it runs on.",
    [
      "const volatile bool old_meaning; /* set by what the loader measured */",
      "__u64 stamp = old_meaning ? from_old(skb->tstamp) : skb->tstamp;",
    ])

  private static let privilege = RuleAdvice(
    "Load the program with the capability (CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON; see capabilities(7)), or leave the access out "
      + "where it is loaded without.",
    ["const volatile bool is_privileged; /* set before loading */", "if (is_privileged)", "        skb->tstamp = now;"])

  private static let loading = RuleAdvice(
    "Ask before loading, and go on without the program where the kernel does not know it.",
    ["if (libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_NETFILTER, NULL) == 1)", "        err = load_filter();"])

  private static let helper = RuleAdvice(
    "Not every kernel takes the call: guard it by the helper's number where the helper is missing, and load another program where "
      + "it is there and takes less.",
    [
      "if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop))", "        bpf_loop(count, step, &state, 0);", "else",
      "        step_by_step(&state);",
    ])

  private static let nullCheck = RuleAdvice(
    "Check the result before it is used: the verifier of the newer kernel refuses programs that don't, the older one takes both.",
    ["value = bpf_map_lookup_elem(&map, &key);", "if (!value)", "        return 0;"])
}
