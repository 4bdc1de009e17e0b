import ContextABI
import Digest

/// One cause: an edit in the kernel that turned the old ABI into the new one, with everything that it changes.
public struct Finding: Sendable, Hashable {
  public let rule: Rule
  /// What was edited, in one sentence: `24 fields of bpf_sock_ops are guarded by ctx->is_locked_tcp_sock instead of
  /// ctx->is_fullsock`.
  public let title: String
  /// What it changes, field by field, reads before stores. Never empty.
  public let changes: [Change]
  /// What else a reader needs to judge it: what speaks for a correction, which option decides.
  public let remark: String?
  /// What the edit is apart from the fields that it touches; part of the finding's digest.
  let cause: String
  /// The records of the ledger that it explains.
  var claims: Set<Difference> = []

  init(_ rule: Rule, title: String, changes: [Change], remark: String? = nil, cause: String = "") {
    self.rule = rule
    self.title = title
    self.changes = changes.sorted(by: Change.inOrder)
    self.remark = remark
    self.cause = cause
  }

  public static func == (left: Finding, right: Finding) -> Bool {
    left.rule == right.rule && left.title == right.title && left.changes == right.changes
      && left.remark == right.remark
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(rule.id)
    hasher.combine(title)
  }

  /// The contexts that it touches, each once, in the order of the changes.
  public var contexts: [String] {
    var seen: Set<String> = []
    return changes.map(\.context).filter { seen.insert($0).inserted }
  }

  /// The fields that it touches, each once, in the order of the changes.
  public var fields: [String] {
    var seen: Set<String> = []
    return changes.compactMap(\.field).filter { seen.insert($0).inserted }
  }

  /// The programs that it touches, sorted; none where it is about all programs of its contexts.
  public var programs: [String] { Set(changes.flatMap(\.programs)).sorted() }

  /// The context under which a report tells it.
  public var context: String { contexts.count == 1 ? changes[0].context : Change.several }

  /// Where it is, for people: `__sk_buff.mark`; the context where it touches several fields, `configuration` and the like
  /// where it is no context's.
  public var place: String {
    let places = Set(changes.map(\.place))
    if places.count == 1 { return changes[0].place }
    return context
  }

  /// Names the finding for people and scripts, the same from build to build: `field-moved:__sk_buff.mark`. Two findings can
  /// share it; their digests differ.
  public var id: String {
    if cause.hasPrefix("CONFIG_") { return "\(rule.id):\(cause)" }
    let contexts = contexts
    guard contexts.count == 1 else { return "\(rule.id):\(contexts.joined(separator: "+"))" }
    let fields = fields
    return fields.count == 1 ? "\(rule.id):\(contexts[0]).\(fields[0])" : "\(rule.id):\(contexts[0])"
  }

  /// Whether `name` names the finding: its id, its digest, or the rule and one of the fields that it touches.
  public func isNamed(_ name: String) -> Bool {
    name == id || name == digest || name == "\(id)@\(digest)"
      || changes.contains { change in "\(rule.id):\(change.context)" + (change.field.map { ".\($0)" } ?? "") == name }
  }

  /// Sixteen hexadecimal digits that stand for the cause and for all that it changes: fields, accesses, programs, before and
  /// after. Another change of the same fields has another digest.
  public var digest: String {
    var lines = [rule.id, cause]
    for change in changes {
      lines.append(
        [
          change.context, change.field ?? "", change.programs.joined(separator: " "),
          change.accesses.joined(separator: ","), change.before ?? "", change.after ?? "",
        ].joined(separator: "\u{1f}"))
    }
    return String(sha256(lines.joined(separator: "\u{1e}").utf8).prefix(16))
  }

  /// The order of reports: the worst first; contexts of the kernel's own making before registers and the caller's memory;
  /// then what touches more program types and accesses; then by place.
  static func inOrder(_ left: Finding, _ right: Finding, _ contexts: ContextRanks) -> Bool {
    if left.rule.severity != right.rule.severity { return left.rule.severity > right.rule.severity }
    let (first, second) = (contexts.rank(of: left), contexts.rank(of: right))
    if first != second { return first.lexicographicallyPrecedes(second) }
    let texts = [left, right].map { finding in
      [finding.context, finding.rule.id, finding.title, finding.digest]
    }
    return texts[0].lexicographicallyPrecedes(texts[1]) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// What a cause changes of one field, or of one program or context.
public struct Change: Sendable, Hashable {
  /// The context's name.
  public let context: String
  /// The field; nil where the change is the context's.
  public let field: String?
  /// The programs that it is about, sorted; none where it is about all programs of the context.
  public let programs: [String]
  /// How it was, and how it is: meanings, declarations, register types.
  public let before: String?
  public let after: String?
  /// Values of kernel members for which the two differ, and what the access gives on both sides.
  public let witness: String?
  /// The accesses that it is about, sorted, reads first: `read 132:2`.
  public let accesses: [String]
  /// Kernel members that become visible to programs.
  public let exposes: [String]
  /// What else there is to say.
  public let remark: String?

  init(
    context: String, field: String? = nil, programs: [String] = [], before: String? = nil, after: String? = nil,
    witness: String? = nil, accesses: [String] = [], exposes: [String] = [], remark: String? = nil
  ) {
    self.context = context
    self.field = field
    self.programs = programs
    self.before = before
    self.after = after
    self.witness = witness
    self.accesses = accesses
    self.exposes = exposes
    self.remark = remark
  }

  /// Stand in the place of a context for what is no context's.
  public static let programs = "programs"
  public static let helpers = "helpers"
  public static let everything = "all contexts"
  public static let several = "several contexts"
  public static let configuration = "configuration"
  public static let coverage = "coverage"
  public static let kernel = "kernel"

  /// Those names.
  public static let placesWithoutContext: Set<String> = [
    programs, helpers, everything, several, configuration, coverage, kernel,
  ]

  /// Where the change is, for people: `__sk_buff.mark`, `xdp_md`, `SCHED_CLS/TCX_INGRESS`.
  public var place: String {
    if Self.placesWithoutContext.contains(context) { return field ?? context }
    return field.map { "\(context).\($0)" } ?? context
  }

  /// Whether it is about stores.
  public var isStore: Bool { accesses.first.map { $0.hasPrefix("write") } ?? false }

  /// By context and place in it, reads before stores; `field` orders by the numbers in it: `cb[2]` before `cb[10]`.
  static func inOrder(_ left: Change, _ right: Change) -> Bool {
    if left.context != right.context { return left.context.utf8.lexicographicallyPrecedes(right.context.utf8) }
    if left.isStore != right.isStore { return !left.isStore }
    let (first, second) = (left.field ?? "", right.field ?? "")
    if first != second { return NaturalOrder.precedes(first, second) }
    let texts = [left, right].map { change in
      [
        change.programs.joined(separator: " "), change.accesses.joined(separator: " "), change.before ?? "",
        change.after ?? "", change.remark ?? "", change.witness ?? "",
      ]
    }
    return texts[0].lexicographicallyPrecedes(texts[1]) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// The order of names with numbers in them: `regs[2]` before `regs[10]`.
enum NaturalOrder {
  static func precedes(_ left: String, _ right: String) -> Bool {
    let (first, second) = (parts(left), parts(right))
    for (a, b) in zip(first, second) where a != b {
      if let x = Int(a), let y = Int(b) { return x < y }
      return a.utf8.lexicographicallyPrecedes(b.utf8)
    }
    return first.count < second.count
  }

  /// Runs of digits, and runs of anything else.
  private static func parts(_ text: String) -> [Substring] {
    var result: [Substring] = []
    var start = text.startIndex
    var index = text.startIndex
    while index < text.endIndex {
      let next = text.index(after: index)
      if next == text.endIndex || text[next].isNumber != text[index].isNumber {
        result.append(text[start..<next])
        start = next
      }
      index = next
    }
    return result
  }
}

/// Which contexts come first in a report.
struct ContextRanks {
  private let late: Set<String>
  private let types: [String: String]

  init(_ snapshots: [Snapshot]) {
    // Programs that see the kernel's own structure, registers mostly, or memory of the caller.
    late = Set(
      snapshots.flatMap { snapshot in
        snapshot.programs.filter { program in
          program.kernelContext == program.context
            || snapshot.contexts.first { $0.name == program.context }?.layout.size == 0
        }.map(\.context)
      })
    types = Dictionary(
      snapshots.flatMap(\.programs).map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
  }

  /// Smaller stands further to the front.
  func rank(of finding: Finding) -> [Int] {
    let isLate = finding.contexts.allSatisfy(late.contains)
    let types = Set(finding.programs.map { self.types[$0] ?? $0 })
    return [isLate ? 1 : 0, -types.count, -finding.changes.reduce(0) { $0 + $1.accesses.count }]
  }
}
