import ContextABI

extension Meaning {
  /// In words, the members that `other` has and this meaning has not, and the other way round; nil where they have the
  /// same: `ctx->is_locked_tcp_sock instead of ctx->is_fullsock`.
  func members(instead other: Meaning) -> String? {
    let old = Set(members.map(\.path))
    let new = Set(other.members.map(\.path))
    let gone = old.subtracting(new).sorted().joined(separator: ", ")
    let added = new.subtracting(old).sorted().joined(separator: ", ")
    switch (gone.isEmpty, added.isEmpty) {
    case (true, true): return nil
    case (false, true): return "without \(gone)"
    case (true, false): return "with \(added)"
    case (false, false): return "\(added) instead of \(gone)"
    }
  }
}
