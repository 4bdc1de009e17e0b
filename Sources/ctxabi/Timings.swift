/// Says on standard error how long each stage of the work took, where the user asks for it.
struct Timings {
  let isShown: Bool

  /// Does `work`, which is the stage of this name.
  func measure<T>(_ stage: String, _ work: () throws -> T) rethrows -> T {
    let start = ContinuousClock.now
    defer { show(stage, ContinuousClock.now - start) }
    return try work()
  }

  /// Shows a stage that was measured elsewhere.
  func show(_ stage: String, _ duration: Duration) {
    guard isShown else { return }
    let milliseconds = duration / .milliseconds(1)
    let number = String(Int(milliseconds.rounded()))
    Console.note(String(repeating: " ", count: max(0, 7 - number.count)) + "\(number) ms  \(stage)")
  }
}
