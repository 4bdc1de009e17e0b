import Foundation
import Processes

/// Where a tree's makefiles and scripts are run so that they can do no harm: by bubblewrap, without a network, with nothing
/// that they can write to but the directory that is built in.
public struct Sandbox: Sendable, Hashable {
  private static let program = "bwrap"

  /// - Throws: `TreeError` where bubblewrap is not installed, or the system does not let it work.
  public init() throws(TreeError) {
    let result: ExternalCommand.Result
    do { result = try ExternalCommand(name: Self.program, arguments: Self.walls + ["true"]).run() } catch { throw .tool(error) }
    guard result.status == 0 else {
      throw .tool(CommandError(name: Self.program, problem: "can't make a sandbox: \(result.errors)"))
    }
  }

  /// No network, no other processes, no terminal; all files can be read, but those of temporary directories.
  private static let walls = [
    "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc",
    "--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--setenv", "TMPDIR", "/tmp",
  ]

  /// The command that runs another one inside.
  ///
  /// - Parameter source: can be read, wherever it is.
  /// - Parameter build: can be written to.
  func command(_ name: String, _ arguments: [String], source: String, build: String) -> ExternalCommand {
    ExternalCommand(
      name: Self.program,
      arguments: Self.walls + ["--ro-bind", source, source, "--bind", build, build, name] + arguments)
  }
}
