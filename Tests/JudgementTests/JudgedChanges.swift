/// What a maintainer would say of each of these changes, argued from the kernel's sources.
enum JudgedChanges {
  static let all = meanings + guards + accesses + registers + layouts
}
