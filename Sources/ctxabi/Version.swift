import Foundation

/// The version of ctxabi, as snapshots and `--version` name it.
enum Version {
  static let text = "0.1.0"

  /// Tells programs apart, also those that were built on the way from one version to the next.
  static var identity: String {
    let program = try? FileManager.default.attributesOfItem(
      atPath: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path)
    let date = (program?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return "\(text) \(date) \(program?[.size] as? Int ?? 0)"
  }
}
