import ContextABI
import Foundation
import TestSupport
import Testing

/// The layouts of the running kernel's contexts, against the C declarations that bpftool makes of its BTF: a compiler lays
/// them out, and checks what a snapshot says of them.
@Suite(.enabled(if: LiveMachine.isAsked)) struct LiveLayoutTests {
  @Test func bpftool() throws {
    let snapshot = try LiveMachine.snapshot.get()
    let dump = try ChildProcess.run(
      "bpftool", ["btf", "dump", "file", "/sys/kernel/btf/vmlinux", "format", "c"])
    try #require(dump.status == 0, "\(dump.errors)")
    var lines: [String] = []
    for context in snapshot.contexts where context.layout.size > 0 {
      let isStructure = dump.output.contains("\nstruct \(context.name) {")
      lines += assertions(context, isStructure ? "struct \(context.name)" : context.name)
    }
    #expect(lines.count > 300)
    let result = try compile(dump.output + "\n" + lines.joined(separator: "\n"))
    #expect(result.status == 0, "\(result.errors.prefix(2000))")
    // The check can fail: a size that is wrong by one is found.
    let wrong = try compile(dump.output + "\n_Static_assert(sizeof(struct xdp_md) == 25, \"xdp_md\");")
    #expect(wrong.status != 0)
  }

  private func assertions(_ context: Context, _ type: String) -> [String] {
    var lines = ["_Static_assert(sizeof(\(type)) == \(context.layout.size), \"\(context.name)\");"]
    for member in context.layout.members where !isBitField(member) {
      let place = "\(context.name).\(member.name)"
      lines.append(
        "_Static_assert(__builtin_offsetof(\(type), \(member.name)) == \(member.bitOffset / 8), \"\(place)\");")
      lines.append(
        "_Static_assert(sizeof(((\(type) *)0)->\(member.name)) == \(member.bitSize / 8), \"\(place)\");")
    }
    return lines
  }

  /// C has no offset of a bit-field: an integer that is not as wide as its type.
  private func isBitField(_ member: LayoutMember) -> Bool {
    guard let width = Int(member.encoding.dropFirst()) else { return false }
    return width != member.bitSize
  }

  private func compile(_ text: String) throws -> ChildProcess.Result {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).c")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(text.utf8).write(to: file)
    return try ChildProcess.run("clang", ["-w", "-fsyntax-only", file.path])
  }
}
