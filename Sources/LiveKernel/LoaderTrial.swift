import BPF
import ByteReading
import Glibc

/// Tries a loader out before it is relied on, and says in words what stands in the way.
public struct LoaderTrial {
  /// What about this process may keep it from loading programs.
  public struct Surroundings: Hashable, Sendable {
    public var hasSeccompFilter: Bool
    public var isInUserNamespace: Bool
    /// `net.core.bpf_jit_harden`; nil where it is not told.
    public var jitHardening: Int?
    /// `kernel.panic_on_warn`: a warning of the kernel stops the machine.
    public var panicsOnWarning: Bool

    public init(
      hasSeccompFilter: Bool, isInUserNamespace: Bool, jitHardening: Int?, panicsOnWarning: Bool
    ) {
      self.panicsOnWarning = panicsOnWarning
      self.hasSeccompFilter = hasSeccompFilter
      self.isInUserNamespace = isInUserNamespace
      self.jitHardening = jitHardening
    }
  }

  private let capabilities: UInt64
  private let surroundings: Surroundings

  /// - Parameter capabilities: the effective ones, a bit each.
  public init(capabilities: UInt64, surroundings: Surroundings) {
    self.capabilities = capabilities
    self.surroundings = surroundings
  }

  /// The numbers of include/uapi/linux/capability.h.
  private static let needed = [(12, "CAP_NET_ADMIN"), (38, "CAP_PERFMON"), (39, "CAP_BPF")]
  private static let administrator = 21

  /// Loads a program that does nothing, and looks whether its instructions can be read back.
  public func check(_ loader: some ProgramLoader) throws(LiveKernelError) {
    // CAP_SYS_ADMIN stands for the three (bpf_capable, perfmon_capable, bpf_net_capable: include/linux/capability.h).
    if !has(Self.administrator) {
      let missing = Self.needed.filter { !has($0.0) }.map(\.1)
      guard missing.isEmpty else { throw .missing(capabilities: missing) }
    }
    guard !surroundings.panicsOnWarning else { throw .dangerous }
    // BPF_PROG_TYPE_SOCKET_FILTER
    let program = ProgramDraft(type: 1, attachType: 0, flags: 0, code: Self.code)
    switch loader.load(program) {
    case .refused(ENOSYS): throw .noSystemCall
    case .refused(let code):
      throw .refused(
        code: code, message: String(cString: strerror(code)), surroundings: suspicions)
    case .withheld: throw .hidden(hardening ?? "BPF_OBJ_GET_INFO_BY_FD returns no instructions")
    case .translated(let code):
      // With constant blinding, moves of constants have become other instructions (bpf_jit_blind_insn, kernel/bpf/core.c).
      guard code.starts(with: Self.code.prefix(1)) else {
        throw .hidden(hardening ?? "the instructions it shows are not those of the program")
      }
    }
  }

  private func has(_ capability: Int) -> Bool { capabilities >> UInt64(capability) & 1 != 0 }

  /// `r0 = 0x5eed0000; r0 = 0; exit`
  private static let code = [
    Instruction(code: 0xb7, immediate: 0x5eed_0000), Instruction(code: 0xb7), Instruction(code: 0x95),
  ]

  private var hardening: String? {
    guard let level = surroundings.jitHardening, level > 0 else { return nil }
    return
      "constants are blinded (net.core.bpf_jit_harden is \(level)). Set it to 0 while the kernel is asked, or give the kernel's vmlinux instead of `live`"
  }

  private var suspicions: [String] {
    var result: [String] = []
    if surroundings.hasSeccompFilter { result.append("this process runs under a seccomp filter") }
    if surroundings.isInUserNamespace {
      result.append("this process runs in a user namespace, whose capabilities do not count for bpf(2)")
    }
    return result
  }
}

extension LoaderTrial.Surroundings {
  /// Those of this process, as /proc tells them.
  public static var ofThisProcess: LoaderTrial.Surroundings {
    func text(_ path: String) -> String {
      (try? KernelFile.read(path))?.withBytes { String(decoding: $0, as: UTF8.self) } ?? ""
    }
    let status = text("/proc/self/status").split(separator: "\n")
    let filter = status.first { $0.hasPrefix("Seccomp:") }?.split(separator: "\t").last
    // The initial user namespace maps every id to itself.
    let map = text("/proc/self/uid_map").split(whereSeparator: \.isWhitespace)
    return LoaderTrial.Surroundings(
      hasSeccompFilter: filter.map { $0 != "0" } ?? false,
      isInUserNamespace: !map.isEmpty && map != ["0", "0", "4294967295"],
      jitHardening: try? KernelFile.number("/proc/sys/net/core/bpf_jit_harden"),
      panicsOnWarning: (try? KernelFile.number("/proc/sys/kernel/panic_on_warn")) ?? 0 != 0)
  }
}
