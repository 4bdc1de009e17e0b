/// Memory whose type the member that leads to it does not tell.
struct Overlay: Sendable {
  enum Place: Sendable, Hashable {
    /// The bytes of a member hold another structure.
    case bytes(of: String, member: String)
    /// A pointer member leads to another structure than it says.
    case pointee(of: String, member: String)
    /// Every pointer to this structure may lead to a longer one that starts with it.
    case extended(String)
    /// The sum of two members of a structure is a pointer.
    case sum(of: String, pointer: String, offset: String)
  }

  let place: Place
  /// The structures that may be there: the first that has a member at the bits in question is taken. `structure.member`
  /// stands for one of the members of a union: the one that BPF uses.
  let structures: [String]
  /// The program types for which this holds; nil for all.
  var programTypes: Set<String>? = nil
  /// The part of the attach type's name that says that this holds; nil for all.
  var attachTypePart: String? = nil

  /// The only table of overlays. In the order of precedence for one place.
  static let all: [Overlay] = [
    // sk_buff.cb belongs to whoever holds the packet: the queueing discipline (include/net/sch_generic.h), with what BPF
    // keeps behind it (struct bpf_skb_data_end, include/linux/filter.h); a socket map (struct sk_skb_cb,
    // include/net/strparser.h, since 5.12); TCP (include/net/tcp.h).
    Overlay(
      place: .bytes(of: "sk_buff", member: "cb"),
      structures: ["sk_skb_cb", "qdisc_skb_cb", "tcp_skb_cb.bpf", "tcp_skb_cb"], programTypes: ["SK_SKB"]),
    Overlay(
      place: .bytes(of: "sk_buff", member: "cb"), structures: ["tcp_skb_cb"],
      programTypes: ["SOCK_OPS"]),
    Overlay(
      place: .bytes(of: "sk_buff", member: "cb"), structures: ["qdisc_skb_cb", "bpf_skb_data_end"]),
    // skb_shinfo(): skb_end_pointer() of 64-bit kernels (include/linux/skbuff.h).
    Overlay(
      place: .sum(of: "sk_buff", pointer: "head", offset: "end"), structures: ["skb_shared_info"]),
    // The socket address of a bind, connect, sendmsg… (net/core/filter.c, sock_addr_convert_ctx_access).
    Overlay(
      place: .pointee(of: "bpf_sock_addr_kern", member: "uaddr"), structures: ["sockaddr_in"],
      attachTypePart: "INET4"),
    Overlay(
      place: .pointee(of: "bpf_sock_addr_kern", member: "uaddr"), structures: ["sockaddr_in"],
      attachTypePart: "UDP4"),
    Overlay(
      place: .pointee(of: "bpf_sock_addr_kern", member: "uaddr"), structures: ["sockaddr_in6"],
      attachTypePart: "INET6"),
    Overlay(
      place: .pointee(of: "bpf_sock_addr_kern", member: "uaddr"), structures: ["sockaddr_in6"],
      attachTypePart: "UDP6"),
    // "Attach type specific context": the source address of a sendmsg (include/linux/filter.h).
    Overlay(
      place: .pointee(of: "bpf_sock_addr_kern", member: "t_ctx"), structures: ["in_addr"],
      attachTypePart: "UDP4"),
    Overlay(
      place: .pointee(of: "bpf_sock_addr_kern", member: "t_ctx"), structures: ["in6_addr"],
      attachTypePart: "UDP6"),
    // struct bpf_cg_run_ctx starts with a struct bpf_run_ctx (include/linux/bpf.h).
    Overlay(place: .extended("bpf_run_ctx"), structures: ["bpf_cg_run_ctx"]),
    // A struct tcp_sock starts with a struct sock (include/linux/tcp.h).
    Overlay(place: .extended("sock"), structures: ["tcp_sock"]),
  ]

  /// The structures at `place` for a program, in the order in which they are tried.
  static func structures(at place: Place, programType: String, attachName: String?) -> [String] {
    for overlay in all where overlay.place == place {
      if let types = overlay.programTypes, !types.contains(programType) { continue }
      if let part = overlay.attachTypePart, attachName?.contains(part) != true { continue }
      return overlay.structures
    }
    return []
  }
}
