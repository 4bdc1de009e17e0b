import ContextABI
import Foundation
import KernelImage
import TestSupport

/// A store of its own, and snapshots of miniature kernels beside it.
struct TestStore {
  let directory: URL

  init() throws {
    directory = URL(fileURLWithPath: try TemporaryFile.write([])).deletingLastPathComponent()
  }

  /// The store's directory.
  var path: String { directory.appendingPathComponent("store").path }
  var waivers: String { "\(path)/waivers.yaml" }

  func path(of name: String) -> String { "\(path)/\(name).json" }

  /// The file of a variant's snapshot.
  func snapshot(
    _ variants: [String] = [], of architecture: Architecture = .x86_64, release: String = "6.18.0-mini",
    named name: String? = nil
  ) throws -> String {
    var snapshot = try MiniKernel.snapshot(architecture, variants)
    snapshot.provenance = Provenance(
      release: release, architecture: architecture.rawValue, buildID: "0123456789abcdef", compiler: "clang",
      types: "DWARF", tool: "ctxabi", configuration: nil)
    return try file(snapshot.json, name ?? "\(variants.joined(separator: "-"))-\(release).snapshot")
  }

  func file(_ text: String, _ name: String) throws -> String {
    let file = directory.appendingPathComponent(name)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

  func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  /// Every file of the store with its content.
  func contents() throws -> [String: String] {
    var result: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: path) { result[name] = try read("\(path)/\(name)") }
    return result
  }

  /// Runs `ctxabi` with this store.
  func run(_ arguments: String..., wrapper: [String] = []) throws -> ToolRun {
    try ToolRun(arguments + ["--store", path], wrapper: wrapper, in: directory.path)
  }

  func start(_ arguments: String...) throws -> ToolRun.Running {
    try ToolRun.Running(arguments + ["--store", path], in: directory.path)
  }

  /// The text of a file of waivers with one waiver.
  static func waiver(
    rule: String = "field-moved", digest: String = "0123456789abcdef",
    baseline: String? = nil, expires: String = "2999-12-31", more: String = ""
  ) -> String {
    """
    waivers:
      - rule: \(rule)
        finding: __sk_buff.netns_inum stands elsewhere
        digest: "\(digest)"
    \(baseline.map { "    baseline: \($0)\n" } ?? "")    reason: agreed
        who: A. Maintainer
        date: 2026-01-01
        expires: \(expires)
    \(more)
    """
  }
}
