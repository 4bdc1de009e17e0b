import ContextABI
import Reporting
import Testing

/// Two streams of accesses held against each other.
@Suite struct ListingComparisonTests {
  private func access(
    _ configuration: String, _ offset: Int, _ code: String = "61120000 00000000", type: String? = "SCALAR_VALUE",
    privilege: Bool? = false, kind: AccessKind = .read
  ) -> ListedAccess {
    ListedAccess(
      key: .init(configuration: configuration, kind: kind, size: 4, offset: offset, registers: .different),
      code: code, registerType: type, needsPrivilege: privilege)
  }

  @Test func equal() {
    let stream = [access("XDP", 0), access("XDP", 4), access("SK_MSG", 0)]
    let comparison = ListingComparison(stream, stream.reversed())
    #expect(comparison.differences == [])
    #expect(comparison.firstCount == 3 && comparison.secondCount == 3 && comparison.commonCount == 3)
    #expect(ListingComparison([], []).differences == [])
  }

  /// What one of the two does not tell is no difference.
  @Test func untold() {
    let told = [access("XDP", 0)]
    #expect(ListingComparison([access("XDP", 0, type: nil, privilege: nil)], told).differences == [])
    #expect(ListingComparison(told, [access("XDP", 0, type: nil, privilege: nil)]).differences == [])
  }

  @Test func differing() {
    let first = access("XDP", 0)
    for second in [
      access("XDP", 0, "6912"), access("XDP", 0, type: "PTR_TO_PACKET"), access("XDP", 0, privilege: true),
    ] {
      #expect(
        ListingComparison([first], [second]).differences
          == [.access(first.key, first: first, second: second)])
    }
  }

  @Test func missing() {
    let both = access("XDP", 0)
    let one = access("XDP", 4)
    #expect(ListingComparison([both, one], [both]).differences == [.access(one.key, first: one, second: nil)])
    #expect(ListingComparison([both], [both, one]).differences == [.access(one.key, first: nil, second: one)])
  }

  /// A configuration that one of them lacks is one difference, not one an access.
  @Test func missingConfiguration() {
    let stream = [access("SK_MSG", 0), access("XDP", 0), access("XDP", 4)]
    #expect(
      ListingComparison(stream, [stream[0]]).differences == [.configuration("XDP", first: 2, second: 0)])
    #expect(
      ListingComparison([stream[0]], stream).differences == [.configuration("XDP", first: 0, second: 2)])
  }

  @Test func order() {
    let stream = [access("XDP", 4), access("SK_MSG", 0), access("XDP", 0), access("XDP", 0, kind: .write)]
    let other = stream.map { access($0.key.configuration, $0.key.offset, "00", kind: $0.key.kind) }
    let places = ListingComparison(stream, other).differences.map { difference in
      switch difference {
      case .access(let key, _, _): "\(key.configuration) \(key.kind.rawValue) \(key.offset)"
      case .configuration(let name, _, _): name
      }
    }
    #expect(places == ["SK_MSG read 0", "XDP read 0", "XDP read 4", "XDP write 0"])
  }

  @Test func text() {
    let text = ListingDifferences("running kernel", "image", .little)
    let first = access("XDP", 0, "7912000000000000", type: "PTR_TO_PACKET")
    let second = access("XDP", 0, "6112040000000000", privilege: true)
    #expect(
      text.lines(.access(first.key, first: first, second: second)) == [
        "XDP: read 0:4, registers diff",
        "  running kernel: accepted, gives PTR_TO_PACKET",
        "    (79) r2 = *(u64 *)(r1 +0)",
        "  image: accepted, gives SCALAR_VALUE, needs privilege",
        "    (61) r2 = *(u32 *)(r1 +4)",
      ])
    #expect(text.lines(.access(first.key, first: nil, second: first))[1] == "  running kernel: refused")
    #expect(
      text.lines(.configuration("XDP", first: 0, second: 7))
        == ["XDP", "  running kernel: no such programs", "  image: 7 accesses"])
  }
}
