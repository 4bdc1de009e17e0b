import Foundation
import TestSupport
import Testing

/// What is said of `netns_inum`, a field of `__sk_buff` that stands for `skb->dev->nd_net.net->ns.inum`, and of each way to
/// change it, in Linux 6.12: one patch each.
@Suite(.serialized) struct SeriesTests {
  struct Patch: Sendable, CustomStringConvertible {
    let name: String
    var base = "add-netns_inum"
    let status: Int32
    let rules: [String]
    var said: [String] = []

    var description: String { name }
  }

  private static let meaning = "skb->dev ? skb->dev->nd_net.net->ns.inum : 0"

  /// Those that change headers, which make everything be compiled again, stand after those that don't.
  static let patches = [
    Patch(
      name: "add-netns_inum", base: "base", status: 0, rules: ["field-added"],
      said: ["exposes skb->dev, skb->dev->nd_net.net->ns.inum"]),
    Patch(
      name: "drop-device-check", status: 1, rules: ["meaning-changed"],
      said: [
        "was \(meaning)\n", "is skb->dev->nd_net.net->ns.inum\n", "with skb->dev is null: was 0, is a fault (null pointer)",
      ]),
    Patch(
      name: "read-another-member", status: 1, rules: ["meaning-changed"],
      said: ["was \(meaning)\n", "is skb->dev ? skb->dev->nd_net.net->hash_mix : 0\n", "witness"]),
    Patch(
      name: "mask-value", status: 1, rules: ["meaning-changed"],
      said: ["was \(meaning)\n", "is skb->dev ? (skb->dev->nd_net.net->ns.inum & 0xfffffff) : 0\n", "witness"]),
    Patch(name: "fewer-programs", status: 1, rules: ["read-revoked"], said: ["for socket_filter\n"]),
    Patch(name: "writable", status: 0, rules: ["write-granted"], said: ["for sched_act, sched_cls\n"]),
    Patch(name: "move-field", status: 1, rules: ["field-moved"], said: ["is at offset 196 instead of 192"]),
    Patch(
      name: "narrow", status: 1, rules: ["field-resized"],
      said: ["takes 2 bytes instead of 4 bytes", "can no longer be read by 4 bytes"]),
    Patch(name: "rename", status: 1, rules: ["field-renamed"], said: ["netns_inum is called netns_ino now"]),
    Patch(name: "remove", status: 1, rules: ["field-removed"], said: ["netns_inum is gone: it was at offset 192"]),
    Patch(
      name: "without-namespaces", status: 1, rules: ["option-off"],
      said: [
        "CONFIG_NET_NS is off: __sk_buff.netns_inum reads a constant", "was \(meaning)\n", "is 0\n",
        "with skb->dev->nd_net.net->ns.inum = 1: was 1, is 0",
      ]),
    Patch(name: "reorder-members", status: 0, rules: []),
    Patch(name: "move-inum", base: "reorder-members", status: 0, rules: []),
  ]

  @Test(arguments: patches)
  func verdict(_ patch: Patch) throws {
    let result = try SeriesTree.made.get().check(patch.base, patch.name)
    #expect(result.status == patch.status, "\(result)")
    #expect(result.rules == patch.rules, "\(result)")
    #expect(patch.rules.isEmpty || result.output.contains("__sk_buff.netns_inum"), "\(result)")
    let output = result.output.replacing(#/ +/#, with: " ")
    for text in patch.said { #expect(output.contains(text), "\(text)\n\(result)") }
  }

  /// The shadow follows: a note, with the member that moved.
  @Test func notes() throws {
    let result = try SeriesTree.made.get().check("reorder-members", "move-inum", "--show", "note")
    #expect(result.status == 0 && result.rules == ["shadow-followed"], "\(result)")
    #expect(result.output.contains("__sk_buff.netns_inum"), "\(result)")
    let strict = try SeriesTree.made.get().check("reorder-members", "move-inum", "--fail-on", "note")
    #expect(strict.status == 1, "\(strict)")
  }

  /// In a series of a new field, two clean patches and one that is not, the last is named.
  @Test func eachNamesTheCommit() throws {
    let tree = try SeriesTree.made.get()
    let result = try tree.check("base", "mask-what-moved", "--each")
    #expect(result.status == 1 && result.rules == ["field-added", "meaning-changed"], "\(result)")
    let titles = try ["add-netns_inum", "reorder-members", "move-inum", "mask-what-moved"].map(tree.title)
    var rest = result.output[...]
    for title in titles {
      let found = try #require(rest.firstRange(of: title), "\(title) in\n\(result)")
      // Only the first one adds something, and nothing breaks before the last.
      #expect(!rest[..<found.lowerBound].contains("[meaning-changed]"))
      rest = rest[found.upperBound...]
    }
    #expect(rest.contains("[meaning-changed]"))
  }
}
