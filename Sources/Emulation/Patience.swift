/// How much is tried with functions that do not return.
///
/// Kernel code is asked thousands of times, and each call of a function that runs away takes as long as any call may. So a
/// function is given up that fails again and again; and when so much has been tried in vain, every function that fails.
/// All that counts is work, never time: equal images are treated alike on any machine.
struct Patience {
  /// So many failures in one place (running away is one wherever it was stopped) are a function's last. A field that can't be
  /// told is asked for some 20 times.
  static let failuresInOnePlace = 48
  /// And so many in any places.
  static let failures = 192
  /// What is tried in vain altogether: the blocks that were run, and for each failure as much as starting a call costs.
  static let work: UInt64 = 2_000_000
  static let workOfFailure: UInt64 = 2_000

  private var seen: [UInt64: Failures] = [:]
  private var spent: UInt64 = 0

  private struct Failures {
    var count = 0
    var places: [Place: Int] = [:]
    /// The last failure of a function that was given up.
    var last: Fault?
  }

  private enum Place: Hashable {
    case at(UInt64)
    case anywhere
  }

  /// Why a function is no longer called; nil when it is.
  func fault(of function: UInt64) -> Fault? { seen[function]?.last }

  /// Notes a failure. Returns it as it is to be told: with the number of failures when it is the last.
  mutating func note(_ fault: Fault, blocks: UInt64) -> Fault {
    spent &+= min(blocks, Machine.blockLimit) + Self.workOfFailure
    let isEndless = if case .endless = fault.reason { true } else { false }
    let place = isEndless ? Place.anywhere : .at(fault.programCounter)
    var failures = seen[fault.function] ?? Failures()
    failures.count += 1
    failures.places[place, default: 0] += 1
    var fault = fault
    if spent >= Self.work || failures.count >= Self.failures
      || failures.places[place, default: 0] >= Self.failuresInOnePlace
    {
      fault.givenUpAfter = failures.count
      failures.last = fault
    }
    seen[fault.function] = failures
    return fault
  }
}
