import Foundation
import Reporting

/// A file that a command writes: whole or not at all.
struct OutputFile {
  /// Stands for the standard output.
  static let standardOutput = "-"

  let path: String

  /// Writes `text` in the place of what was there.
  ///
  /// The text goes to a file beside it first, which then takes its name: a reader sees the old or the new text, never a
  /// part. What is no file of its own (a pipe, a terminal, `/dev/null`) is written as it is.
  func write(_ text: String) throws {
    if path == Self.standardOutput {
      Console.output(text)
      return
    }
    do {
      try Data(text.utf8).write(to: target, options: isSpecial ? [] : .atomic)
    } catch {
      throw Failure(message: "\(path): can't be written: \(Self.reason(error))")
    }
  }

  /// What the system said.
  private static func reason(_ error: any Error) -> String {
    let error = error as NSError
    let cause = error.userInfo[NSUnderlyingErrorKey] as? any Error
    guard let posix = (cause ?? error) as? POSIXError else { return error.localizedDescription }
    return String(cString: strerror(posix.code.rawValue))
  }

  /// The file itself, not a link to it: a link stays one.
  private var target: URL { URL(fileURLWithPath: path).resolvingSymlinksInPath() }

  private var isSpecial: Bool {
    guard let type = try? FileManager.default.attributesOfItem(atPath: target.path)[.type] as? FileAttributeType else {
      return false
    }
    return type != .typeRegular
  }
}
