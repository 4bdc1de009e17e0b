/// The pointers with converted accesses that contexts and helpers hand out.
///
/// Where a context has them is a promise of include/uapi/linux/bpf.h; what a build says of each is in its snapshot.
enum ContextPointers {
  private static let fields: [String: [Int: (base: UseBase, mayBeNull: Bool)]] = [
    "__sk_buff": [168: (.commonSocket, true)],
    "bpf_sk_lookup": [0: (.socket, true)],
    "bpf_sock_addr": [64: (.socket, false)],
    "bpf_sock_ops": [184: (.socket, true)],
    "bpf_sockopt": [0: (.socket, false)],
    "sk_msg_md": [72: (.socket, false)],
    "sk_reuseport_md": [40: (.socket, false), 48: (.commonSocket, true)],
  ]

  /// What a read of 8 bytes at `offset` of a context gives; nil where that is no such pointer.
  static func pointer(in context: String?, at offset: Int, origin: Int) -> ConvertedPointer? {
    guard let context, let found = fields[context]?[offset] else { return nil }
    return ConvertedPointer(base: found.base, field: offset, mayBeNull: found.mayBeNull, origin: origin)
  }

  /// The helpers with such a result (`RET_PTR_TO_SOCKET_OR_NULL` and the like, net/core/filter.c), by their numbers.
  private static let helpers: [Int32: UseBase] = [
    84: .socket,  // bpf_sk_lookup_tcp
    85: .socket,  // bpf_sk_lookup_udp
    95: .socket,  // bpf_sk_fullsock
    96: .tcpSocket,  // bpf_tcp_sock
    98: .socket,  // bpf_get_listener_sock
    99: .commonSocket,  // bpf_skc_lookup_tcp
  ]
  private static let mapLookup: Int32 = 1

  /// What helper `number` returns, called with these arguments.
  static func result(ofHelper number: Int32, map: Value, origin: Int) -> Value {
    if let base = helpers[number] { return .pointer(ConvertedPointer(base: base, mayBeNull: true, origin: origin)) }
    // A lookup in a map of sockets gives a socket (mark_ptr_not_null_reg, kernel/bpf/verifier.c).
    guard number == mapLookup, case .map(let kind) = map else { return .unknown }
    switch kind {
    case .sockets: return .pointer(ConvertedPointer(base: .socket, mayBeNull: true, origin: origin))
    case .xdpSockets: return .pointer(ConvertedPointer(base: .xdpSocket, mayBeNull: true, origin: origin))
    case .maps(let inner): return .map(inner)
    case .values: return .unknown
    }
  }

  /// Where a helper's callback gets the caller's context argument, and which register of the call has it; nil for other
  /// helpers (`set_loop_callback_state` and the like, kernel/bpf/verifier.c).
  static func callbackArgument(ofHelper number: Int32) -> (argument: Int, register: UInt8)? {
    switch number {
    case 164: (4, 3)  // bpf_for_each_map_elem
    case 180: (3, 4)  // bpf_find_vma
    case 181: (2, 3)  // bpf_loop
    case 209: (2, 3)  // bpf_user_ringbuf_drain
    default: nil
    }
  }
}
