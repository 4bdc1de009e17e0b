import ContextABI

/// Draws the layouts of a context in two builds side by side: a column each, every byte to scale, and what became of a
/// member as a band between the two.
struct ByteMap {
  /// A drawing of more would say nothing.
  static let sizeLimit = 4096

  private let name: String
  private let old: Layout
  private let new: Layout
  private let pairs: [MemberPair]
  /// For members with changes, where these are told.
  private let links: [String: Link]
  private let titles: (old: String, new: String)
  private let scale: Double

  /// Where the changes of a member are told.
  struct Link {
    let target: String
    let severity: String
    let text: String
  }

  private static let columnWidth = 190.0
  private static let gutter = 104.0
  private static let gap = 110.0
  private static let top = 26.0

  /// - Parameter titles: what stands above the columns.
  /// - Returns: nil where there is nothing to draw.
  init?(
    _ name: String, old: Layout, new: Layout, pairs: [MemberPair], links: [String: Link],
    titles: (old: String, new: String)
  ) {
    let size = max(old.size, new.size)
    guard size > 0, size <= Self.sizeLimit, pairs.count <= Self.sizeLimit else { return nil }
    self.name = name
    self.old = old
    self.new = new
    self.pairs = pairs
    self.links = links
    self.titles = titles
    scale = Self.scale(size, pairs)
  }

  /// How many units a byte is high: a common member has room for its name, and a short structure is drawn larger so that
  /// its small members have, too.
  private static func scale(_ size: Int, _ pairs: [MemberPair]) -> Double {
    let sizes = pairs.compactMap { ($0.new ?? $0.old)?.bitSize }.filter { $0 >= 8 }.map { $0 / 8 }.sorted()
    guard let smallest = sizes.first else { return 4 }
    let common = 17 / Double(sizes[sizes.count / 2])
    return min(max(common, min(17 / Double(smallest), 420 / Double(size))), 3000 / Double(size))
  }

  var isSame: Bool { old == new }

  /// The drawing.
  var svg: Markup {
    let size = Double(max(old.size, new.size))
    let width = isSame ? Self.columnWidth + 2 * Self.gutter : 2 * (Self.columnWidth + Self.gutter) + Self.gap
    let height = Self.top + size * scale + 8
    let left = column(old, isNew: false, x: Self.gutter, isSame ? "both builds" : titles.old)
    let right =
      isSame ? Markup.empty : column(new, isNew: true, x: Self.gutter + Self.columnWidth + Self.gap, titles.new)
    return """
      <svg class='\(isSame ? "map one" : "map")' viewBox='0 0 \(width) \(height)' role='group' aria-label='\(label)'>
      \(isSame ? .empty : bands)\(left)\(right)</svg>

      """
  }

  private var label: String {
    isSame ? "The layout of \(name)" : "The layouts of \(name) side by side; the same stands in the table below"
  }

  // MARK: - Bands

  /// What became of each member that both builds have.
  private var bands: Markup {
    let x1 = Self.gutter + Self.columnWidth
    let x2 = x1 + Self.gap
    var result: Markup = .empty
    for pair in pairs {
      guard let before = pair.old, let after = pair.new, isOuter(before, in: old), isOuter(after, in: new) else {
        continue
      }
      let (a, b) = (y(before.bitOffset), y(before.bitOffset + before.bitSize))
      let (c, d) = (y(after.bitOffset), y(after.bitOffset + after.bitSize))
      let (m1, m2) = (x1 + Self.gap * 0.45, x1 + Self.gap * 0.55)
      result += """
        <path class='band \(pair.fate.rawValue)' d='M\(x1) \(a)C\(m1) \(a) \(m2) \(c) \(x2) \(c)V\(d)C\(m2) \(d) \(m1) \(b) \(x1) \(b)Z'/>

        """
    }
    return result
  }

  private func y(_ bits: Int) -> Double { Self.top + Double(bits) / 8 * scale }

  // MARK: - Columns

  /// Whether no larger member holds this one.
  private func isOuter(_ member: LayoutMember, in layout: Layout) -> Bool {
    guard let index = layout.members.firstIndex(of: member) else { return false }
    return !layout.members.enumerated().contains { other, candidate in
      candidate.contains(member) && (candidate.bitSize > member.bitSize || other < index)
    }
  }

  private func column(_ layout: Layout, isNew: Bool, x: Double, _ title: String) -> Markup {
    var labels = GutterLabels()
    var boxes: Markup = .empty
    for member in layout.members.sorted(by: { ($0.bitOffset, -$0.bitSize) < ($1.bitOffset, -$1.bitSize) }) {
      guard let pair = pairs.first(where: { (isNew ? $0.new : $0.old) == member }) else { continue }
      boxes += box(member, pair, layout, x: x, isOuter: isOuter(member, in: layout), &labels, isNew: isNew)
    }
    // The outer edges of the columns hold the offsets: left of the old one, right of the new one.
    let height = Double(layout.size) * scale
    return """
      <g>
      <text class='title' x='\(x)' y='15'>\(title)</text>
      <rect class='hole' x='\(x)' y='\(Self.top)' width='\(Self.columnWidth)' height='\(height)'/>
      \(boxes)\(end(layout, x: x, isNew: isNew, &labels))</g>

      """
  }

  /// The offset behind the last byte, which is the size.
  private func end(_ layout: Layout, x: Double, isNew: Bool, _ labels: inout GutterLabels) -> Markup {
    gutterText("\(layout.size)", at: y(layout.size * 8), x: x, isNew: isNew, &labels)
  }

  private func box(
    _ member: LayoutMember, _ pair: MemberPair, _ layout: Layout, x: Double, isOuter: Bool,
    _ labels: inout GutterLabels, isNew: Bool
  ) -> Markup {
    let top = y(member.bitOffset)
    let height = Double(member.bitSize) / 8 * scale
    // A member inside of another one has a lane of its own.
    let lane = isOuter ? (x, Self.columnWidth) : (x + Self.columnWidth * 0.78, Self.columnWidth * 0.22)
    let link = links[member.name]
    var content: Markup = """
      <rect x='\(lane.0)' y='\(top)' width='\(lane.1)' height='\(height)'/>

      """
    if isOuter {
      let others = layout.members.filter { $0 != member && member.contains($0) }.map(\.name)
      let text = Self.shortened(([Self.declared(member)] + others).joined(separator: " | "), others.isEmpty ? 25 : 20)
      if height >= 11 {
        content += "<text class='name' x='\(x + 8)' y='\(top + min(height / 2, 12) + 4)'>\(text)</text>\n"
        content += gutterText(member.placeText, at: top + min(height / 2, 12), x: x, isNew: isNew, &labels)
      } else {
        content += gutterText(
          Self.shortened("\(member.name) \(member.placeText)", 15), at: top + height / 2, x: x, isNew: isNew, &labels)
      }
      if let link, pair.fate != .removed, pair.fate != .added {
        content +=
          "<circle class='mark \(link.severity)' cx='\(x + Self.columnWidth - 9)' cy='\(top + height / 2)' r='\(min(4, max(height / 2 - 1, 1.5)))'/>\n"
      }
    }
    let title: Markup = "<title>\(description(member, pair, isNew: isNew))</title>"
    let group: Markup = "<g class='member \(pair.fate.rawValue)'>\(title)\n\(content)</g>\n"
    guard let link, isOuter else { return group }
    return "<a href='#\(link.target)' aria-label='\(member.name): \(link.text)'>\(group)</a>\n"
  }

  /// A text beside the column, moved down where another one stands already.
  private func gutterText(
    _ text: String, at wanted: Double, x: Double, isNew: Bool, _ labels: inout GutterLabels
  ) -> Markup {
    let place = labels.place(wanted + 4)
    let edge = isNew ? x + Self.columnWidth : x
    let anchor = isNew ? edge + 14 : edge - 14
    let leader: Markup =
      abs(place - 4 - wanted) < 1
      ? .empty
      : "<path class='leader' d='M\(edge) \(wanted)L\(isNew ? anchor - 2 : anchor + 2) \(place - 4)'/>\n"
    return
      "\(leader)<text class='offset' x='\(anchor)' y='\(place)' text-anchor='\(isNew ? "start" : "end")'>\(text)</text>\n"
  }

  // MARK: - Texts

  /// The name with its dimensions: `cb[5]`.
  private static func declared(_ member: LayoutMember) -> String {
    guard let bracket = member.type.firstIndex(of: "[") else { return member.name }
    return member.name + member.type[bracket...]
  }

  private static func shortened(_ text: String, _ length: Int) -> String {
    let text = Printable.line(text)
    return text.count <= length ? text : text.prefix(length - 1) + "…"
  }

  private func description(_ member: LayoutMember, _ pair: MemberPair, isNew: Bool) -> String {
    var text = "\(member.type) \(member.name), offset \(member.placeText), size \(member.sizeText)"
    switch pair.fate {
    case .same: break
    case .moved, .resized, .retyped, .renamed:
      if let other = isNew ? pair.old : pair.new {
        text +=
          "; \(pair.fate.rawValue): \(isNew ? "was" : "is") \(other.type) \(other.name) at \(other.placeText), size \(other.sizeText)"
      }
    case .removed, .added: text += "; \(pair.fate.rawValue)"
    }
    if let link = links[member.name] { text += "; \(link.text)" }
    return text
  }
}

/// Keeps texts beside a column apart.
private struct GutterLabels {
  private var last = -100.0

  /// Where the text goes that should stand at `wanted`.
  mutating func place(_ wanted: Double) -> Double {
    last = max(wanted, last + 10)
    return last
  }
}
