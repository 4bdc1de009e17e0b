extension JudgedChanges {
  /// Tests before a member is read: dropped, added, replaced.
  static let guards = [
    JudgedChange(
      patch: "the null check of the device is dropped",
      why: "convert_skb_access jumps over the load where skb->dev is null; a cgroup program would bring the kernel down",
      severity: .breaking, rule: "meaning-changed", says: "skb->dev is null"
    ) { try $0.meaning("__sk_buff.ifindex", .read, "skb->dev ? skb->dev->ifindex : 0", "skb->dev->ifindex") },
    JudgedChange(
      patch: "a null check of the device is added",
      why: "tc_cls_act_convert_ctx_access follows skb->dev, which is never null there: what changes is a fault alone",
      severity: .review, rule: "fault-changed", says: "skb->dev is null"
    ) { try $0.meaning("__sk_buff.ifindex", .read, "skb->dev->ifindex", "skb->dev ? skb->dev->ifindex : 0") },
    JudgedChange(
      patch: "a guard by a flag that is new",
      why: "5.18 gave tc at ingress 0 for delivery times: which packets have one, only the new kernel knows",
      severity: .review, rule: "depends-on-new-member", says: "skb->is_delivery_time = 1"
    ) { build in
      build.member("skb->is_delivery_time", of: "skb", "sk_buff", bits: 1, at: 1025)
      try build.meaning("__sk_buff.tstamp", .read, "skb->tstamp", "skb->is_delivery_time ? 0 : skb->tstamp")
    },
    JudgedChange(
      patch: "a guard by a flag that was there",
      why: "tc_at_ingress is a bit of both kernels' sk_buff: the same packet read its time stamp and reads 0 now",
      severity: .breaking, rule: "meaning-changed", says: "skb->tc_at_ingress = 1"
    ) { try $0.meaning("__sk_buff.tstamp", .read, "skb->tstamp", "skb->tc_at_ingress ? 0 : skb->tstamp") },
    JudgedChange(
      patch: "another flag in a guard, new",
      why:
        "is_locked_tcp_sock (SOCK_OPS_GET_FIELD of newer kernels) is set wherever is_fullsock was, for the callbacks that existed",
      severity: .review, rule: "depends-on-new-member", says: "ctx->is_locked_tcp_sock = 0"
    ) { build in
      build.member("ctx->is_locked_tcp_sock", of: "ctx", "bpf_sock_ops_kern", bits: 8, at: 616)
      try build.meaning(
        "bpf_sock_ops.snd_cwnd", .read, "ctx->is_fullsock ? tcp_sock(ctx->sk)->snd_cwnd : 0",
        "ctx->is_locked_tcp_sock ? tcp_sock(ctx->sk)->snd_cwnd : 0")
    },
    JudgedChange(
      patch: "the guard of a cast is dropped",
      why: "ctx->sk may be a request_sock (tcp_call_bpf): without is_fullsock the load reads beyond it",
      severity: .breaking, rule: "meaning-changed", says: "ctx->is_fullsock = 0"
    ) {
      try $0.meaning(
        "bpf_sock_ops.snd_cwnd", .read, "ctx->is_fullsock ? tcp_sock(ctx->sk)->snd_cwnd : 0", "tcp_sock(ctx->sk)->snd_cwnd")
    },
    JudgedChange(
      patch: "a field gets the guard that its neighbours have",
      why: "rtt_min read a request_sock as a tcp_sock; who had a full socket reads what it read",
      severity: .review, rule: "guard-corrected", says: "bpf_sock_ops.rtt_min"
    ) {
      try $0.meaning(
        "bpf_sock_ops.rtt_min", .read, "tcp_sock(ctx->sk)->rtt_min.s[0].v",
        "ctx->is_fullsock ? tcp_sock(ctx->sk)->rtt_min.s[0].v : 0")
    },
    JudgedChange(
      patch: "a guarded field reads another member as well",
      why: "the guard is the same, the value is not: snd_ssthresh is another number of the same tcp_sock",
      severity: .breaking, rule: "meaning-changed", says: "snd_ssthresh"
    ) {
      try $0.meaning(
        "bpf_sock_ops.snd_cwnd", .read, "ctx->is_fullsock ? tcp_sock(ctx->sk)->snd_cwnd : 0",
        "ctx->is_fullsock ? tcp_sock(ctx->sk)->snd_ssthresh : 0")
    },
    JudgedChange(
      patch: "a new member is read although the old one is there",
      why: "the value itself comes from elsewhere; that the new member may hold the same is not to be seen",
      severity: .breaking, rule: "meaning-changed", says: "skb->mark_cache"
    ) { build in
      build.member("skb->mark_cache", of: "skb", "sk_buff", bits: 32, at: 1344, type: "__u32")
      try build.meaning("__sk_buff.mark", .read, "skb->mark", "skb->mark_cache")
    },
    JudgedChange(
      patch: "a store gets a guard by a flag that was there",
      why: "who stored without a full socket set sk_txhash of a request_sock and no longer does; a read gives the same",
      severity: .breaking, rule: "meaning-changed", says: "ctx->is_fullsock = "
    ) {
      try $0.meaning(
        "bpf_sock_ops.sk_txhash", .write, "if (ctx->is_fullsock) ctx->sk->sk_txhash = value",
        "if (ctx->is_fullsock && ctx->op) ctx->sk->sk_txhash = value")
    },
  ]
}
