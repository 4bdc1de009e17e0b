import Comparison
import ContextABI

/// What differs between two snapshots.
enum SnapshotFindings {
  static func between(_ old: Snapshot, _ new: Snapshot) -> [Finding] { SnapshotComparison(old: old, new: new).findings() }
}
