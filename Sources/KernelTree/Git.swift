import Foundation
import Processes

/// Runs git in one repository, so that nothing is run, or fetched, that the repository's configuration names.
struct Git: Sendable {
  let directory: String
  var environment: [String: String] = [:]

  /// Counts more than what a repository's own configuration says (git-config(1)).
  private static let settings =
    [
      "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.pager=cat", "core.editor=false", "core.askPass=false",
      "core.sshCommand=false", "core.gitProxy=", "credential.helper=", "log.showSignature=false", "commit.gpgSign=false",
      "gpg.program=false", "gpg.openpgp.program=false", "gpg.x509.program=false", "gpg.ssh.program=false",
      "submodule.recurse=false", "gc.auto=0", "maintenance.auto=false", "protocol.allow=never",
    ] + ["ext", "file", "git", "http", "https", "ssh"].map { "protocol.\($0).allow=never" }

  /// Nothing that is missing is fetched, and nobody is asked.
  private static let variables = ["GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"]

  /// Runs a command that must succeed, and returns what it writes.
  ///
  /// - Parameter action: what it is for, as it follows on "can't".
  @discardableResult
  func run(_ arguments: [String], _ action: String) throws(TreeError) -> String {
    let result = try result(arguments)
    guard result.status == 0 else { throw .git(action: action, output: result.errors) }
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func result(_ arguments: [String]) throws(TreeError) -> ExternalCommand.Result {
    do {
      return try ExternalCommand(
        name: "git", arguments: ["-C", directory] + Self.settings.flatMap { ["-c", $0] } + arguments,
        environment: Self.variables.merging(environment) { $1 }
      ).run()
    } catch { throw .tool(error) }
  }
}
