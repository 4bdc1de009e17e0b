/// What a user's word for a baseline stands for: its name, or what people call the kernel (`6.12`, `6.12.107`, `6.12-arm64`).
public enum BaselineMatch: Sendable, Hashable {
  /// The baseline of this name.
  case named(String)
  /// The one that fits best, and others that fit.
  case found(String, others: [String])
  /// Several fit, and none better than the others.
  case several([String])
  case none
}

extension BaselineStore {
  /// The baseline that `word` means. Of those that fit, the ones of `architecture` are taken (`x86_64`) where there are any; of
  /// these the one whose name says least besides.
  public func match(_ word: String, architecture: String) throws(BaselineError) -> BaselineMatch {
    let names = try names()
    if names.contains(word) { return .named(word) }
    var candidates: [(name: String, distance: Int, architecture: String)] = []
    for name in names {
      let provenance = try provenance(of: name)
      guard let distance = Self.distance(from: word, to: name, provenance.release) else { continue }
      candidates.append((name, distance, provenance.architecture))
    }
    let ownArchitecture = candidates.filter { $0.architecture == architecture }
    let fitting = ownArchitecture.isEmpty ? candidates : ownArchitecture
    guard let least = fitting.map(\.distance).min() else { return .none }
    let best = fitting.filter { $0.distance == least }.map(\.name)
    guard best.count == 1, let name = best.first else { return .several(best) }
    return .found(name, others: fitting.map(\.name).filter { $0 != name })
  }

  /// How many words the name has besides those of `word`; more where only the release fits; nil where nothing does.
  private static func distance(from word: String, to name: String, _ release: String) -> Int? {
    let (wanted, words) = (word.lowercased().split(separator: "-"), name.lowercased().split(separator: "-"))
    var rest = wanted[...]
    for part in words where part == rest.first { rest = rest.dropFirst() }
    if rest.isEmpty { return words.count - wanted.count }
    // `6.12` is the start of 6.12.107, and not of 6.120.
    let end = release.dropFirst(word.count).first
    return release.hasPrefix(word) && !word.isEmpty && end?.isNumber != true ? words.count + 1 : nil
  }
}
