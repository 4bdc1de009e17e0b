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

/// Measures stages that follow on each other, some of them several times.
final class StageClock {
  private var stages: [(name: String, time: Duration)] = []
  private var current: Int?
  private var start = ContinuousClock.now

  /// Begins a stage, or goes on with it; nil goes on with what was begun.
  func enter(_ stage: String?) {
    guard let stage else { return }
    stop()
    current = stages.firstIndex { $0.name == stage }
    if current == nil {
      stages.append((stage, .zero))
      current = stages.count - 1
    }
  }

  private func stop() {
    let now = ContinuousClock.now
    if let current { stages[current].time += now - start }
    start = now
  }

  /// Ends the last stage, and shows all.
  func show(_ timings: Timings) {
    stop()
    for stage in stages { timings.show(stage.name, stage.time) }
  }
}
