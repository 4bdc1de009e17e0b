import Foundation

/// A git tree of the miniature kernel, in the shape of Linux's: its makefile takes the same variables and targets.
///
/// The state of a commit is the variants of the miniature kernel that are on (Tests/MiniKernel/README.md).
public struct TinyTree: Sendable {
  /// The tree.
  public let directory: String
  /// Where it is checked out and built.
  public let cache: String

  /// Makes a tree with one commit for each list of variants.
  public init(_ commits: [String]...) throws {
    let marker = try TemporaryFile.write([], name: "marker")
    let directory = URL(fileURLWithPath: marker).deletingLastPathComponent()
    self.directory = directory.appendingPathComponent("linux").path
    cache = directory.appendingPathComponent("cache").path
    for (name, text) in try Self.files() { try write(text, to: name) }
    try git("init", "--quiet", "--initial-branch=main")
    try git("config", "user.name", "Kernel Developer")
    try git("config", "user.email", "developer@example.org")
    for variants in commits { try commit(variants) }
  }

  /// Where the parts of the miniature kernel stand in the tree. The callbacks of sockets, and what is added to programs, stand
  /// where they must be looked for.
  private static let places = [
    "filter.c": "net/core/filter.c", "socket.c": "net/core/socket.c", "verifier.c": "kernel/bpf/verifier.c",
    "btf.c": "kernel/bpf/btf.c", "helpers.c": "kernel/bpf/helpers.c", "around.c": "net/core/around.c",
  ]

  private static func files() throws -> [(name: String, text: String)] {
    let sources = try FileManager.default.contentsOfDirectory(atPath: MiniKernel.sourceDirectory).sorted()
      .filter { $0.hasSuffix(".c") || $0.hasSuffix(".h") }
      .map { name in
        (
          places[name] ?? "include/\(name)",
          try String(contentsOfFile: "\(MiniKernel.sourceDirectory)/\(name)", encoding: .utf8)
        )
      }
    return sources + [
      ("include/uapi/linux/bpf.h", "/* What programs see stands in context.h. */\n"), ("Kbuild", ""),
      ("Makefile", makefile),
    ]
  }

  /// Of one architecture, that of this machine.
  private static let makefile = """
    O ?= .
    MACHINE := $(shell uname -m)
    CC = gcc
    FLAGS_x86_64 = -mcmodel=kernel -mno-red-zone -mno-sse
    FLAGS_aarch64 = -mgeneral-regs-only
    FLAGS = -std=gnu11 -O2 -ffreestanding -nostdinc -fno-stack-protector -fno-pic -g -fno-eliminate-unused-debug-types \\
      $(FLAGS_$(MACHINE)) -Iinclude -include include/variants.h
    OPTIONS = BPF_SYSCALL=y NET=y INET=y

    defconfig:
    \tfor option in $(OPTIONS); do echo CONFIG_$$option; done >$(O)/.config

    olddefconfig:
    \tmkdir -p $(O)/include/config
    \techo 6.18.0-tiny >$(O)/include/config/kernel.release

    %.o: %.c
    \t@mkdir -p $(O)/$(dir $@)
    \t@echo '  CC      $@'
    \t@if [ -e wait ]; then sleep 100; fi
    \t@$(CC) $(FLAGS) -c -o $(O)/$@ $<

    """

  /// What makes the tree be built by LLVM's tools, those that come with Swift.
  public static func llvm() throws -> [String: String] {
    let toolchain = try Toolchain.found.get()
    return ["CC": toolchain.clang, "LD": toolchain.linker]
  }

  /// Writes a file of the work tree.
  public func write(_ text: String, to name: String) throws {
    let file = URL(fileURLWithPath: "\(directory)/\(name)")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: true, encoding: .utf8)
  }

  /// Sets the variants in the work tree.
  public func set(_ variants: [String]) throws {
    try write(variants.map { "#define \($0) 1\n" }.joined(), to: "include/variants.h")
  }

  /// Commits variants, under a title that names them.
  public func commit(_ variants: [String]) throws {
    try set(variants)
    try git("add", "--all")
    try git(
      "commit", "--quiet", "--allow-empty", "-m",
      "Turn on \(variants.isEmpty ? "nothing" : variants.joined(separator: ", "))")
  }

  @discardableResult
  public func git(_ arguments: String...) throws -> String {
    try Command.run("git", ["-C", directory] + arguments).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// All that git knows of the tree: its references, work trees, index and files.
  public func state() throws -> String {
    try [
      git("for-each-ref"), git("worktree", "list"), git("status", "--porcelain", "--ignored"),
      git("count-objects", "-v"),
    ]
    .joined(separator: "\n")
  }

  /// Checks the tree.
  public func check(
    _ arguments: String..., environment: [String: String] = [:], input: String = "", shell: String? = nil
  ) throws
    -> Program.Run
  {
    try start(arguments, environment: environment, input: input, shell: shell).finish()
  }

  public func start(
    _ arguments: [String], environment: [String: String] = [:], input: String = "", shell: String? = nil
  ) throws
    -> Program.Running
  {
    try Program.start(
      ["check", directory, "--tree-cache", cache] + arguments, environment: environment, input: input, shell: shell)
  }
}
