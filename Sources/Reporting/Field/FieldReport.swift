/// The formats in which the history of a field is told.
public enum FieldFormat: String, Sendable, CaseIterable { case text, json, markdown }

extension FieldHistory {
  /// The history in a format; `width` and `style` are the terminal's.
  public func text(_ format: FieldFormat, width: Int = 80, style: Style = .plain) -> String {
    switch format {
    case .text: FieldText(self, width: width, style: style).text
    case .json: FieldJSON(self).text
    case .markdown: FieldMarkdown(self).text
    }
  }
}
