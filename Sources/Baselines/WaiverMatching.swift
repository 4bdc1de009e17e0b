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
    try WaiverFile(relevant).check(on: today, path: path)
    for waiver in relevant {
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

extension WaiverFile {
  /// Refuses waivers that have expired.
  public func check(on today: CalendarDate, path: String) throws(BaselineError) {
    for waiver in waivers where waiver.expires < today {
      throw .waivers(path: path, problem: "the waiver for \(waiver.title) has expired on \(waiver.expires)")
    }
  }

  /// The waivers with one more, which takes the place of one that is about the same.
  ///
  /// - Parameter changes: those against the waiver's baseline. It has to accept one that no other waiver accepts: what
  ///   accepts nothing is an error at the next check.
  public func adding(_ waiver: Waiver, for changes: [Change]) throws(BaselineError) -> WaiverFile {
    let others = waivers.filter { $0.title != waiver.title || $0.baseline != waiver.baseline }
    let accepted = changes.filter(waiver.accepts)
    guard !accepted.isEmpty else { throw .acceptsNothing(waiver.title) }
    let relevant = others.filter { $0.baseline == nil || $0.baseline == waiver.baseline }
    guard accepted.contains(where: { change in !relevant.contains { $0.accepts(change) } }) else {
      throw .accepted(waiver.title)
    }
    return WaiverFile(others + [waiver])
  }
}
