import Foundation
import Glibc

/// Replaces a baseline and the file of waivers as one: an update that is interrupted has happened, or has not.
///
/// Both are staged beside the files that they replace; the waivers take a second name when they are whole, `waivers.yaml.next`.
/// The rename of the baseline is what decides: waivers in waiting beside a staged baseline are of an update that did not come
/// to that, alone they belong to the baseline that is there.
struct StoreTransaction {
  let store: BaselineStore

  /// Where whole waivers wait for their baseline.
  private var waiting: String { store.waiversPath + ".next" }

  /// Replaces both. The caller holds the lock for writing.
  func replace(_ name: String, by snapshot: String, waivers: String) throws(BaselineError) {
    let staged = try AtomicFile.stage(snapshot, for: store.path(of: name))
    do {
      try AtomicFile.rename(try AtomicFile.stage(waivers, for: store.waiversPath), to: waiting)
      try AtomicFile.rename(staged, to: store.path(of: name))
    } catch {
      unlink(waiting)
      unlink(staged)
      throw error
    }
    try AtomicFile.rename(waiting, to: store.waiversPath)
  }

  /// Ends what an interrupted process has begun, and removes what it left. The caller holds the lock for writing.
  func recover() throws(BaselineError) {
    let staged = try stagedFiles()
    if FileManager.default.fileExists(atPath: waiting) {
      if try isDecided() {
        try AtomicFile.rename(waiting, to: store.waiversPath)
      } else {
        unlink(waiting)
      }
    }
    for name in staged { unlink("\(store.directory)/\(name)") }
  }

  /// The file that holds the waivers which belong to the baselines that are there. The caller holds the lock.
  func currentWaivers() throws(BaselineError) -> String {
    guard FileManager.default.fileExists(atPath: waiting) else { return store.waiversPath }
    return try isDecided() ? waiting : store.waiversPath
  }

  /// Whether the baseline that waivers wait for has been renamed.
  private func isDecided() throws(BaselineError) -> Bool {
    let staged = try stagedFiles()
    return !staged.contains { $0.hasSuffix(BaselineStore.fileSuffix + AtomicFile.suffix) }
  }

  /// The names of files that were being written.
  private func stagedFiles() throws(BaselineError) -> [String] {
    let waivers = BaselineStore.waiversName + AtomicFile.suffix
    return try store.files().filter { $0 == waivers || $0.hasSuffix(BaselineStore.fileSuffix + AtomicFile.suffix) }
  }
}
