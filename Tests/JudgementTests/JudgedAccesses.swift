import ContextABI

extension JudgedChanges {
  /// What programs may do at all.
  static let accesses = [
    JudgedChange(
      patch: "socket filters may no longer read the priority",
      why: "sk_filter_is_valid_access refuses what it lists; a program that reads it is not loaded any more",
      severity: .breaking, rule: "read-revoked", says: "__sk_buff.priority"
    ) { try $0.refuse("__sk_buff.priority", .read, to: ["SOCKET_FILTER"]) },
    JudgedChange(
      patch: "sched_cls may no longer set the mark",
      why: "tc_cls_act_is_valid_access lists mark among what may be written; without it every shaper is refused",
      severity: .breaking, rule: "write-revoked", says: "__sk_buff.mark"
    ) { try $0.refuse("__sk_buff.mark", .write, to: ["SCHED_CLS"]) },
    JudgedChange(
      patch: "the mark is no longer read byte by byte",
      why: "compilers narrow loads on their own: bpf_skb_is_valid_access lets them (bpf_ctx_narrow_access_ok)",
      severity: .breaking, rule: "width-revoked", says: "__sk_buff.mark"
    ) {
      try $0.rules("__sk_buff.mark", .read) { rule in
        rule.parts = .whole
        return true
      }
    },
    JudgedChange(
      patch: "bpf_sock.mark may be read byte by byte",
      why: "programs that were accepted still are; more are",
      severity: .addition, rule: "width-granted"
    ) {
      try $0.rules("bpf_sock.mark", .read) { rule in
        rule.parts = .aligned
        return true
      }
    },
    JudgedChange(
      patch: "the hash becomes writable",
      why: "nothing that was accepted is refused (tc_cls_act_is_valid_access has a list of what may be written)",
      severity: .addition, rule: "write-granted", says: "__sk_buff.hash"
    ) {
      try $0.accept("__sk_buff.mark", .write) { rule in
        rule.field = "hash"
        rule.offset = 68
      }
    },
    JudgedChange(
      patch: "the mark is for capable programs alone",
      why: "bpf_skb_is_valid_access lets unprivileged socket filters read it; with a test of bpf_capable() they are refused",
      severity: .breaking, rule: "privilege-required", says: "__sk_buff.mark"
    ) {
      try $0.rules("__sk_buff.mark", .read) { rule in
        rule.needsPrivilege = true
        return true
      }
    },
    JudgedChange(
      patch: "packet data for unprivileged programs",
      why: "cg_skb_is_valid_access asks bpf_token_capable for data and data_end; without it more programs are accepted",
      severity: .addition, rule: "privilege-dropped", says: "__sk_buff.data"
    ) {
      try $0.rules("__sk_buff.data", .read) { rule in
        defer { rule.needsPrivilege = false }
        return rule.needsPrivilege
      }
    },
    JudgedChange(
      patch: "XDP programs are no longer supported",
      why: "bpf_prog_load finds no verifier ops for the type: nothing of it can be loaded",
      severity: .breaking, rule: "program-type-removed", says: "XDP"
    ) { build in
      build.snapshot.programs.removeAll { $0.type == "XDP" && !$0.name.hasPrefix("ptr:") }
      for context in build.snapshot.contexts.indices {
        for rule in build.snapshot.contexts[context].rules.indices {
          build.snapshot.contexts[context].rules[rule].programs.removeAll { $0 == "XDP" || $0.hasPrefix("XDP/") }
        }
        build.snapshot.contexts[context].rules.removeAll { $0.programs.isEmpty }
      }
    },
    JudgedChange(
      patch: "a program type gets another number",
      why: "compiled programs hold the number of enum bpf_prog_type, not its name",
      severity: .breaking, rule: "program-type-renumbered", says: "SK_LOOKUP"
    ) { build in
      for index in build.snapshot.programs.indices where build.snapshot.programs[index].type == "SK_LOOKUP" {
        build.snapshot.programs[index].typeNumber = 60
      }
    },
    JudgedChange(
      patch: "pointer fields read by 4 bytes are refused at once",
      why: "bpf_sockopt_is_valid_access accepted them and no conversion had a case: the verifier gave up with a warning",
      severity: .correction, rule: "refused-at-once", says: "bpf_sockopt", build: "6.12.57-amd64"
    ) { $0.snapshot.coverage.removeAll { $0.kind == .misconfigured && $0.programs.contains { $0.hasPrefix("CGROUP_SOCKOPT") } } },
    JudgedChange(
      patch: "pointer fields read by 4 bytes are accepted and then refused",
      why: "the same the other way round: no program loads that did not, but the kernel warns of a misconfigured verifier",
      severity: .review, rule: "converts-to-nothing",
      before: { $0.snapshot.coverage.removeAll { $0.kind == .misconfigured } }
    ) { build in
      build.snapshot.coverage.append(
        CoverageItem(
          kind: .misconfigured, programs: ["CGROUP_SOCKOPT/SETSOCKOPT"], accesses: ["read 4:4"],
          reason: "it is converted to no instruction"))
    },
    JudgedChange(
      patch: "nothing can be asked of SK_MSG",
      why: "what could not be checked is not unchanged",
      severity: .coverage, rule: "coverage-lost", says: "stops the processor"
    ) { build in
      build.snapshot.coverage.append(
        CoverageItem(kind: .hole, programs: ["SK_MSG"], accesses: [], reason: "the callback stops the processor"))
      let context = try build.context("sk_msg_md")
      build.snapshot.contexts[context].rules.removeAll()
    },
  ]

  /// Registers: what is left in them, and what the verifier takes them for.
  static let registers = [
    JudgedChange(
      patch: "packet data become a number",
      why: "with SCALAR_VALUE a program that follows xdp->data is refused: there is no pointer to bound",
      severity: .breaking, rule: "register-type-changed", says: "PTR_TO_PACKET"
    ) {
      try $0.rules("xdp_md.data", .read) { rule in
        rule.registerType = "SCALAR_VALUE"
        return true
      }
    },
    JudgedChange(
      patch: "the socket may be null",
      why: "programs that do not test are refused once bpf_sock_addr.sk is PTR_TO_SOCKET_OR_NULL",
      severity: .breaking, rule: "register-type-changed", says: "PTR_TO_SOCKET_OR_NULL"
    ) {
      try $0.rules("bpf_sock_addr.sk", .read) { rule in
        rule.registerType = "PTR_TO_SOCKET_OR_NULL"
        return true
      }
    },
    JudgedChange(
      patch: "the context pointer no longer stays in the register",
      why: "SOCK_OPS_GET_FIELD got a store of 0 where destination and source are one register: a leak is closed",
      severity: .correction, rule: "same-register-corrected", says: "snd_cwnd", build: "6.12-backports-amd64"
    ) { try $0.sameRegister("bpf_sock_ops.snd_cwnd", nil) },
    JudgedChange(
      patch: "the context pointer stays in the register",
      why: "a program with destination = source reads a kernel address where others read 0",
      severity: .breaking, rule: "same-register-differs", says: "snd_cwnd"
    ) { try $0.sameRegister("bpf_sock_ops.snd_cwnd", "ctx->is_fullsock ? tcp_sock(ctx->sk)->snd_cwnd : ctx") },
  ]
}
