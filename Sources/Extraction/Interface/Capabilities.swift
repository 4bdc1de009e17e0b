import ContextABI
import Emulation

extension Requirement {
  /// `CAP_BPF`; nil where it is no capability.
  var capability: String? {
    guard case .capability(let number) = self else { return nil }
    return Int(number) < Self.capabilities.count ? "CAP_\(Self.capabilities[Int(number)])" : "CAP_\(number)"
  }

  /// The names of capabilities by their numbers, which never change (include/uapi/linux/capability.h). They are macros, so
  /// no debug information has them.
  private static let capabilities = [
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
    "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
    "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
    "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
    "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
    "CHECKPOINT_RESTORE",
  ]
}

extension [Requirement] {
  /// The capabilities among them, sorted.
  var capabilities: [String] { Set(compactMap(\.capability)).sorted() }
}
