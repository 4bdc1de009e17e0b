import ArgumentParser
import Baselines
import Comparison
import ContextABI
import Foundation
import KernelImage
import Programs
import Reporting

/// What a shell offers for a word that is being typed.
enum Completions {
  /// Whatever holds an ABI: baselines, and files.
  static let builds: CompletionKind = .custom { words, _, prefix in baselines(words) + files(prefix) }
  static let baselineNames: CompletionKind = .custom { words, _, _ in baselines(words) }

  static let contexts: CompletionKind = .custom { words, _, prefix in
    signed(prefix, (model(words)?.contexts.map(\.name) ?? []) + [Change.helpers, Change.programs, Change.configuration])
  }

  /// `mark`, `__sk_buff.mark`: of the contexts that the command line names, where it does.
  static let fields: CompletionKind = .custom { words, _, prefix in
    let contexts = model(words)?.contexts ?? []
    return signed(
      prefix, contexts.flatMap { context in context.layout.members.flatMap { [$0.name, "\(context.name).\($0.name)"] } })
  }

  /// `__sk_buff.mark`
  static let placedFields: CompletionKind = .custom { words, _, _ in
    (model(words)?.contexts ?? []).flatMap { context in context.layout.members.map { "\(context.name).\($0.name)" } }
  }

  static let programTypes: CompletionKind = .custom { words, _, prefix in
    let programs = model(words).map { ProgramWord.known(in: [$0]) } ?? []
    return signed(
      prefix,
      ProgramWord.offers(programs)
        + programs.filter { $0.name.contains("/") && !$0.name.contains("+") }.map { $0.name.lowercased() })
  }

  static let helpers: CompletionKind = .custom { words, _, _ in model(words)?.interface?.helpers.map(\.name) ?? [] }
  static let rules: CompletionKind = .custom { _, _, prefix in signed(prefix, RuleCatalog.all.map(\.id)) }

  /// `html=`, and behind the sign a file.
  static let reports: CompletionKind = .custom { _, _, prefix in
    let formats = ReportFormat.allCases.map { "\($0.rawValue)=" }
    guard let format = formats.first(where: prefix.hasPrefix) else { return formats }
    return files(String(prefix.dropFirst(format.count))).map { format + $0 }
  }

  /// The words, or what excludes them where the user began so.
  private static func signed(_ prefix: String, _ words: [String]) -> [String] {
    var seen: Set<String> = []
    let once = words.filter { seen.insert($0).inserted }
    return prefix.hasPrefix("!") ? once.map { "!\($0)" } : once
  }

  // MARK: - Where words come from

  private static func store(_ words: [String]) -> BaselineStore {
    let named = words.firstIndex(of: "--store").flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
    return BaselineStore(directory: named ?? StoreOptions.usualDirectory)
  }

  private static func baselines(_ words: [String]) -> [String] { (try? store(words).names()) ?? [] }

  /// A baseline to take names from: the first that the command line names, else the newest of this machine's architecture.
  private static func model(_ words: [String]) -> Snapshot? {
    let store = store(words)
    guard let names = try? store.names() else { return nil }
    let own = (try? store.names(of: Architecture.host?.rawValue ?? "")) ?? []
    guard let name = words.first(where: names.contains) ?? own.last ?? names.last else { return nil }
    return try? store.load(name)
  }

  /// The files that a path may become; directories end with a slash.
  private static func files(_ prefix: String) -> [String] {
    let parent = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.isEmpty ? "." : parent)) ?? []
    let start = String(prefix.dropFirst(parent.count))
    return names.filter { $0.hasPrefix(start) && (!$0.hasPrefix(".") || start.hasPrefix(".")) }.sorted().map { name in
      var isDirectory: ObjCBool = false
      let path = parent + name
      return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue ? path + "/" : path
    }
  }
}
