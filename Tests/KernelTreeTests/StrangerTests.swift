import Foundation
import TestSupport
import Testing

/// Trees and series of people whom nobody knows.
@Suite struct StrangerTests {
  // MARK: - The tree's configuration

  private static let settings = [
    "core.fsmonitor", "filter.stranger.clean", "filter.stranger.smudge", "filter.stranger.process", "diff.external",
    "diff.stranger.command", "diff.stranger.textconv", "merge.stranger.driver", "gpg.program", "core.sshCommand",
    "core.pager", "core.editor", "core.askPass", "alias.show",
  ]
  private static let hooks = [
    "post-checkout", "post-index-change", "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-auto-gc",
  ]

  /// What a tree's configuration names is not run, neither for revisions, nor for changes that are not committed, nor for a
  /// series.
  @Test func configuredPrograms() throws {
    let tree = try TinyTree([], ["NETNS_INUM"])
    try tree.write("* filter=stranger diff=stranger merge=stranger\n", to: ".gitattributes")
    try tree.git("add", ".gitattributes")
    try tree.git("commit", "--quiet", "-m", "Name drivers")
    let series = try tree.git("format-patch", "--stdout", "HEAD~2..HEAD~") + "\n"
    try tree.set(["NETNS_INUM", "NETNS_INUM_MOVED"])
    // Scripts that leave their names behind.
    let place = URL(fileURLWithPath: tree.directory).deletingLastPathComponent()
    let mark = place.appendingPathComponent("sprung").path
    func trap(_ path: String) throws {
      try "#!/bin/sh\necho \"$0\" >>'\(mark)'\ncat\n".write(toFile: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    for setting in Self.settings {
      let script = place.appendingPathComponent(setting).path
      try trap(script)
      try tree.git("config", setting, script)
    }
    for hook in Self.hooks { try trap("\(tree.directory)/.git/hooks/\(hook)") }
    try tree.git("config", "log.showSignature", "true")
    // git as everybody calls it runs some of them.
    _ = try? tree.git("add", "--update", "--dry-run")
    #expect(try String(contentsOfFile: mark, encoding: .utf8).contains("core.fsmonitor"))
    try FileManager.default.removeItem(atPath: mark)
    let result = try tree.check("--base", "HEAD~", "--fail-on", "breaking")
    #expect(result.status == 1 && result.messages.contains("not committed"), "\(result)")
    let applied = try tree.check("--base", "HEAD~2", "--apply", "-", input: series)
    #expect(applied.status == 0, "\(applied)")
    #expect((try? String(contentsOfFile: mark, encoding: .utf8)) == nil)
  }

  // MARK: - Series

  /// A mail with a patch that adds a file, or a link to a place.
  private func mail(_ path: String, _ text: String, isLink: Bool = false) -> String {
    """
    From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
    From: Stranger <stranger@example.org>
    Date: Sat, 1 Jan 2022 00:00:00 +0000
    Subject: [PATCH] Add \(path)

    ---
    diff --git a/\(path) b/\(path)
    new file mode \(isLink ? "120000" : "100755")
    index 0000000..1111111
    --- /dev/null
    +++ b/\(path)
    @@ -0,0 +1 @@
    +\(text)\(isLink ? "\n\\ No newline at end of file" : "")
    --
    2.39.5


    """
  }

  @Test(arguments: [
    "../outside", "../../outside", ".git/hooks/post-checkout", "net/../../outside", ".GIT/config", "net/.git/config",
  ])
  func pathsOutside(_ path: String) throws {
    let tree = try TinyTree([])
    let result = try tree.check("--base", "HEAD", "--apply", "-", input: mail(path, "#!/bin/sh"))
    #expect(result.status == 2 && result.messages.contains("can't apply the standard input"), "\(result)")
    let written = try Command.run(
      "find", [tree.cache, tree.directory, "-name", "outside", "-o", "-path", "*hooks/post-checkout"])
    #expect(written == "", "\(result)")
    #expect(try !String(contentsOfFile: "\(tree.directory)/.git/config", encoding: .utf8).contains("#!/bin/sh"))
  }

  @Test func throughALink() throws {
    let tree = try TinyTree([])
    let place = URL(fileURLWithPath: tree.directory).deletingLastPathComponent().appendingPathComponent("elsewhere").path
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let result = try tree.check(
      "--base", "HEAD", "--apply", "-", input: mail("link", place, isLink: true) + mail("link/file", "text"))
    #expect(result.status == 2, "\(result)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: place) == [])
  }

  /// Which patch, which file and place in it, on what; and nothing of how to go on with a work tree that is not the user's.
  @Test func doesNotApply() throws {
    let tree = try TinyTree([], ["NETNS_INUM"])
    try tree.write("one\ntwo\nthree\n", to: "net/core/notes")
    try tree.git("add", "net/core/notes")
    try tree.git("commit", "--quiet", "-m", "Add notes")
    try tree.write("one\nTWO\nthree\n", to: "net/core/notes")
    try tree.git("commit", "--quiet", "--all", "-m", "Shout")
    let series = try Command.run("git", ["-C", tree.directory, "format-patch", "--stdout", "HEAD~3..HEAD~2"])
    let shout = try Command.run("git", ["-C", tree.directory, "format-patch", "--stdout", "HEAD~..HEAD"])
    try tree.git("checkout", "--quiet", "--detach", "HEAD~3")
    try tree.write("other\n", to: "net/core/notes")
    try tree.git("add", "net/core/notes")
    try tree.git("commit", "--quiet", "-m", "Have other notes")
    let base = try tree.git("rev-parse", "--short=12", "HEAD")
    let result = try tree.check("--base", "HEAD", "--apply", "-", input: series + shout)
    #expect(
      result.messages == """
        ctxabi: \(tree.directory): can't apply the standard input:
        patch 2 of 2 ("Shout") does not apply on \(base) ("Have other notes"), with the patch before it:
          net/core/notes: the hunk at line 1 does not fit: @@ -1,3 +1,3 @@

        """, "\(result)")
    #expect(result.status == 2)
    // What is left of it is in nobody's way.
    #expect(try tree.check("--base", "HEAD~", "--fail-on", "breaking").messages.contains("can't") == false)
  }

  @Test func noSeries() throws {
    let tree = try TinyTree([])
    let result = try tree.check("--base", "HEAD", "--apply", "-", input: "hello\n")
    #expect(result.status == 2 && result.messages.contains("can't apply the standard input"), "\(result)")
    #expect(!result.messages.contains("git am"), "\(result)")
  }

  // MARK: - The sandbox

  private func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// A makefile that writes outside of the build, and asks the network; its build is the same as without.
  @Test func sandbox() throws {
    let tree = try TinyTree([], ["NETNS_INUM"])
    let mark = URL(fileURLWithPath: tree.directory).deletingLastPathComponent().appendingPathComponent("sprung").path
    let makefile = try String(contentsOfFile: "\(tree.directory)/Makefile", encoding: .utf8)
    // The temporary directories in the sandbox are its own.
    let home = "\(FileManager.default.homeDirectoryForCurrentUser.path)/ctxabi-sprung-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: home) }
    let harm = """
      HARM := $(shell touch '\(mark)' '\(home)' $(abspath $(O))/../outside Makefile; \
      { ls /sys/class/net; grep -c . /proc/net/dev; } >$(O)/interfaces 2>&1)

      """
    try tree.write(harm + makefile, to: "Makefile")
    try tree.git("commit", "--quiet", "--all", "-m", "Do harm")
    let result = try tree.check("--base", "HEAD~2", "--head", "HEAD", "--sandbox")
    #expect(result.status == 0 && result.rules == ["field-added"], "\(result)")
    #expect(!isThere(mark) && !isThere(home))
    #expect(try Command.run("find", [tree.cache, "-name", "outside"]) == "")
    // /proc/net/dev has two lines of titles, and one for each interface of the sandbox: lo.
    let seen = try Command.run("find", [tree.cache, "-name", "interfaces", "-exec", "tail", "-n", "1", "{}", ";"])
    #expect(seen.split(separator: "\n").last == "3", "\(seen)")
    // Without one, the harm is done.
    let trusting = try TinyTree([], ["NETNS_INUM"])
    try trusting.write(harm + makefile, to: "Makefile")
    try trusting.git("commit", "--quiet", "--all", "-m", "Do harm")
    #expect(try trusting.check("--base", "HEAD~2", "--head", "HEAD").status == 0)
    #expect(isThere(home))
  }
}
