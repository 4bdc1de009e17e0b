/// Something that kernel code asks the task for that loads a program.
public enum Requirement: Hashable, Sendable {
  /// The capability of this number (include/uapi/linux/capability.h).
  case capability(UInt32)
  /// That the kernel is not locked down (`security_locked_down`, security/security.c).
  case noLockdown

  /// `CAP_SYS_ADMIN`: where kernel code asks for `CAP_BPF` or another that was split from it, it stands for that one too
  /// (`bpf_capable`, include/linux/capability.h).
  static let administration = Requirement.capability(21)
}

/// What the task that loads a program is refused.
public enum Refusal: Hashable, Sendable {
  case nothing
  case everything
  /// This alone, and what stands for it too.
  case only(Requirement)

  func refuses(_ requirement: Requirement) -> Bool {
    switch self {
    case .nothing: false
    case .everything: true
    case .only(let refused):
      switch refused {
      case .capability: requirement == refused || requirement == .administration
      case .noLockdown: requirement == refused
      }
    }
  }
}
