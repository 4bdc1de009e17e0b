import ByteReading
import Foundation
import Programs
import TestSupport

/// The uses of the programs of a source, by program: `0 ctx read 16:4`.
struct UsesOf {
  let programs: [ProgramUses]

  init(_ source: String, order: ByteOrder = .little, flags: [String] = [], kind: ProgramKind? = nil) throws {
    let path = try BPFObject.compile(source, order: order, flags: flags)
    programs = try ProgramObject(path: path, kind: kind).programs.map { ProgramUses($0, of: path) }
  }

  subscript(_ name: String) -> ProgramUses? { programs.first { $0.program == name } }

  /// What a program accesses: `ctx read 16:4`, in the order of its instructions.
  func accesses(_ name: String) -> [String] {
    self[name]?.uses.map { "\($0.base.rawValue) \($0.kind.rawValue) \($0.place)" } ?? ["there is no \(name)"]
  }
}

/// Structures of include/uapi/linux/bpf.h, as far as tests use them.
enum Structures {
  static let skb = """
    struct bpf_sock { u32 bound_dev_if, family, type, protocol, mark, priority, src_ip4; };
    struct bpf_tcp_sock { u32 snd_cwnd, srtt_us; };
    struct __sk_buff { u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto, priority,
      ingress_ifindex, ifindex, tc_index, cb[5], hash, tc_classid, data, data_end, napi_id, family, remote_ip4, local_ip4,
      remote_ip6[4], local_ip6[4], remote_port, local_port, data_meta; u64 flow_keys, tstamp; u32 wire_len, gso_segs;
      struct bpf_sock *sk; u32 gso_size; u8 tstamp_type; u8 pad[3]; u64 hwtstamp; };
    static struct bpf_sock *(*bpf_sk_fullsock)(struct bpf_sock *) = (void *)95;
    static struct bpf_tcp_sock *(*bpf_tcp_sock)(struct bpf_sock *) = (void *)96;

    """
  static let sockOps = """
    struct bpf_sock_ops { u32 op; u32 args[4]; u32 family, remote_ip4, local_ip4; u32 remote_ip6[4]; };

    """
}
