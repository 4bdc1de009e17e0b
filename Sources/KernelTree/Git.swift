import Foundation
import Processes

/// Runs git in one repository.
struct Git: Sendable {
  let directory: String
  var environment: [String: String] = [:]

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
      return try ExternalCommand(name: "git", arguments: ["-C", directory] + arguments, environment: environment).run()
    } catch { throw .tool(error) }
  }
}
