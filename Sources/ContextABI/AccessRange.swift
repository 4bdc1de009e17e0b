/// Accesses of some kinds and sizes at every offset of a stretch: what a rule for a context without a structure stands for,
/// as one thing. A single access is a range too, so that the two can be compared.
public struct AccessRange: Hashable, Sendable {
  /// Offsets by whether an access of a size is aligned there.
  public struct Alignment: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The multiples of the access's size.
    public static let aligned = Alignment(rawValue: 1)
    /// All others.
    public static let unaligned = Alignment(rawValue: 2)
    public static let any: Alignment = [.aligned, .unaligned]
  }

  /// Sorted as `AccessKind.allCases`.
  public var kinds: [AccessKind]
  /// In bytes, rising.
  public var sizes: [Int]
  public var alignment: Alignment
  /// Where accesses start, in bytes: the last one may reach behind the end of it.
  public var offsets: Range<Int>

  public init(kinds: [AccessKind], sizes: [Int], alignment: Alignment, offsets: Range<Int>) {
    self.kinds = kinds
    self.sizes = sizes
    self.alignment = alignment
    self.offsets = offsets
  }

  /// A single access.
  public init(_ kind: AccessKind, offset: Int, size: Int) {
    self.init(kinds: [kind], sizes: [size], alignment: .any, offsets: offset..<offset + 1)
  }

  /// The offsets at which accesses of `size` bytes start.
  public func starts(size: Int) -> [Int] {
    guard sizes.contains(size) else { return [] }
    switch alignment {
    case .any: return Array(offsets)
    case .aligned: return Array(stride(from: Self.roundedUp(offsets.lowerBound, size), to: offsets.upperBound, by: size))
    case .unaligned: return offsets.filter { $0 % size != 0 }
    default: return []
    }
  }

  /// How many accesses of each kind.
  public var count: Int { sizes.reduce(0) { $0 + count(size: $1) } }

  /// How many accesses of `size` bytes, of each kind.
  private func count(size: Int) -> Int {
    let start = Self.roundedUp(offsets.lowerBound, size)
    let aligned = start < offsets.upperBound ? (offsets.upperBound - 1 - start) / size + 1 : 0
    return (alignment.contains(.aligned) ? aligned : 0)
      + (alignment.contains(.unaligned) ? offsets.count - aligned : 0)
  }

  public func contains(_ kind: AccessKind, offset: Int, size: Int) -> Bool {
    kinds.contains(kind) && sizes.contains(size) && offsets.contains(offset)
      && alignment.contains(offset % size == 0 ? .aligned : .unaligned)
  }

  /// The accesses that `other` has not, as ranges that share none; none of them is empty.
  public func subtracting(_ other: AccessRange) -> [AccessRange] {
    let common = offsets.clamped(to: other.offsets)
    let shared = AccessRange(
      kinds: kinds.filter(other.kinds.contains), sizes: sizes.filter(other.sizes.contains),
      alignment: alignment.intersection(other.alignment), offsets: common)
    guard !common.isEmpty, shared.count > 0, !shared.kinds.isEmpty else { return count > 0 ? [self] : [] }
    var rest: [AccessRange] = []
    func add(_ change: (inout AccessRange) -> Void) {
      var range = self
      change(&range)
      // A size at none of whose offsets an access starts says nothing.
      range.sizes = range.sizes.filter { range.count(size: $0) > 0 }
      if !range.kinds.isEmpty, !range.sizes.isEmpty { rest.append(range) }
    }
    add { $0.kinds = kinds.filter { !shared.kinds.contains($0) } }
    add {
      $0.kinds = shared.kinds
      $0.sizes = sizes.filter { !shared.sizes.contains($0) }
    }
    for outside in [offsets.lowerBound..<common.lowerBound, common.upperBound..<offsets.upperBound] {
      add {
        ($0.kinds, $0.sizes) = (shared.kinds, shared.sizes)
        $0.offsets = outside
      }
    }
    add {
      ($0.kinds, $0.sizes, $0.offsets) = (shared.kinds, shared.sizes, common)
      $0.alignment = alignment.subtracting(other.alignment)
    }
    return rest
  }

  /// The accesses of `ranges` that none of `others` has.
  public static func difference(_ ranges: [AccessRange], _ others: [AccessRange]) -> [AccessRange] {
    others.reduce(ranges) { rest, other in rest.flatMap { $0.subtracting(other) } }
  }

  private static func roundedUp(_ offset: Int, _ size: Int) -> Int { (offset + size - 1) / size * size }
}

extension AccessRange: CustomStringConvertible {
  /// `read 88:1, 88:2` would be two accesses; a range is `read 88..<96 by 1, 2 (aligned)`.
  public var description: String {
    let kinds = kinds.map(\.rawValue).joined(separator: ", ")
    let sizes = sizes.map(String.init).joined(separator: ", ")
    let alignment =
      switch alignment {
      case .aligned: " (aligned)"
      case .unaligned: " (unaligned)"
      default: ""
      }
    return "\(kinds) \(offsets.lowerBound)..<\(offsets.upperBound) by \(sizes)\(alignment)"
  }
}

extension AccessRule {
  /// The accesses that a rule with a span stands for; none for any other rule, whose accesses stand in `accesses(of:)`.
  public var ranges: [AccessRange] {
    guard let span else { return [] }
    let all = AccessRange(
      kinds: kinds, sizes: span.sizes, alignment: span.isAligned ? .aligned : .any, offsets: offset..<offset + size)
    guard kinds.contains(.read), kinds.contains(.readSignExtending), span.sizes.contains(8) else { return [all] }
    // A load of 8 bytes has no sign to extend.
    var extending = all
    var others = all
    extending.kinds = [.readSignExtending]
    extending.sizes = span.sizes.filter { $0 < 8 }
    others.kinds = kinds.filter { $0 != .readSignExtending }
    return extending.sizes.isEmpty ? [others] : [others, extending]
  }
}
