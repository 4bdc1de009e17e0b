import ContextABI

extension JudgedChanges {
  /// Values that reads give and stores set.
  static let meanings = [
    JudgedChange(
      patch: "mark reads the priority",
      why: "bpf_convert_ctx_access loads skb->mark for it; the member is still there, the program gets another one",
      severity: .breaking, rule: "meaning-changed", says: "__sk_buff.mark"
    ) { try $0.meaning("__sk_buff.mark", .read, "skb->mark", "skb->priority") },
    JudgedChange(
      patch: "the hash is masked to 31 bits",
      why: "skb->hash is a whole __u32 (include/linux/skbuff.h); programs that spread flows by its top bit see it always 0",
      severity: .breaking, rule: "meaning-changed", says: "skb->hash = "
    ) { try $0.meaning("__sk_buff.hash", .read, "skb->hash", "skb->hash & 0x7fffffff") },
    JudgedChange(
      patch: "the packet type is no longer shifted into place",
      why: "PKT_TYPE_MAX masks the byte and the conversion shifts it right on big-endian; without it PACKET_OTHERHOST is not 3",
      severity: .breaking, rule: "meaning-changed", says: "__sk_buff.pkt_type"
    ) { try $0.meaning("__sk_buff.pkt_type", .read, "skb->pkt_type", "skb->pkt_type << 5") },
    JudgedChange(
      patch: "the priority reads 0",
      why: "no option decides skb->priority: a field that a conversion turns into 0 is gone for programs that use it",
      severity: .breaking, rule: "meaning-changed", says: "is 0"
    ) { try $0.meaning("__sk_buff.priority", .read, "skb->priority", "0") },
    JudgedChange(
      patch: "ports are swapped to host order",
      why: "SOCK_OPS gives remote_port in network order, in the upper half; programs compare it with htonl(port)",
      severity: .breaking, rule: "meaning-changed", says: "bpf_sock_ops.remote_port"
    ) {
      try $0.meaning("bpf_sock_ops.remote_port", .read, "ctx->sk->__sk_common.skc_dport << 16", "ctx->sk->__sk_common.skc_dport")
    },
    JudgedChange(
      patch: "the state is that of the request socket",
      why: "SOCK_OPS_GET_FIELD takes skc_state; skc_family beside it still exists and is another value",
      severity: .breaking, rule: "meaning-changed"
    ) { try $0.meaning("bpf_sock_ops.state", .read, "ctx->sk->__sk_common.skc_state", "ctx->sk->__sk_common.skc_family") },
    JudgedChange(
      patch: "a store to mark keeps 16 bits",
      why: "skb->mark is 32 bits and the store is BPF_SIZE(si->code); iptables rules on the upper half no longer match",
      severity: .breaking, rule: "meaning-changed", says: "value"
    ) { try $0.meaning("__sk_buff.mark", .write, "skb->mark = value", "skb->mark = value & 0xffff") },
    JudgedChange(
      patch: "a store to the priority does nothing",
      why: "the verifier would still accept it: the program loads and the packet goes to another queue",
      severity: .breaking, rule: "meaning-changed", says: "__sk_buff.priority"
    ) { try $0.meaning("__sk_buff.priority", .write, "skb->priority = value", "nothing") },
    JudgedChange(
      patch: "a store to queue_mapping takes every value",
      why: "bpf_convert_ctx_access skips values from NO_QUEUE_MAPPING on, as skb_set_queue_mapping adds 1; now they are stored",
      severity: .breaking, rule: "meaning-changed", says: "value"
    ) {
      try $0.meaning(
        "__sk_buff.queue_mapping", .write, "if (value < 65535) skb->queue_mapping = value", "skb->queue_mapping = value")
    },
    JudgedChange(
      patch: "a store to the time stamp clears its type everywhere",
      why: "bpf_convert_tstamp_write does so only at ingress; at egress EDT programs rely on the type that they left",
      severity: .breaking, rule: "meaning-changed", says: "skb->tstamp_type"
    ) {
      try $0.meaning(
        "__sk_buff.tstamp", .write,
        "if (skb->tc_at_ingress) { skb->tstamp = value; skb->tstamp_type = 0 } else skb->tstamp = value",
        "{ skb->tstamp = value; skb->tstamp_type = 0 }")
    },
    JudgedChange(
      patch: "the queue number loses its marker for none",
      why: "bpf_sock_convert_ctx_access gives -1 where skc_rx_queue_mapping is NO_QUEUE_MAPPING; programs test for < 0",
      severity: .breaking, rule: "meaning-changed", says: "skc_rx_queue_mapping = 65535"
    ) {
      try $0.meaning(
        "bpf_sock.rx_queue_mapping", .read,
        "sk->__sk_common.skc_rx_queue_mapping != 65535 ? sk->__sk_common.skc_rx_queue_mapping : 0xffffffffffffffff",
        "sk->__sk_common.skc_rx_queue_mapping", at: 76)
    },
    JudgedChange(
      patch: "a member is renamed",
      why: "the field follows a member of another name, the old one is gone: nobody but a reader can tell that it is the same",
      severity: .review, rule: "meaning-unprovable", says: "skb->skb_mark"
    ) { build in
      build.member("skb->skb_mark", of: "skb", "sk_buff", bits: 32, at: 1344, type: "__u32")
      try build.meaning("__sk_buff.mark", .read, "skb->mark", "skb->skb_mark")
      try build.meaning("__sk_buff.mark", .write, "skb->mark = value", "skb->skb_mark = value")
      try build.removeMember("mark", of: "sk_buff")
    },
    JudgedChange(
      patch: "two tests in the other order",
      why: "bpf_convert_tstamp_read tests tc_at_ingress and the type at once; either order gives the same",
      severity: .note, rule: "meaning-rewritten"
    ) {
      try $0.meaning(
        "__sk_buff.tstamp", .read, "skb->tc_at_ingress && skb->tstamp_type ? 0 : skb->tstamp",
        "skb->tstamp_type && skb->tc_at_ingress ? 0 : skb->tstamp")
    },
    JudgedChange(
      patch: "sk_buff is reordered",
      why: "the kernel's member may move freely, the shadow follows: that is the promise",
      severity: .note, rule: "shadow-followed"
    ) { build in
      for context in build.snapshot.kernel.members.keys {
        build.snapshot.kernel.members[context] = build.snapshot.kernel.members[context]?.map { member in
          guard member.path == "skb->mark" else { return member }
          return NamedMember(
            path: member.path, width: member.width, pointer: member.pointer, structure: member.structure,
            name: member.name, bitOffset: member.bitOffset + 64, type: member.type)
        }
      }
      // r2 = *(u32 *)(r1 + 176)
      let code = "6112b00000000000"
      try build.rules("__sk_buff.mark", .read) { rule in
        rule.conversions = [ConversionRecord(programs: rule.programs, code: code)]
        return true
      }
    },
    JudgedChange(
      patch: "more processors, with the configuration that says so",
      why: "napi_id is 0 below MIN_NAPI_ID, NR_CPUS + 1 (include/net/busy_poll.h): another configuration, another bound",
      severity: .review, rule: "configured-constant-changed"
    ) { build in
      build.snapshot.kernel.numbers["CONFIG_NR_CPUS"] = 512
      try build.meaning(
        "__sk_buff.napi_id", .read, "skb->napi_id >= 8193 ? skb->napi_id : 0", "skb->napi_id >= 513 ? skb->napi_id : 0")
    },
  ]
}
