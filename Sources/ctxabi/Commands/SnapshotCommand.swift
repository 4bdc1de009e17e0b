import ArgumentParser
import ContextABI

/// `ctxabi snapshot`
struct SnapshotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Saves the whole context ABI of a kernel build, or of a kernel tree, as a file.",
    discussion: """
      The file is JSON (docs/snapshot.schema.json describes it), made to be kept in git: equal builds give equal bytes, \
      and a changed field is a few changed lines. Where the build comes from stands apart from the ABI. \
      The exit status is 2 where not everything could be extracted; the file is written all the same.

      Example:
        ctxabi snapshot /boot/vmlinuz-6.1.0-50-cloud-amd64 -o debian-6.1.json
      """)

  @OptionGroup var source: SourceOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file to write; without it, the standard output.", valueName: "file"),
    completion: .file())
  var output = OutputFile.standardOutput

  func run() throws {
    let snapshot = try source.snapshot()
    try OutputFile(path: output).write(snapshot.json)
    Console.reportHoles(of: snapshot)
    if snapshot.coverage.contains(where: \.isHole) {
      throw Failure(message: "\(source.kernel): the snapshot has been written, but is not whole")
    }
  }
}
