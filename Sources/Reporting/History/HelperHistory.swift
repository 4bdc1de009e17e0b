import ContextABI

/// Writes since which build of a history each helper is given, and to how many program types.
struct HelperHistory {
  private let stages: [ComparisonReport.Side]
  private let heads: [Markup]

  init(_ history: KernelHistory, heads: [Markup]) {
    stages = history.stages
    self.heads = heads
  }

  /// Empty where no build was asked for helpers.
  var markup: Markup {
    let counts = stages.map(Self.counts)
    let names = Self.names(of: stages)
    guard !names.isEmpty else { return .empty }
    let rows = names.map { name -> Markup in
      let cells = counts.indices.reversed().map { stage -> Markup in
        cell(counts[stage]?[name] ?? 0, before: stage > 0 ? counts[stage - 1].map { $0[name] ?? 0 } : nil)
      }
      return "<tr><th scope='row'><code>\(name)</code></th>\(cells)</tr>\n"
    }
    return """
      <section aria-labelledby='helper-history'>
      <h2 id='helper-history'>Helpers</h2>
      <details>
      <summary>To how many program types each of \(names.count) helpers is given</summary>
      <div class='scroll' role='region' aria-label='Helpers by build' tabindex='0'>
      <table class='history'>
      <caption>Program types that get the helper; what is new, given to more or to fewer</caption>
      <thead><tr><th scope='col'>helper</th>\(heads)</tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>
      </div>
      </details>
      </section>

      """
  }

  private func cell(_ count: Int, before: Int?) -> Markup {
    let badge: Markup
    switch before {
    case let before? where before == 0 && count > 0: badge = "<span class='badge addition'>new</span> "
    case let before? where before > 0 && count == 0: badge = "<span class='badge breaking'>gone</span> "
    case let before? where before < count: badge = "<span class='badge addition'>more</span> "
    case let before? where before > count: badge = "<span class='badge breaking'>fewer</span> "
    default: badge = .empty
    }
    return count == 0 ? "<td class='none'>\(badge)·</td>" : "<td class='there'>\(badge)\(count)</td>"
  }

  /// How many program types get each helper; nil where nobody asked.
  private static func counts(_ stage: ComparisonReport.Side) -> [String: Int]? {
    guard let interface = stage.snapshot.interface else { return nil }
    let typeOf = Dictionary(interface.programs.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    return Dictionary(
      interface.helpers.map { helper in
        (helper.name, Set(helper.grants.flatMap(\.programs).compactMap { typeOf[$0] }).count)
      }, uniquingKeysWith: max)
  }

  /// Every helper that some build gives to a program, by its number.
  private static func names(of stages: [ComparisonReport.Side]) -> [String] {
    var numbers: [String: Int] = [:]
    for helper in stages.flatMap({ $0.snapshot.interface?.helpers ?? [] }) where !helper.grants.isEmpty {
      numbers[helper.name] = helper.number
    }
    return numbers.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
  }
}
