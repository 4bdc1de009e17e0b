import ContextABI

/// What the store of an immediate does, told for any of them: a snapshot has what a few do.
struct StoredImmediate {
  /// `skb->queue_mapping = value`; nil where no other immediate fits the text.
  let text: String?

  init(_ rule: AccessRule) {
    guard rule.kinds == [.writeImmediate], let first = rule.immediates.first, first.meaning == rule.meaning else {
      text = nil
      return
    }
    let (assigned, probe) = (" = \(first.immediate)", rule.meaning.description)
    let general = probe.replacing(assigned, with: " = value")
    let isGeneral =
      general != probe
      && rule.immediates.dropFirst().contains { Self.filled(general, $0) == $0.meaning.description }
    text = isGeneral ? general : nil
  }

  /// Whether the general text says what this immediate does.
  func covers(_ immediate: ImmediateMeaning) -> Bool {
    text.map { Self.filled($0, immediate) == immediate.meaning.description } ?? false
  }

  private static func filled(_ text: String, _ immediate: ImmediateMeaning) -> String {
    text.replacing(" = value", with: " = \(immediate.immediate)")
  }
}
