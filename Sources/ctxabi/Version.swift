/// The version of ctxabi, as snapshots and `--version` name it.
enum Version {
  static let text = "0.1.0"
}
