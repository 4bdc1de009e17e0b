import Comparison
import ContextABI

/// A member of a context in both builds.
struct MemberPair {
  /// What became of it.
  enum Fate: String {
    case same, moved, resized, retyped, renamed, removed, added
  }

  let old: LayoutMember?
  let new: LayoutMember?
  let fate: Fate

  var name: String { new?.name ?? old?.name ?? "" }

  /// The members of two layouts, in the order of the newer one; what is gone stands where it was.
  static func pairs(_ old: Layout?, _ new: Layout?, renamed: Set<String>) -> [MemberPair] {
    let olds = old?.members ?? []
    let news = new?.members ?? []
    let newByName = Dictionary(news.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let oldNames = Set(olds.map(\.name))
    var successors: Set<String> = []
    var pairs: [MemberPair] = []
    for member in olds {
      // A name that now stands for a part of the old field belongs to the part: the whole has another one.
      if renamed.contains(member.name),
        let successor = news.first(where: { !oldNames.contains($0.name) && $0.isPlaced(as: member) })
      {
        successors.insert(successor.name)
        pairs.append(MemberPair(old: member, new: successor, fate: .renamed))
        if let part = newByName[member.name] { pairs.append(MemberPair(old: nil, new: part, fate: .added)) }
      } else if let same = newByName[member.name] {
        pairs.append(MemberPair(old: member, new: same, fate: fate(member, same)))
      } else {
        pairs.append(MemberPair(old: member, new: nil, fate: .removed))
      }
    }
    for member in news where !oldNames.contains(member.name) && !successors.contains(member.name) {
      pairs.append(MemberPair(old: nil, new: member, fate: .added))
    }
    return pairs.sorted { left, right in
      let (first, second) = (left.new ?? left.old, right.new ?? right.old)
      return (first?.bitOffset ?? 0, -(first?.bitSize ?? 0), left.name)
        < (second?.bitOffset ?? 0, -(second?.bitSize ?? 0), right.name)
    }
  }

  private static func fate(_ old: LayoutMember, _ new: LayoutMember) -> Fate {
    if old.bitOffset != new.bitOffset { return .moved }
    if old.bitSize != new.bitSize { return .resized }
    return old.encoding == new.encoding ? .same : .retyped
  }
}

extension LayoutMember {
  func isPlaced(as other: LayoutMember) -> Bool {
    bitOffset == other.bitOffset && bitSize == other.bitSize
  }

  /// Whether all of the other member's bits are among this one's.
  func contains(_ other: LayoutMember) -> Bool {
    bitOffset <= other.bitOffset && other.bitOffset + other.bitSize <= bitOffset + bitSize
  }

  /// `12`, and `167:4` for a bit field.
  var placeText: String { bitOffset % 8 == 0 ? "\(bitOffset / 8)" : "\(bitOffset / 8):\(bitOffset % 8)" }

  /// `4`, and `4 bits`.
  var sizeText: String { bitSize % 8 == 0 ? "\(bitSize / 8)" : bitSize == 1 ? "1 bit" : "\(bitSize) bits" }
}

extension String {
  /// The member that a field of an access belongs to: `cb` for `cb[2]` and `cb[0]..cb[1]`.
  var memberName: String { String(prefix { $0 != "[" }) }

  /// A field's name for people: words of a context that is no structure, `[2]` or `[0]..[1]`, are `args[2]`, `args[0]..args[1]`.
  var shownField: String { hasPrefix("[") ? replacing("[", with: "args[") : self }
}
