import ByteReading
import ContextABI

/// The accesses of one context, by program: what rules say in a form that can be looked up.
struct AccessTable {
  /// An access.
  struct Spot: Hashable, Sendable {
    let kind: AccessKind
    /// In bytes.
    let offset: Int
    let size: Int

    /// `read 84:4`
    var text: String { "\(kind.rawValue) \(offset):\(size)" }

    /// By kind and offset, the widest first.
    static func inOrder(_ left: Spot, _ right: Spot) -> Bool {
      (left.kind.rawValue, left.offset, right.size) < (right.kind.rawValue, right.offset, left.size)
    }

    /// By kind, offset and size: the order in which reports list accesses.
    static func inListing(_ left: Spot, _ right: Spot) -> Bool {
      (left.kind, left.offset, left.size) < (right.kind, right.offset, right.size)
    }
  }

  let context: Context
  let order: ByteOrder
  /// The number of the rule that an access falls under, by program.
  private let rules: [String: [Spot: Int]]
  private let meaningTexts: [String]

  init(_ context: Context, _ order: ByteOrder) {
    self.context = context
    self.order = order
    var rules: [String: [Spot: Int]] = [:]
    for (number, rule) in context.rules.enumerated() {
      var spots: [Spot] = []
      for kind in rule.kinds {
        for part in rule.accesses(of: kind) {
          spots.append(Spot(kind: kind, offset: part.offset, size: part.size))
        }
      }
      for program in rule.programs {
        for spot in spots { rules[program, default: [:]][spot] = number }
      }
    }
    self.rules = rules
    meaningTexts = context.rules.map(\.meaning.description)
  }

  /// Every accepted access of a program, with the number of its rule.
  func accesses(of program: String) -> [Spot: Int] { rules[program] ?? [:] }

  func rule(_ number: Int) -> AccessRule { context.rules[number] }

  func meaningText(_ number: Int) -> String { meaningTexts[number] }

  /// What one access does.
  func meaning(_ spot: Spot, _ number: Int) -> Meaning {
    context.rules[number].meaning(
      of: spot.kind, AccessRule.Part(offset: spot.offset, size: spot.size), order)
  }

  /// Whether an access to a part of a field gives that part of what the access to the whole gives; nil for an access to the
  /// whole, and where the whole can't be accessed.
  ///
  /// - Parameter field: the field that is the whole; the one that the access is in, unless another is given.
  func agreesWithWhole(_ spot: Spot, of program: String, in field: LayoutMember? = nil) -> Bool? {
    guard let number = rules[program]?[spot], let member = field ?? member(around: spot) else { return nil }
    let whole = Spot(
      kind: spot.kind, offset: member.bitOffset / 8, size: member.bitSize / 8)
    guard whole != spot, let wholeNumber = rules[program]?[whole] else { return nil }
    let derived = context.rules[wholeNumber]
    let part = AccessRule.Part(offset: spot.offset, size: spot.size)
    return derived.meaning(of: spot.kind, part, order) == meaning(spot, number)
  }

  /// The field that all bytes of an access are in.
  func member(around spot: Spot) -> LayoutMember? {
    context.layout.members.first {
      $0.bitOffset <= spot.offset * 8 && (spot.offset + spot.size) * 8 <= $0.bitOffset + $0.bitSize
    }
  }

  /// Whether the accesses to two fields are allowed to the same programs and mean the same; the fields may stand at
  /// different places, and in different tables.
  func behavesTheSame(
    _ field: LayoutMember, as other: LayoutMember, in table: AccessTable
  ) -> Bool {
    facts(of: field) == table.facts(of: other)
  }

  /// The rules inside a field, relative to its start.
  private func facts(of field: LayoutMember) -> Set<String> {
    var result: Set<String> = []
    for (number, rule) in context.rules.enumerated()
    where rule.offset * 8 >= field.bitOffset && rule.offset * 8 < field.bitOffset + field.bitSize {
      let start = rule.offset - field.bitOffset / 8
      let kinds = rule.kinds.map(\.rawValue).joined(separator: "+")
      let programs = rule.programs.joined(separator: ",")
      result.insert(
        "\(start):\(rule.size) \(kinds) \(rule.registerType) \(rule.needsPrivilege) \(meaningTexts[number]) \(programs)")
    }
    return result
  }
}
