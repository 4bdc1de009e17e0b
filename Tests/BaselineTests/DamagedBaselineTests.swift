import ContextABI
import Foundation
import TestSupport
import Testing

/// Baselines that are torn, edited, foreign, too large or too new: a message that names the file, and status 2.
@Suite struct DamagedBaselineTests {
  private let store: TestStore
  private let kernel: String
  private let file: String

  init() throws {
    store = try TestStore()
    kernel = try store.snapshot(["NETNS_INUM"])
    _ = try store.run("baseline", "add", "mini", kernel)
    file = store.path(of: "mini")
  }

  /// The commands that read a baseline whole.
  private func messages(_ commands: [[String]]? = nil) throws -> Set<String> {
    let all = [
      ["check", kernel, "--baseline", "mini"], ["baseline", "update", "mini", kernel], ["baseline", "show", "mini"],
      ["baseline", "verify", "mini"], ["diff", kernel, "mini"], ["report", file, kernel],
    ]
    var result: Set<String> = []
    let before = try? store.read(file)
    for arguments in commands ?? all {
      let run = try ToolRun(arguments + ["--store", store.path])
      #expect(run.status == 2 && run.output == "", "\(arguments): \(run.output.prefix(80))")
      #expect(run.messages.hasPrefix("ctxabi: \(file): "), "\(arguments): \(run.messages)")
      result.insert(run.messages.split(separator: "\n").first.map { String($0.dropFirst("ctxabi: \(file): ".count)) } ?? "")
    }
    #expect((try? store.read(file)) == before)
    return result
  }

  /// What chooses among baselines, or lists them, reads their beginnings.
  private static func choosing(_ kernel: String) -> [[String]] { [["check", kernel], ["baseline", "list"]] }

  @Test func torn() throws {
    let text = Data(try store.read(file).utf8)
    var lengths = Array(stride(from: 0, to: text.count, by: text.count / 40)) + [1, 2, 10, text.count - 2, text.count - 3]
    lengths += [text.count - 1]
    for length in lengths {
      // A function of the store's: quick enough for many lengths.
      try text.prefix(length).write(to: URL(fileURLWithPath: file))
      let whole = #expect(throws: SnapshotError.self) { try Snapshot(path: file) }?.description ?? ""
      #expect(whole.hasPrefix("\(file): "), "\(length): \(whole)")
      #expect(whole.contains("is cut off, or no JSON: ") || whole.contains("does not agree with its digest"), "\(length)")
      // The last two lines can't be told from each other without reading all of it.
      guard length < text.count - 2 else { continue }
      #expect(throws: SnapshotError.self, "\(length)") { try Snapshot.provenance(path: file) }
    }
    for length in [1, text.count / 2, text.count - 3] {
      try text.prefix(length).write(to: URL(fileURLWithPath: file))
      #expect(try messages().allSatisfy { $0.hasPrefix("is cut off, or no JSON: ") }, "\(length)")
      #expect(try messages(Self.choosing(kernel)).allSatisfy { $0.hasPrefix("is cut off, or no JSON: ") }, "\(length)")
    }
    // Zeroes in the place of the end, as a file system leaves them when the power goes.
    try (text.prefix(text.count / 2) + Data(count: text.count - text.count / 2)).write(to: URL(fileURLWithPath: file))
    _ = try messages()
    _ = try messages(Self.choosing(kernel))
  }

  @Test func edited() throws {
    let text = try store.read(file)
    // The end of one write behind the start of another, and a number changed by hand.
    let other = try store.read(try store.snapshot(["NETNS_INUM", "NETNS_INUM_MOVED"]))
    let half = text.utf8.count / 2
    for edited in [
      text.replacingOccurrences(of: "nd_net.net->ns.inum", with: "nd_net.net->hash_mix"),
      text.replacingOccurrences(of: "\"sha256:", with: "\"sha256:0"),
      text.replacingOccurrences(of: "\"release\": \"", with: "\"release\": \"9"),
      String(decoding: Array(text.utf8.prefix(half)) + Array(other.utf8.dropFirst(half)), as: UTF8.self),
    ] where edited != text {
      try store.write(edited, to: file)
      let found = try messages([["check", kernel, "--baseline", "mini"], ["baseline", "verify"]])
      #expect(found.allSatisfy { $0.hasPrefix("its content does not agree with its digest") || $0.contains("no JSON") })
    }
    let all = try store.run("baseline", "verify")
    #expect(all.messages.contains("1 of 1 baselines can't be used"))
  }

  @Test func foreign() throws {
    for text in ["{}", "{\"name\": \"package\", \"version\": \"1.0.0\"}", "{\"schema\": \"ctxabi-report\", \"version\": 1}"] {
      try store.write(text, to: file)
      for found in try messages() { #expect(found.hasPrefix("is no snapshot") || found.contains("no JSON"), "\(found)") }
      _ = try messages(Self.choosing(kernel))
    }
    for text in ["[]", "null", "7", "\"x\"", "{", "\u{feff}{}", String(repeating: "[", count: 100_000)] {
      try store.write(text, to: file)
      _ = try messages([["check", kernel, "--baseline", "mini"], ["check", kernel], ["baseline", "list"]])
    }
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      let deep = String(repeating: open, count: 200_000) + "1" + String(repeating: close, count: 200_000)
      try store.write("{\"schema\": \"ctxabi-snapshot\", \"version\": 2, \"digest\": \(deep)}", to: file)
      _ = try messages([["check", kernel, "--baseline", "mini"], ["check", kernel]])
    }
  }

  @Test func newer() throws {
    let text = try store.read(file)
    let bare = "{\"schema\": \"ctxabi-snapshot\", \"version\": 3}\n"
    for newer in [text.replacingOccurrences(of: "\n\"version\": 2,", with: "\n\"version\": 3,"), bare] {
      #expect(newer != text)
      try store.write(newer, to: file)
      let message =
        "is a snapshot of format version 3; this ctxabi reads version 2. Use a newer ctxabi, or make the snapshot again"
      #expect(try messages() == [message])
      #expect(try messages(Self.choosing(kernel)) == [message])
    }
  }

  /// It is refused before it is read.
  @Test func huge() throws {
    #expect(truncate(file, 1 << 42) == 0)
    let message = "is 4398046511104 bytes long; \(Snapshot.sizeLimit) are the most that is read"
    #expect(try messages([["check", kernel, "--baseline", "mini"], ["baseline", "verify"]]) == [message])
    #expect(try messages(Self.choosing(kernel)) == [message])
  }

  /// Nothing waits for whoever is at the other end.
  @Test func noRegularFiles() throws {
    let manager = FileManager.default
    try manager.removeItem(atPath: file)
    #expect(mkfifo(file, 0o600) == 0)
    #expect(try messages() == ["is not a regular file"])
    #expect(try messages(Self.choosing(kernel)) == ["is not a regular file"])
    try manager.removeItem(atPath: file)
    try manager.createDirectory(atPath: file, withIntermediateDirectories: false)
    #expect(try messages([["check", kernel, "--baseline", "mini"], ["check", kernel]]) == ["is a directory"])
    try manager.removeItem(atPath: file)
    try manager.createSymbolicLink(atPath: file, withDestinationPath: "/dev/zero")
    #expect(try messages([["check", kernel, "--baseline", "mini"], ["check", kernel]]) == ["is not a regular file"])
  }
}
