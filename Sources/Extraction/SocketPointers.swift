import KernelImage
import TypeGraph

/// A pointer that a context or a helper hands out, and whose accesses the verifier converts as it does a context's.
struct SocketPointer: Sendable {
  /// The name of the configuration.
  let name: String
  /// The program type that it is asked for with.
  let programType: String
  /// The functions of `check_sock_access` and `convert_ctx_accesses` (kernel/bpf/verifier.c) for this pointer.
  let isValidAccess: String
  let convertAccess: String
  /// The structure that the program sees, and the kernel's structure behind it.
  let program: String
  let kernel: String
  let listedOffsets: Int
  /// How a program of that type gets one.
  let source: Source

  enum Source: Sendable {
    /// From this member of `struct __sk_buff`, by way of a helper function where it gives another pointer than is wanted.
    case contextMember(String, helper: Int32?)
    /// From a map of XDP sockets.
    case socketMap
  }

  /// `check_sock_access` and `convert_ctx_accesses` choose the callbacks by the type of the pointer; there is no table in
  /// the kernel that could be read.
  static let all: [SocketPointer] = [
    SocketPointer(
      name: "ptr:sock_common", programType: "SCHED_CLS",
      isValidAccess: "bpf_sock_common_is_valid_access", convertAccess: "bpf_sock_convert_ctx_access",
      program: "bpf_sock", kernel: "sock", listedOffsets: 128,
      source: .contextMember("sk", helper: nil)),
    SocketPointer(
      name: "ptr:sock", programType: "SCHED_CLS", isValidAccess: "bpf_sock_is_valid_access",
      convertAccess: "bpf_sock_convert_ctx_access", program: "bpf_sock", kernel: "sock",
      listedOffsets: 128, source: .contextMember("sk", helper: Helper.fullSocket)),
    SocketPointer(
      name: "ptr:tcp_sock", programType: "SCHED_CLS", isValidAccess: "bpf_tcp_sock_is_valid_access",
      convertAccess: "bpf_tcp_sock_convert_ctx_access", program: "bpf_tcp_sock", kernel: "tcp_sock",
      listedOffsets: 160, source: .contextMember("sk", helper: Helper.tcpSocket)),
    SocketPointer(
      name: "ptr:xdp_sock", programType: "XDP", isValidAccess: "bpf_xdp_sock_is_valid_access",
      convertAccess: "bpf_xdp_sock_convert_ctx_access", program: "bpf_xdp_sock", kernel: "xdp_sock",
      listedOffsets: 64, source: .socketMap),
  ]
}
