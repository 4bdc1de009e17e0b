import Comparison
import ContextABI

/// Where a report points to: a file below the top of the kernel's source tree, and a line in it.
public struct SourceLocation: Hashable, Sendable {
  public let path: String
  /// From 1 on.
  public let line: Int
}

/// The headers that declare what changes are about.
struct SourceHeaders {
  private let old: ComparisonReport.Side
  private let new: ComparisonReport.Side

  init(_ old: ComparisonReport.Side, _ new: ComparisonReport.Side) {
    self.old = old
    self.new = new
  }

  /// The header that declares a context: what the debug information says, else where Linux has it.
  func path(of context: String) -> String {
    let declared = [new, old].compactMap { $0.snapshot.provenance.declarations[context] }.first(where: Self.isBelowTree)
    return declared ?? Self.usual(context, new.snapshot.provenance.architecture)
  }

  /// Whether a path leads to a file below the tree.
  private static func isBelowTree(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.isEmpty && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }

  /// Programs, helpers and most contexts are declared in one header, which all of them share.
  private static func usual(_ context: String, _ architecture: String) -> String {
    switch context {
    case "bpf_perf_event_data": return "include/uapi/linux/bpf_perf_event.h"
    case "bpf_nf_ctx": return "include/net/netfilter/nf_bpf_link.h"
    case "pt_regs", "user_pt_regs", "user_regs_struct":
      let headers = [
        "x86_64": "arch/x86/include/asm/ptrace.h", "arm64": "arch/arm64/include/uapi/asm/ptrace.h",
        "riscv64": "arch/riscv/include/uapi/asm/ptrace.h", "s390x": "arch/s390/include/uapi/asm/ptrace.h",
      ]
      return headers[architecture] ?? headline
    default: return headline
    }
  }

  private static let headline = "include/uapi/linux/bpf.h"
}

/// The lines on which what findings are about is declared, as the headers of a source tree have them.
public struct DeclarationLines: Sendable {
  private var lines: [String: Int] = [:]

  /// - Parameter read: gives the text of a header of the newer side; nil where there is none.
  public init(
    _ findings: [Finding], old: ComparisonReport.Side, new: ComparisonReport.Side, read: (_ path: String) -> String?
  ) {
    let headers = SourceHeaders(old, new)
    var texts: [String: HeaderText?] = [:]
    for change in findings.flatMap(\.changes) {
      let path = headers.path(of: change.context)
      let text = texts[path] ?? read(path).map(HeaderText.init)
      texts[path] = .some(text)
      lines[Self.key(change)] = text?.line(of: change.context, member: change.field)
    }
  }

  private static func key(_ change: Change) -> String { "\(change.context).\(change.field ?? "")" }

  /// The line of what a change is about; nil where it is not known.
  func line(of change: Change) -> Int? { lines[Self.key(change)] }
}

/// A header's text, as far as declarations of structures are looked for in it.
struct HeaderText {
  /// The lines without their comments.
  private let lines: [String]

  init(_ text: String) {
    var isInComment = false
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var rest = line[...]
      var code = ""
      while !rest.isEmpty {
        guard let mark = rest.firstRange(of: isInComment ? "*/" : "/*") else {
          if !isInComment { code += rest }
          break
        }
        if !isInComment { code += rest[..<mark.lowerBound] }
        isInComment.toggle()
        rest = rest[mark.upperBound...]
      }
      return code
    }
  }

  /// The line, from 1 on, of a member, or of the structure where there is no such; nil where that is not declared here.
  func line(of structure: String, member: String?) -> Int? {
    guard let start = lines.firstIndex(where: { Self.opens($0, structure) }) else { return nil }
    // `regs.r15` and `cb[2]` are declared by their last names.
    guard let name = member?.split(separator: ".").last.map({ String($0).memberName }), !name.isEmpty else { return start + 1 }
    var depth = 0
    for (index, line) in lines[start...].enumerated() {
      if index > 0, depth > 0, Self.declares(line, name) { return start + index + 1 }
      depth += line.count { $0 == "{" } - line.count { $0 == "}" }
      if index > 0, depth <= 0 { break }
    }
    return start + 1
  }

  private static func opens(_ line: String, _ structure: String) -> Bool {
    line.split(whereSeparator: \.isWhitespace).joined(separator: " ") == "struct \(structure) {"
  }

  /// Whether a name is declared on a line: it ends a declarator.
  private static func declares(_ line: String, _ name: String) -> Bool {
    line.ranges(of: name).contains { range in
      let before = line[..<range.lowerBound].last
      let after = line[range.upperBound...].first { !$0.isWhitespace }
      let isWord = before.map { !($0.isLetter || $0.isNumber || $0 == "_") } ?? true
      return isWord && (after.map { ";:[,)".contains($0) } ?? false)
    }
  }
}
