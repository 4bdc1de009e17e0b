import ArgumentParser
import Baselines
import Comparison
import ContextABI
import Foundation
import Reporting

/// `ctxabi baseline`
struct BaselineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Maintains the store of baselines and waivers.",
    discussion: """
      A baseline is a snapshot kept under a name, NAME.json, in a directory that is made to be kept in git (Baselines, or \
      what --store names). A waiver is a change that a person has accepted, with a reason, a name and an end; waivers are \
      in waivers.yaml beside the baselines.

      Examples:
        ctxabi baseline add debian-6.12-amd64 vmlinux
        ctxabi baseline update debian-6.12-amd64 vmlinux
        ctxabi baseline accept debian-6.12-amd64 vmlinux \\
          field-renamed:__sk_buff.mark --reason "agreed on the list"
      """,
    subcommands: [
      BaselineListCommand.self, BaselineShowCommand.self, BaselineAddCommand.self,
      BaselineUpdateCommand.self, BaselineAcceptCommand.self, BaselineWaiversCommand.self, BaselineVerifyCommand.self,
      BaselineRemoveCommand.self,
    ])
}

/// `ctxabi baseline show`
struct BaselineShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a baseline's contexts, as 'ctxabi show' does.")

  @Argument(help: "The baseline's name.", completion: Completions.baselineNames)
  var name: String

  @OptionGroup var store: StoreOptions

  @Option(help: ArgumentHelp("Only this context (repeatable).", valueName: "structure"), completion: Completions.contexts)
  var context: [String] = []

  func run() throws {
    let name = try StoreOptions.baseline(name, in: store.baselines)
    let whole = try withStore { () throws(BaselineError) in try store.baselines.load(name) }
    let snapshot = try SnapshotSelection(contexts: context, programs: []).select(from: whole)
    let text = ContextText(
      snapshot, detail: .meaning, width: Console.width,
      style: Console.isColoured ? .coloured : .plain)
    Console.output(
      snapshot.contexts.map { text.lines($0).joined(separator: "\n") + "\n" }.joined(separator: "\n"))
  }
}

/// `ctxabi baseline add`
struct BaselineAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Keeps a build's context ABI under a new name.")

  @Argument(help: "The name: letters, digits and . _ + -")
  var name: String

  @Argument(help: "A kernel build, or a snapshot file.", completion: Completions.builds)
  var kernel: String

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions

  func run() throws {
    let snapshot = try SnapshotSource(name: kernel, settings: settings, store: store.baselines).load()
    try refuseHoles(snapshot, kernel)
    try withStore { () throws(BaselineError) in try store.baselines.add(name, snapshot) }
    Console.output("\(store.baselines.path(of: name))\n")
  }
}

/// A baseline with holes would make every later check pass over what is missing.
private func refuseHoles(_ snapshot: Snapshot, _ kernel: String) throws {
  guard let hole = snapshot.coverage.first(where: \.isHole) else { return }
  throw Failure(
    message:
      "\(kernel): not everything could be extracted, so it makes no baseline: \(hole.programs.joined(separator: ", ")): \(hole.reason)"
  )
}

/// `ctxabi baseline update`
struct BaselineUpdateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Replaces a baseline by a newer build's context ABI.",
    discussion: """
      Shows what changes. Breaking changes that no waiver accepts are refused, with exit status 1. The waivers that the \
      update uses up are taken out of the file of waivers: against the new baseline they would accept nothing.
      """)

  @Argument(help: "The baseline's name.", completion: Completions.baselineNames)
  var name: String

  @Argument(help: "A kernel build, or a snapshot file.", completion: Completions.builds)
  var kernel: String

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions

  func run() throws {
    let snapshot = try SnapshotSource(name: kernel, settings: settings, store: store.baselines).load()
    try refuseHoles(snapshot, kernel)
    var report: ComparisonReport?
    var refused = 0
    try withStore { () throws(BaselineError) in
      try store.baselines.update(name) { old, waivers throws(BaselineError) in
        let waived = try WaivedFindings(
          SnapshotComparison(old: old, new: snapshot).findings(), waivers, baseline: name, today: .today,
          path: store.baselines.waiversPath
        ) { Soundness(snapshot).findings() }
        report = ComparisonReport(
          old: .init(name: name, snapshot: old), new: .init(name: kernel, snapshot: snapshot),
          verdict: Verdict(waived.open, gate: .breaking),
          waived: waived.waived.map { WaivedFinding($0.finding, WaiverNote($0.waiver)) }, toolVersion: Version.text)
        refused = waived.open.count { $0.rule.severity == .breaking }
        guard refused == 0 else { return nil }
        let used = Set(waived.waived.map(\.waiver))
        return (snapshot, WaiverFile(waivers.waivers.filter { !used.contains($0) }))
      }
    }
    if let report {
      Console.output(Console.text(of: report))
    }
    guard refused == 0 else {
      Console.error(
        "\(name) is left as it is: \(refused) breaking finding\(refused == 1 ? " carries" : "s carry") no waiver ('ctxabi baseline accept')"
      )
      throw ExitCode(1)
    }
  }
}

/// `ctxabi baseline accept`
struct BaselineAcceptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept",
    abstract: "Writes a waiver for a finding, and asks for the reason.",
    discussion: """
      The finding is named by its id: the rule, which reports show in brackets, a colon, and the place (of several fields \
      any one will do); or by its digest, which JSON reports show. All that the finding touches is accepted, as it was and \
      as it is now, and nothing else: another change of the same fields is another finding. Against the baseline the finding \
      then does not count any more, up to the waiver's last day. What lint finds in the build can be accepted as well.
      """)

  @Argument(help: "The baseline's name.", completion: Completions.baselineNames)
  var name: String

  @Argument(help: "The kernel build or snapshot file that has the change.", completion: .file())
  var kernel: String

  @Argument(help: "The finding: rule:context.field, as in field-moved:__sk_buff.mark, or its digest.")
  var finding: String

  @Option(help: ArgumentHelp("Why the change is right.", valueName: "text"))
  var reason: String?

  @Option(help: ArgumentHelp("Who accepts it; git's user.name where nobody is named.", valueName: "name"))
  var who: String?

  @Option(help: ArgumentHelp("The last day of the waiver, as YYYY-MM-DD (default: in six months).", valueName: "date"))
  var expires: String?

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions

  func run() throws {
    let snapshot = try SnapshotSource(name: kernel, settings: settings, store: store.baselines).load()
    let old = try withStore { () throws(BaselineError) in try store.baselines.load(name) }
    let found = try chosen(SnapshotComparison(old: old, new: snapshot).findings(), Soundness(snapshot).findings())
    let today = CalendarDate.today
    let waiver = Waiver(
      rule: found.finding.rule.id, finding: found.finding.title, digest: found.finding.digest, baseline: name,
      reason: try reasonText(found.finding), who: try person(), date: today, expires: try lastDay(today))
    try withStore { () throws(BaselineError) in
      try store.baselines.updateWaivers { file throws(BaselineError) in try file.adding(waiver, for: found.among) }
    }
    Console.output("\(store.baselines.waiversPath): \(waiver.title), until \(waiver.expires)\n")
  }

  /// The finding that was named, and those that it is among.
  private func chosen(_ compared: [Finding], _ lint: [Finding]) throws -> (finding: Finding, among: [Finding]) {
    for findings in [compared, lint] {
      let named = findings.filter { $0.isNamed(finding) }
      if named.count > 1 {
        let texts = named.map { "\($0.digest) (\($0.title))" }
        throw Failure(
          message: "\(finding) names \(named.count) findings; name one by its digest: \(texts.joined(separator: ", "))")
      }
      if let one = named.first { return (one, findings) }
    }
    let similar = Set(compared.filter { $0.rule.severity >= .correction }.map(\.id)).sorted()
    throw Failure(
      message: "there is no finding \(finding) against \(name)"
        + (similar.isEmpty ? "" : "; there are \(similar.joined(separator: ", "))"))
  }

  private func reasonText(_ finding: Finding) throws -> String {
    if let reason, !reason.isEmpty { return reason }
    guard Console.isTerminal(0) else {
      throw ValidationError("A waiver needs a reason: give --reason.")
    }
    Console.output("\(finding.title)\nWhy is this right? ")
    guard let line = readLine(), !line.isEmpty else {
      throw Failure(message: "no reason was given, so nothing is accepted")
    }
    return line
  }

  private func person() throws -> String {
    if let who, !who.isEmpty { return who }
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "config", "user.name"]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    if (try? process.run()) != nil {
      let output = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      let name = String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      if !name.isEmpty { return name }
    }
    throw ValidationError("A waiver needs a name: give --who.")
  }

  private func lastDay(_ today: CalendarDate) throws -> CalendarDate {
    guard let expires else { return today.adding(months: 6) }
    guard let date = CalendarDate(expires), date >= today else {
      throw ValidationError("--expires is \"\(expires)\"; it takes a day to come, such as \(today.adding(months: 6)).")
    }
    return date
  }
}

/// `ctxabi baseline verify`
struct BaselineVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks the files of the store: readable, of this format, and as they were written.",
    discussion: """
      With a kernel build: whether the baseline is what the build gives. The exit status is 1 where it is not, 2 where a \
      file can't be used.
      """)

  @Argument(help: "The baseline's name; without it, all of the store.", completion: Completions.baselineNames)
  var name: String?

  @Argument(help: "The kernel build that the baseline was made from.", completion: .file())
  var kernel: String?

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions

  func run() throws {
    try store.requireDirectory()
    let known = try withStore { () throws(BaselineError) in try store.baselines.names() }
    if let name, !known.contains(name) {
      throw Failure(
        message: BaselineError.missing(name: name, store: store.store, known: known).description,
        status: Failure.unknownName)
    }
    let names = name.map { [$0] } ?? known
    guard !names.isEmpty else { throw Failure(message: "\(store.store): holds no baseline") }
    var failures = 0
    for name in names {
      do { _ = try store.baselines.load(name) } catch {
        Console.error(error.description)
        failures += 1
      }
    }
    try withStore { () throws(BaselineError) in
      try store.baselines.waivers().check(on: .today, path: store.baselines.waiversPath)
    }
    guard failures == 0 else {
      throw Failure(message: "\(failures) of \(names.count) baselines can't be used")
    }
    if let name, let kernel { try compare(name, kernel) }
    Console.output("\(names.count) baseline\(names.count == 1 ? "" : "s") verified\n")
  }

  private func compare(_ name: String, _ kernel: String) throws {
    let snapshot = try SnapshotSource(name: kernel, settings: settings, store: store.baselines).load()
    var stored = try withStore { () throws(BaselineError) in try store.baselines.load(name) }
    stored.provenance = snapshot.provenance
    guard stored == snapshot else {
      throw Failure(
        message: "\(kernel) gives another context ABI than \(name) holds; see 'ctxabi diff \(name) \(kernel) --show note'",
        status: 1)
    }
  }
}

/// `ctxabi baseline remove`
struct BaselineRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Removes a baseline from the store.")

  @Argument(help: "The baseline's name.", completion: Completions.baselineNames)
  var name: String

  @OptionGroup var store: StoreOptions

  func run() throws {
    try withStore { () throws(BaselineError) in try store.baselines.remove(name) }
  }
}
