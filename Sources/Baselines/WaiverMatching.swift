import Comparison

/// What waivers make of the changes of a comparison.
public struct WaivedChanges: Sendable {
  /// The changes that nobody has accepted.
  public let open: [Change]
  /// The changes that somebody has, each with the waiver.
  public let waived: [(change: Change, waiver: Waiver)]

  /// Applies the waivers of a store to the changes against one of its baselines.
  ///
  /// - Throws: for a waiver that has expired, and for one that accepts nothing: it is out of date, or was never right.
  public init(
    _ changes: [Change], _ waivers: WaiverFile, baseline: String, today: CalendarDate, path: String
  ) throws(BaselineError) {
    let relevant = waivers.waivers.filter { $0.baseline == nil || $0.baseline == baseline }
    var used: Set<Waiver> = []
    var open: [Change] = []
    var waived: [(change: Change, waiver: Waiver)] = []
    for change in changes {
      if let waiver = relevant.first(where: { $0.accepts(change) }) {
        used.insert(waiver)
        waived.append((change, waiver))
      } else {
        open.append(change)
      }
    }
    for waiver in relevant {
      guard waiver.expires >= today else {
        throw .waivers(path: path, problem: "the waiver for \(waiver.title) has expired on \(waiver.expires)")
      }
      guard used.contains(waiver) else {
        throw .waivers(
          path: path,
          problem: "the waiver for \(waiver.title) accepts nothing: no such change against \(baseline). Remove it")
      }
    }
    self.open = open
    self.waived = waived
  }
}
