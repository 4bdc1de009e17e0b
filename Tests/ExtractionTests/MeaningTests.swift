import ContextABI
import KernelImage
import TestSupport
import Testing

/// What accesses to the miniature kernel's contexts mean, written by hand from its source.
@Suite struct MeaningTests {
  struct Wanted: Sendable, CustomTestStringConvertible {
    let context: String
    let field: String
    let kind: AccessKind
    let program: String
    let meaning: String

    var testDescription: String { "\(program) \(kind.rawValue) \(context).\(field)" }
  }

  static func reads(_ context: String, _ program: String, _ fields: [(String, String)]) -> [Wanted] {
    fields.map {
      Wanted(context: context, field: $0.0, kind: .read, program: program, meaning: $0.1)
    }
  }

  static func stores(_ context: String, _ program: String, _ fields: [(String, String)]) -> [Wanted] {
    fields.map {
      Wanted(context: context, field: $0.0, kind: .write, program: program, meaning: $0.1)
    }
  }

  static let packet =
    reads(
      "__sk_buff", "SCHED_CLS",
      [
        ("len", "skb->len"), ("pkt_type", "skb->pkt_type"), ("mark", "skb->mark"),
        ("queue_mapping", "skb->queue_mapping"), ("protocol", "skb->protocol"),
        ("vlan_present", "skb->vlan_present"), ("ifindex", "skb->dev ? skb->dev->ifindex : 0"),
        ("hash", "skb->hash"), ("tc_classid", "qdisc_skb_cb(skb->cb)->tc_classid"),
        ("data", "skb->data"), ("data_end", "bpf_skb_data_end(skb->cb)->data_end"),
        ("napi_id", "skb->napi_id >= 257 ? skb->napi_id : 0"),
        ("family", "skb->sk->__sk_common.skc_family"),
        ("local_ip4", "skb->sk->__sk_common.skc_rcv_saddr"), ("priority", "skb->priority"),
        ("tstamp", "!skb->tstamp_type ? skb->tstamp : 0"), ("tstamp_type", "skb->tstamp_type"),
        ("gso_segs", "skb_shared_info(skb->head + skb->end)->gso_segs"), ("sk", "skb->sk"),
        ("netns_inum", "skb->dev ? skb->dev->nd_net.net->ns.inum : 0"),
      ])
    + reads("__sk_buff", "SCHED_CLS+tstamp_type", [("tstamp", "skb->tstamp")])
    + stores(
      "__sk_buff", "SCHED_CLS",
      [
        ("mark", "skb->mark = value"), ("priority", "skb->priority = value"),
        ("queue_mapping", "if (value < 65535) skb->queue_mapping = value"),
        ("tc_classid", "qdisc_skb_cb(skb->cb)->tc_classid = value"),
        ("tstamp", "skb->tstamp = value"),
      ])

  static let others =
    reads(
      "xdp_md", "XDP/DEVMAP",
      [
        ("data", "xdp->data"), ("data_end", "xdp->data_end"), ("data_meta", "xdp->data_meta"),
        ("ingress_ifindex", "xdp->rxq->dev->ifindex"), ("rx_queue_index", "xdp->rxq->queue_index"),
        ("egress_ifindex", "xdp->txq->dev->ifindex"),
      ])
    + reads(
      "bpf_sock", "CGROUP_SOCK/INET4_POST_BIND",
      [
        ("bound_dev_if", "sk->__sk_common.skc_bound_dev_if"),
        ("family", "sk->__sk_common.skc_family"), ("type", "sk->sk_type"),
        ("protocol", "sk->sk_protocol"), ("mark", "sk->sk_mark"),
        ("src_ip4", "sk->__sk_common.skc_rcv_saddr"), ("dst_port", "sk->__sk_common.skc_dport"),
        ("state", "sk->__sk_common.skc_state"),
        (
          "rx_queue_mapping",
          "sk->__sk_common.skc_rx_queue_mapping != 65535 ? sk->__sk_common.skc_rx_queue_mapping : 0xffffffffffffffff"
        ),
      ])
    + reads("bpf_sock", "ptr:sock", [("src_ip4", "sk->__sk_common.skc_rcv_saddr")])
    + stores(
      "bpf_sock", "CGROUP_SOCK/INET_SOCK_CREATE",
      [
        ("bound_dev_if", "sk->__sk_common.skc_bound_dev_if = value"), ("mark", "sk->sk_mark = value"),
      ])
    + reads(
      "bpf_sock_addr", "CGROUP_SOCK_ADDR/INET4_BIND",
      [
        ("user_family", "sockaddr_in(ctx->uaddr)->sin_family"),
        ("user_ip4", "sockaddr_in(ctx->uaddr)->sin_addr.s_addr"),
        ("user_port", "sockaddr_in(ctx->uaddr)->sin_port"),
        ("family", "ctx->sk->__sk_common.skc_family"), ("sk", "ctx->sk"),
      ])
    + stores(
      "bpf_sock_addr", "CGROUP_SOCK_ADDR/INET4_BIND",
      [
        ("user_ip4", "sockaddr_in(ctx->uaddr)->sin_addr.s_addr = value"),
        ("user_port", "sockaddr_in(ctx->uaddr)->sin_port = value"),
      ])
    + reads(
      "bpf_sock_addr", "CGROUP_SOCK_ADDR/INET6_BIND",
      [("user_family", "sockaddr_in6(ctx->uaddr)->sin6_family")])

  static let snapshots = Result {
    try Dictionary(
      uniqueKeysWithValues: Architecture.allCases.map {
        ($0, try MiniKernel.snapshot($0, ["NETNS_INUM"]))
      })
  }

  @Test(arguments: Architecture.allCases, packet + others)
  func wholeField(_ architecture: Architecture, _ wanted: Wanted) throws {
    let snapshot = try #require(try Self.snapshots.get()[architecture])
    let found = snapshot.context(wanted.context).meanings(
      wanted.field, wanted.kind, program: wanted.program)
    #expect(found == [wanted.meaning])
  }

  /// An array's elements are fields of their own; cb may be read and written at every width.
  @Test(arguments: Architecture.allCases)
  func controlBuffer(_ architecture: Architecture) throws {
    let context = try #require(try Self.snapshots.get()[architecture]).context("__sk_buff")
    let words = context.rules("cb[3]", .read)
    #expect(words.map(\.meaning.description) == ["*(u32 *)&qdisc_skb_cb(skb->cb)->data[12]"])
    #expect(words.map(\.parts) == [.aligned])
    #expect(words.map(\.programs) == [["SCHED_CLS", "SCHED_CLS+tstamp_type", "SOCKET_FILTER"]])
    let stores = context.rules("cb[0]..cb[1]", .write)
    #expect(stores.map(\.meaning.description) == ["*(u64 *)&qdisc_skb_cb(skb->cb)->data[0] = value"])
    // cb starts at 32: the pair cb[3], cb[4] is not aligned, so it is no access of 8 bytes.
    #expect(context.rules("cb[3]..cb[4]", .read).isEmpty)
    #expect(context.rules("cb[1]..cb[2]", .read).isEmpty)
  }

  @Test(arguments: Architecture.allCases)
  func addressOfVersion6(_ architecture: Architecture) throws {
    let context = try #require(try Self.snapshots.get()[architecture]).context("bpf_sock_addr")
    for index in 0..<4 {
      let member = "sockaddr_in6(ctx->uaddr)->sin6_addr.in6_u.u6_addr32[\(index)]"
      #expect(context.rules("user_ip6[\(index)]", .read).map(\.meaning.description) == [member])
      #expect(context.rules("user_ip6[\(index)]", .write).map(\.meaning.description) == ["\(member) = value"])
      #expect(
        context.rules("user_ip6[\(index)]", .write).map(\.programs) == [["CGROUP_SOCK_ADDR/INET6_BIND"]])
    }
  }

  /// The immediate of a store is known when it is converted: one that is no queue number stores nothing.
  @Test(arguments: Architecture.allCases)
  func immediateStores(_ architecture: Architecture) throws {
    let context = try #require(try Self.snapshots.get()[architecture]).context("__sk_buff")
    let rule = try #require(context.rules("queue_mapping", .writeImmediate).first)
    #expect(context.rules("queue_mapping", .writeImmediate).count == 1)
    // As a register store of the same value does: what is stored is compared with 65535 as a 64-bit number.
    #expect(rule.kinds == [.write, .writeImmediate])
    #expect(rule.immediates.isEmpty)
  }

  /// No choice of registers makes a difference in a kernel without mistakes.
  @Test(arguments: Architecture.allCases)
  func registersDoNotMatter(_ architecture: Architecture) throws {
    let snapshot = try #require(try Self.snapshots.get()[architecture])
    for context in snapshot.contexts {
      for rule in context.rules where !rule.deviations.isEmpty {
        // Only where the context pointer itself is what is stored can a register matter: it is the value then.
        Issue.record("\(context.name).\(rule.field): \(rule.deviations)")
      }
    }
  }
}
