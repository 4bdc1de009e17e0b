import ArgumentParser
import Baselines
import ContextABI
import Reporting

extension BaselineFormat: ExpressibleByArgument {}

/// `ctxabi baseline list`
struct BaselineListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the baselines: name, release, architecture, date of the kernel, package.",
    discussion: """
      The date and the package's version are those that the kernel names itself by (uname -v); a baseline that does not have \
      this text has a dash there.
      """)

  @OptionGroup var store: StoreOptions

  @Option(help: ArgumentHelp("text, json or markdown.", valueName: "format"))
  var format: BaselineFormat = .text

  func run() throws {
    try store.requireDirectory()
    let baselines = try withStore { () throws(BaselineError) in
      try store.baselines.names().map { name throws(BaselineError) in
        (name: name, provenance: try store.baselines.provenance(of: name))
      }
    }
    Console.output(BaselineTable(baselines).text(format, width: Console.width))
  }
}
