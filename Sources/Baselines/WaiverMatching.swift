import Comparison

/// What waivers make of the findings of a comparison.
public struct WaivedFindings: Sendable {
  /// The findings that nobody has accepted.
  public let open: [Finding]
  /// The findings that somebody has, each with the waiver.
  public let waived: [(finding: Finding, waiver: Waiver)]

  /// Applies the waivers of a store to the findings against one of its baselines.
  ///
  /// - Throws: for a waiver that has expired, and for one that accepts nothing: it is out of date, or was never right.
  ///
  /// - Parameter lint: what is wrong in the build itself, which waivers of the store may accept as well; asked for only
  ///   where one accepts nothing else.
  public init(
    _ findings: [Finding], _ waivers: WaiverFile, baseline: String, today: CalendarDate, path: String,
    lint: () -> [Finding]
  ) throws(BaselineError) {
    let relevant = waivers.waivers.filter { $0.baseline == nil || $0.baseline == baseline }
    var used: Set<Waiver> = []
    var open: [Finding] = []
    var waived: [(finding: Finding, waiver: Waiver)] = []
    for finding in findings {
      if let waiver = relevant.first(where: { $0.accepts(finding) }) {
        used.insert(waiver)
        waived.append((finding, waiver))
      } else {
        open.append(finding)
      }
    }
    try WaiverFile(relevant).check(on: today, path: path)
    let unused = relevant.filter { !used.contains($0) }
    let others = unused.isEmpty ? [] : lint()
    for waiver in unused {
      guard others.contains(where: waiver.accepts) else {
        throw .waivers(
          path: path,
          problem:
            "the waiver for \(waiver.title) accepts nothing: against \(baseline) there is no such finding any more, or another before or after. Remove it"
        )
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
  /// - Parameter findings: those against the waiver's baseline. It has to accept one that no other waiver accepts: what
  ///   accepts nothing is an error at the next check.
  public func adding(_ waiver: Waiver, for findings: [Finding]) throws(BaselineError) -> WaiverFile {
    let others = waivers.filter { $0.digest != waiver.digest || $0.rule != waiver.rule || $0.baseline != waiver.baseline }
    let accepted = findings.filter(waiver.accepts)
    guard !accepted.isEmpty else { throw .acceptsNothing(waiver.title) }
    let relevant = others.filter { $0.baseline == nil || $0.baseline == waiver.baseline }
    guard accepted.contains(where: { finding in !relevant.contains { $0.accepts(finding) } }) else {
      throw .accepted(waiver.title)
    }
    return WaiverFile(others + [waiver])
  }
}
