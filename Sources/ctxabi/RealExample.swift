import Baselines
import Comparison
import ContextABI
import KernelImage

/// Looks among the baselines for two neighbouring kernels between which a rule has found something.
struct RealExample {
  let rule: Rule
  let store: BaselineStore

  /// `debian-6.1-amd64 to debian-6.12.57-amd64: 2 fields of …`, of the newest such pair; nil where there is none.
  func find() -> String? {
    guard let names = try? store.names(of: Architecture.host?.rawValue ?? "") else { return nil }
    var newer: Snapshot?
    let progress = Console.Progress()
    defer { progress.finish() }
    for (old, new) in zip(names, names.dropFirst()).reversed() {
      progress.show("looking for an example: \(old) to \(new)")
      guard let before = snapshot(old), let after = newer ?? snapshot(new) else { return nil }
      let findings = SnapshotComparison(old: before, new: after).findings()
      if let finding = findings.first(where: { $0.rule == rule }) { return "\(old) to \(new): \(finding.title)" }
      newer = before
    }
    return nil
  }

  private func snapshot(_ name: String) -> Snapshot? {
    var snapshot = try? store.load(name)
    // Most of the work is about helpers, which most rules are not about.
    if !isAboutInterface { snapshot?.interface = nil }
    return snapshot
  }

  private var isAboutInterface: Bool {
    ["helper-", "mark-", "added-code", "packet-load", "test-run", "structure-write", "access-capability", "interface-"]
      .contains(where: rule.id.hasPrefix)
  }
}
