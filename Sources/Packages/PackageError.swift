/// Why no kernel can be taken out of a package.
public enum PackageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The archive, or an archive in it, is damaged; libarchive's words.
  case damaged(path: String, part: String, problem: String)
  /// There is no kernel in it.
  case noKernel(path: String)
  /// There are several kernels in it, and none was chosen.
  case severalKernels(path: String, members: [String])
  /// The chosen member is not there.
  case noMember(path: String, member: String, kernels: [String])
  /// A member is larger than any kernel, or all of them than any package.
  case tooLarge(path: String, member: String, limit: Int)
  /// The member can't be kept while it is read.
  case noRoom(path: String, member: String, problem: String)

  public var description: String {
    switch self {
    case .damaged(let path, let part, let problem):
      "\(path): the package can't be read: \(part): \(problem)"
    case .noKernel(let path):
      "\(path): the package holds no kernel image (boot/vmlinuz-*, lib/modules/*/vmlinuz, lib/debug/**/vmlinux*); give the package that does"
    case .severalKernels(let path, let members):
      "\(path): the package holds several kernels; choose one with --member: \(members.joined(separator: ", "))"
    case .noMember(let path, let member, let kernels):
      "\(path): the package has no member \(member); its kernels are: \(kernels.isEmpty ? "none" : kernels.joined(separator: ", "))"
    case .tooLarge(let path, let member, let limit):
      "\(path): with \(member), the package expands to more than \(limit >> 20) MB"
    case .noRoom(let path, let member, let problem):
      "\(path): there is no room for \(member): \(problem)"
    }
  }
}
