import ByteReading

/// Why the running kernel can't be asked.
public enum LiveKernelError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kernel offers no BTF.
  case noTypes(FileError)
  /// A file of /proc or /sys can't be read.
  case file(FileError)
  /// The process lacks these capabilities.
  case missing(capabilities: [String])
  /// A question could stop the machine.
  case dangerous
  /// bpf(2) does not exist for this process.
  case noSystemCall
  /// bpf(2) refuses a program that does nothing, with this error; and what in the surroundings may be the cause.
  case refused(code: Int32, message: String, surroundings: [String])
  /// Programs can be loaded, but what the verifier makes of them can't be seen, for this reason.
  case hidden(String)

  public var description: String {
    switch self {
    case .noTypes(let error):
      "\(error): the running kernel offers no BTF (it needs CONFIG_DEBUG_INFO_BTF=y, and /sys mounted); give its vmlinux instead of `live`"
    case .file(let error): error.description
    case .missing(let names):
      "asking the running kernel's verifier needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN (or CAP_SYS_ADMIN); this process lacks \(names.joined(separator: ", ")). Run it as root, or give the kernel's vmlinux instead of `live`"
    case .dangerous:
      "kernel.panic_on_warn is set: the verifier warns of accesses that it can't convert (verifier_bug), and one of them would stop this machine. Give the kernel's vmlinux instead of `live`"
    case .noSystemCall:
      "bpf(2) does not exist here (ENOSYS): the kernel was built without CONFIG_BPF_SYSCALL, or a seccomp filter hides the call"
    case .refused(let code, let message, let surroundings):
      "bpf(2) refuses even a program that does nothing (error \(code), \(message)), although the capabilities are there"
        + (surroundings.isEmpty
          ? ": a security module or the kernel's lockdown may forbid it"
          : ": " + surroundings.joined(separator: "; "))
    case .hidden(let reason):
      "the kernel loads programs, but withholds what the verifier makes of them: \(reason)"
    }
  }
}
