import ArgumentParser
import Comparison
import Reporting

/// `ctxabi rules`
struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Lists the rules that a comparison judges by.",
    discussion: "Example: ctxabi rules --format json")

  @Option(help: ArgumentHelp("text or json.", valueName: "format"))
  var format: OutputFormat = .text

  func run() throws {
    Console.output(format == .json ? RuleText.json : RuleText.list(style: style))
  }

  private var style: Style { Console.isColoured ? .coloured : .plain }
}

/// `ctxabi explain`
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explains a rule: what it means for an existing program, with an example, and what its author can do.",
    discussion: """
      Where the store has baselines, the newest two neighbours between which the rule has found something are named.

      Example: ctxabi explain meaning-changed
      """)

  @Argument(
    help: "The rule's id, as reports show it in brackets.",
    completion: Completions.rules)
  var rule: String

  @OptionGroup var store: StoreOptions

  func run() throws {
    guard let rule = RuleCatalog.rule(rule) else {
      let near = Suggestion.names(like: self.rule, among: RuleCatalog.all.map(\.id))
      let hint = near.isEmpty ? "'ctxabi rules' lists them" : "did you mean \(near.joined(separator: " or "))?"
      throw ValidationError("there is no rule \(self.rule); \(hint)")
    }
    Console.output(
      RuleText.explanation(
        of: rule, found: RealExample(rule: rule, store: store.baselines).find(), width: Console.width,
        style: Console.isColoured ? .coloured : .plain))
  }
}
