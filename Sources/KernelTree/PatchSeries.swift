import Foundation
import Processes

extension Checkout {
  /// Applies a series of patches, as mails, on top of a commit, and returns the last of the new commits.
  ///
  /// - Parameter name: what the series is called in messages.
  public func apply(_ mails: String, named name: String? = nil, on base: String) throws(TreeError) -> String {
    try checkOut(base)
    let result = try git.result([
      "am", "--quiet", "--3way", "--committer-date-is-author-date", "--", URL(fileURLWithPath: mails).path,
    ])
    guard result.status == 0 else {
      let problem = try problem(on: base, result)
      _ = try? git.run(["am", "--quit"], "give patches up")
      throw .git(action: "apply \(name ?? mails)", output: problem)
    }
    return try git.run(["rev-parse", "HEAD"], "name the last patch's commit")
  }

  /// Which patch does not apply, where, and to what. The files are left without what was applied of it.
  private func problem(on base: String, _ result: ExternalCommand.Result) throws(TreeError) -> String {
    // What git am keeps of a series that it has begun (builtin/am.c).
    let state = "\(directory)/.git/rebase-apply"
    func read(_ name: String) -> String? {
      (try? String(contentsOfFile: "\(state)/\(name)", encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    guard let next = read("next").flatMap(Int.init), let last = read("last").flatMap(Int.init) else {
      return Self.errors(result.errors + result.output).joined(separator: "\n")
    }
    let title = read("final-commit")?.split(separator: "\n").first.map { " (\"\($0)\")" } ?? ""
    let before = next > 1 ? ", with the \(next == 2 ? "patch" : "\(next - 1) patches") before it" : ""
    let first = "patch \(next) of \(last)\(title) does not apply on \(try self.title(of: base))\(before):"
    // Three-way merges tell no hunk: the patch alone does.
    let patch = "\(state)/patch"
    try git.run(["reset", "--quiet", "--hard"], "take a patch back")
    let alone = try git.result(["apply", "--check", "--index", "--", patch])
    let hunks = ((try? String(contentsOfFile: patch, encoding: .utf8)) ?? "").split(separator: "\n").filter {
      $0.hasPrefix("@@ -")
    }
    let lines = Self.errors(alone.status == 0 ? result.errors + result.output : alone.errors)
    return ([first] + lines.map { "  \(Self.place($0, hunks))" }).joined(separator: "\n")
  }

  /// What git says is wrong, without what it advises to do.
  private static func errors(_ text: String) -> [String] {
    let lines = text.split(separator: "\n").map(String.init)
    let found = lines.filter { $0.hasPrefix("error: ") || $0.hasPrefix("fatal: ") || $0.hasPrefix("CONFLICT ") }
      .filter { !$0.hasSuffix("patch does not apply") && !$0.hasPrefix("error: Failed to merge") }
      .map { $0.hasPrefix("CONFLICT") ? $0 : String($0.dropFirst(7)) }
    return found.isEmpty ? lines.filter { !$0.hasPrefix("hint: ") && !$0.hasPrefix("When you have resolved") } : found
  }

  /// `net/core/filter.c: the hunk at line 8690: @@ -8690,6 +8690,7 @@ static …` for `patch failed: net/core/filter.c:8690`.
  private static func place(_ line: String, _ hunks: [Substring]) -> String {
    let prefix = "patch failed: "
    guard line.hasPrefix(prefix), let colon = line.lastIndex(of: ":") else { return line }
    let file = line[line.index(line.startIndex, offsetBy: prefix.count)..<colon]
    let number = line[line.index(after: colon)...]
    let hunk = hunks.first { $0.dropFirst(4).prefix { $0.isNumber } == number }
    return "\(file): the hunk at line \(number) does not fit\(hunk.map { ": \($0)" } ?? "")"
  }
}
