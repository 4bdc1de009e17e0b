import Foundation

/// The kernel's own selftests, compiled: `make test` has those that say what a verifier makes of them, `make oracle` all.
enum SelftestObjects {
  /// nil where no directory is given, as in a run of single tests by hand.
  static let paths = ProcessInfo.processInfo.environment["CTXABI_TEST_OBJECTS"].map { directory in
    ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { $0.hasSuffix(".o") }.sorted().map {
      "\(directory)/\($0)"
    }
  }
}
