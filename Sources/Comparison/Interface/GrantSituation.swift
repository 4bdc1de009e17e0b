import ContextABI

/// In which of its states a program asks for a helper, and who loads it.
struct GrantSituation: Hashable, Sendable {
  let isSleepable: Bool
  let isPrivileged: Bool

  /// The most usual first.
  static let all = [
    GrantSituation(isSleepable: false, isPrivileged: true), GrantSituation(isSleepable: true, isPrivileged: true),
    GrantSituation(isSleepable: false, isPrivileged: false), GrantSituation(isSleepable: true, isPrivileged: false),
  ]

  /// Those that a program can be in.
  static func all(of program: InterfaceProgram) -> [GrantSituation] {
    program.isAlwaysSleepable ? all.filter(\.isSleepable) : all
  }

  /// What a report adds where only this situation differs; nil for the usual one.
  var remark: String? {
    switch (isSleepable, isPrivileged) {
    case (false, true): nil
    case (true, true): "programs that may sleep"
    case (false, false): "programs that are loaded without the capability"
    case (true, false): "programs that may sleep and are loaded without the capability"
    }
  }
}
