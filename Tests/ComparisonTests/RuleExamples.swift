import ContextABI
import Testing

/// Two variants of the miniature kernel, and the ids of the rules that tell their difference: no more and no fewer.
struct RuleExample: Sendable {
  let old: [String]
  let new: [String]
  let rules: Set<String>
  /// What is told as well on big-endian machines.
  var onBigEndian: Set<String>
  /// Options of the configuration, where the example is about them.
  var configurations: [[String: String]?]

  init(
    _ old: [String], _ new: [String], _ rules: Set<String>, onBigEndian: Set<String> = [],
    configurations: [[String: String]?] = [nil, nil]
  ) {
    self.old = old
    self.new = new
    self.rules = rules
    self.onBigEndian = onBigEndian
    self.configurations = configurations
  }

  /// `NETNS_INUM`, as all its variants need it.
  static let inum = ["NETNS_INUM"]
  static func inum(_ variants: String...) -> [String] { inum + variants }
}

/// For every rule a change that it alone tells, and one beside it that it does not.
struct RuleExamples: Sendable, CustomTestStringConvertible {
  let rule: String
  var testDescription: String { rule }
  let triggers: RuleExample
  let nearMiss: RuleExample

  init(_ rule: String, _ triggers: RuleExample, nearMiss: RuleExample) {
    self.rule = rule
    self.triggers = triggers
    self.nearMiss = nearMiss
  }

  private typealias Example = RuleExample
  private static let inum = RuleExample.inum
  private static func inum(_ variants: String...) -> [String] { RuleExample.inum + variants }

  static let all = layout + access + programs + meaning + soundness + corrections + coverage + interface

  private static let layout = [
    RuleExamples(
      "structure-removed", Example(["TCP_SOCK"], [], ["structure-removed"]),
      nearMiss: Example([], ["XDP_REMOVED"], ["program-type-removed", "structure-unused"])),
    RuleExamples(
      "structure-unused", Example([], ["XDP_REMOVED"], ["structure-unused", "program-type-removed"]),
      nearMiss: Example([], ["ATTACH_TYPE_REMOVED"], ["attach-type-removed"])),
    RuleExamples(
      "structure-added", Example([], ["TCP_SOCK"], ["structure-added"]),
      nearMiss: Example([], ["STRUCTURE_PADDED"], ["structure-grown"])),
    RuleExamples(
      "structure-shrunk", Example(["STRUCTURE_PADDED"], [], ["structure-shrunk"]),
      nearMiss: Example(["FIELD_APPENDED"], [], ["field-removed"])),
    RuleExamples(
      "structure-grown", Example([], ["STRUCTURE_PADDED"], ["structure-grown"]),
      nearMiss: Example([], ["FIELD_IN_PADDING"], ["padding-claimed"])),
    RuleExamples(
      "structure-realigned", Example([], ["STRUCTURE_REALIGNED"], ["structure-realigned", "field-aliased"]),
      nearMiss: Example([], ["STRUCTURE_PADDED"], ["structure-grown"])),
    RuleExamples(
      "field-removed", Example(inum, [], ["field-removed"]),
      nearMiss: Example(inum, inum("NETNS_INUM_RENAMED"), ["field-renamed"])),
    RuleExamples(
      "field-moved", Example(inum, inum("NETNS_INUM_MOVED"), ["field-moved"]),
      nearMiss: Example(inum, inum("NS_INUM_MOVED"), ["shadow-followed"])),
    RuleExamples(
      "field-resized",
      // The lower half of the value is the second half of the field there, and becomes the first.
      Example([], ["FIELD_NARROWED"], ["field-resized"], onBigEndian: ["meaning-changed"]),
      nearMiss: Example([], ["FIELD_SIGNED"], ["field-retyped"])),
    RuleExamples(
      "field-retyped", Example([], ["FIELD_BIG_ENDIAN"], ["field-retyped"]),
      nearMiss: Example([], ["FIELD_SPELT_OTHERWISE"], ["field-respelled"])),
    RuleExamples(
      "field-respelled", Example([], ["FIELD_SPELT_OTHERWISE"], ["field-respelled"]),
      nearMiss: Example([], ["FIELD_BIG_ENDIAN"], ["field-retyped"])),
    RuleExamples(
      "field-renamed", Example(inum, inum("NETNS_INUM_RENAMED"), ["field-renamed"]),
      nearMiss: Example(
        inum, inum("NETNS_INUM_RENAMED", "NETNS_INUM_OTHER_MEMBER"), ["field-removed", "field-added"])),
    RuleExamples(
      "field-added", Example([], inum, ["field-added"]),
      nearMiss: Example([], ["FIELD_IN_PADDING"], ["padding-claimed"])),
    RuleExamples(
      "field-aliased", Example([], ["FIELD_ALIASED"], ["field-aliased"]),
      nearMiss: Example(inum, inum("NETNS_INUM_RENAMED"), ["field-renamed"])),
    RuleExamples(
      "padding-claimed", Example([], ["FIELD_IN_PADDING"], ["padding-claimed"]),
      nearMiss: Example([], ["FIELD_APPENDED"], ["field-added"])),
  ]

  private static let access = [
    RuleExamples(
      "read-revoked", Example(inum, inum("NETNS_INUM_SCHED_CLS_ONLY"), ["read-revoked"]),
      nearMiss: Example(inum, inum("NETNS_INUM_PRIVILEGED"), ["privilege-required"])),
    RuleExamples(
      "write-revoked", Example(inum("NETNS_INUM_WRITABLE"), inum, ["write-revoked"]),
      nearMiss: Example([], ["WHOLE_ONLY"], ["width-revoked"])),
    RuleExamples(
      "width-revoked", Example([], ["WHOLE_ONLY"], ["width-revoked"]),
      nearMiss: Example([], ["LAST_BYTE_REFUSED"], ["offset-revoked"])),
    RuleExamples(
      "offset-revoked", Example([], ["LAST_BYTE_REFUSED"], ["offset-revoked"]),
      nearMiss: Example([], ["WHOLE_ONLY"], ["width-revoked"])),
    RuleExamples(
      "read-granted", Example(inum("NETNS_INUM_SCHED_CLS_ONLY"), inum, ["read-granted"]),
      nearMiss: Example(["WHOLE_ONLY"], [], ["width-granted"])),
    RuleExamples(
      "write-granted", Example(inum, inum("NETNS_INUM_WRITABLE"), ["write-granted"]),
      nearMiss: Example(["WHOLE_ONLY"], [], ["width-granted"])),
    RuleExamples(
      "width-granted", Example(["LAST_BYTE_REFUSED"], [], ["width-granted"]),
      nearMiss: Example(["FIELD_REFUSED"], [], ["read-granted"])),
    RuleExamples(
      "access-kind-removed", Example([], ["NO_SIGN_EXTENDING_LOADS"], ["access-kind-removed"]),
      nearMiss: Example([], ["NOT_SIGN_EXTENDED"], ["read-revoked"])),
    RuleExamples(
      "access-kind-added", Example(["NO_IMMEDIATE_STORES"], [], ["access-kind-added"]),
      nearMiss: Example(["NOT_SIGN_EXTENDED"], [], ["read-granted"])),
    RuleExamples(
      "privilege-required", Example([], ["PRIVILEGE_NEEDED"], ["privilege-required"]),
      nearMiss: Example([], ["FIELD_REFUSED"], ["read-revoked"])),
    RuleExamples(
      "privilege-dropped", Example(["PRIVILEGE_NEEDED"], [], ["privilege-dropped"]),
      nearMiss: Example(["FIELD_REFUSED"], [], ["read-granted"])),
    RuleExamples(
      "register-type-changed", Example([], ["REGISTER_TYPE_CHANGED"], ["register-type-changed"]),
      nearMiss: Example([], ["SKB_MOVED"], ["shadow-followed"])),
  ]

  private static let programs = [
    RuleExamples(
      "program-type-removed", Example([], ["PROGRAM_TYPE_REMOVED"], ["program-type-removed"]),
      nearMiss: Example([], ["ATTACH_TYPE_REMOVED"], ["attach-type-removed"])),
    RuleExamples(
      "program-type-renumbered", Example([], ["PROGRAM_TYPE_RENUMBERED"], ["program-type-renumbered"]),
      nearMiss: Example([], ["PROGRAM_TYPE_REMOVED"], ["program-type-removed"])),
    RuleExamples(
      "program-type-added", Example(["PROGRAM_TYPE_REMOVED"], [], ["program-type-added"]),
      nearMiss: Example(["ATTACH_TYPE_REMOVED"], [], ["attach-type-added"])),
    RuleExamples(
      "attach-type-removed", Example([], ["ATTACH_TYPE_REMOVED"], ["attach-type-removed"]),
      nearMiss: Example([], ["XDP_REMOVED"], ["program-type-removed", "structure-unused"])),
    RuleExamples(
      "attach-type-added", Example(["ATTACH_TYPE_REMOVED"], [], ["attach-type-added"]),
      nearMiss: Example(["PROGRAM_TYPE_REMOVED"], [], ["program-type-added"])),
    RuleExamples(
      // With XDP's callbacks come XDP's helpers.
      "context-changed", Example([], ["CONTEXT_CHANGED"], ["context-changed", "helper-granted"]),
      nearMiss: Example([], ["PROGRAM_TYPE_REMOVED"], ["program-type-removed"])),
  ]

  private static let meaning = [
    RuleExamples(
      "meaning-changed", Example(inum, inum("NETNS_INUM_OTHER_MEMBER"), ["meaning-changed"]),
      nearMiss: Example(inum, inum("NS_INUM_MOVED"), ["shadow-followed"])),
    RuleExamples(
      "meaning-unprovable", Example([], ["MEMBER_REPLACED"], ["meaning-unprovable"]),
      nearMiss: Example(inum, inum("NETNS_INUM_OTHER_MEMBER"), ["meaning-changed"])),
    RuleExamples(
      // The same by arithmetic, which is more than the solver finds out.
      "meaning-undecided",
      Example(["REMAINDER"], ["REMAINDER", "REMAINDER_OF_REMAINDERS"], ["meaning-undecided"]),
      nearMiss: Example([], ["REWRITTEN"], ["meaning-rewritten"])),
    RuleExamples(
      "range-widened", Example([], ["MEMBER_WIDENED"], ["range-widened"]),
      nearMiss: Example([], ["SKB_MOVED"], ["shadow-followed"])),
    RuleExamples(
      "constant-changed",
      Example(inum("NETNS_INUM_CONSTANT"), inum("NETNS_INUM_CONSTANT=2"), ["constant-changed"]),
      nearMiss: Example(inum, inum("NETNS_INUM_CONSTANT"), ["meaning-changed"])),
    RuleExamples(
      "configured-constant-changed",
      Example([], ["CONFIG_NR_CPUS=64"], ["configured-constant-changed"]),
      nearMiss: Example([], ["BOUND_BEHIND_PROCESSORS=5"], ["meaning-changed"])),
    RuleExamples(
      "fault-changed", Example(inum("NETNS_INUM_UNGUARDED"), inum, ["fault-changed"]),
      nearMiss: Example(inum, inum("NETNS_INUM_UNGUARDED"), ["meaning-changed"])),
    RuleExamples(
      "part-corrected", Example([], ["BYTES_CORRECTED"], ["part-corrected"]),
      nearMiss: Example(["BYTES_CORRECTED"], [], ["bytes-alias"])),
    RuleExamples(
      "excess-removed",
      Example(["VALUE_TOO_WIDE"], ["VALUE_TOO_WIDE", "VALUE_CUT"], ["excess-removed"]),
      nearMiss: Example(["VALUE_TOO_WIDE"], [], ["meaning-changed"])),
    RuleExamples(
      "meaning-rewritten", Example([], ["REWRITTEN"], ["meaning-rewritten"]),
      nearMiss: Example([], ["OTHER_INSTRUCTIONS"], ["conversion-rewritten"])),
    RuleExamples(
      "shadow-followed", Example([], ["SKB_MOVED"], ["shadow-followed"]),
      nearMiss: Example([], ["OTHER_INSTRUCTIONS"], ["conversion-rewritten"])),
    RuleExamples(
      "conversion-rewritten", Example([], ["OTHER_INSTRUCTIONS"], ["conversion-rewritten"]),
      nearMiss: Example([], ["SKB_MOVED"], ["shadow-followed"])),
  ]

  private static let soundness = [
    RuleExamples(
      "register-changed", Example([], ["REGISTER_NOT_RESTORED"], ["register-changed"]),
      nearMiss: Example([], ["OTHER_INSTRUCTIONS"], ["conversion-rewritten"])),
    RuleExamples(
      "same-register-differs", Example([], ["SAME_REGISTER_BUG"], ["same-register-differs"]),
      nearMiss: Example([], ["OTHER_INSTRUCTIONS"], ["conversion-rewritten"])),
    RuleExamples(
      "value-exceeds-read",
      Example(["VALUE_TOO_WIDE", "VALUE_CUT"], ["VALUE_TOO_WIDE"], ["value-exceeds-read"]),
      nearMiss: Example(["VALUE_TOO_WIDE"], ["VALUE_TOO_WIDE", "VALUE_CUT"], ["excess-removed"])),
    RuleExamples(
      "converts-to-nothing", Example(["FIELD_REFUSED"], ["NOTHING_CONVERTED"], ["converts-to-nothing"]),
      nearMiss: Example(["FIELD_REFUSED"], [], ["read-granted"])),
    RuleExamples(
      "bytes-alias", Example(["BYTES_CORRECTED"], [], ["bytes-alias"]),
      nearMiss: Example(["BYTES_NOT_ALIASED"], ["BYTES_CORRECTED"], ["width-granted"])),
  ]

  private static let corrections = [
    RuleExamples(
      "same-register-corrected", Example(["SAME_REGISTER_BUG"], [], ["same-register-corrected"]),
      nearMiss: Example([], ["OTHER_INSTRUCTIONS"], ["conversion-rewritten"])),
    RuleExamples(
      "register-restored", Example(["REGISTER_NOT_RESTORED"], [], ["register-restored"]),
      nearMiss: Example([], ["OTHER_INSTRUCTIONS"], ["conversion-rewritten"])),
    RuleExamples(
      "refused-at-once", Example(["NOTHING_CONVERTED"], ["FIELD_REFUSED"], ["refused-at-once"]),
      nearMiss: Example(["NOTHING_CONVERTED"], [], ["read-granted", "coverage-remark"])),
    RuleExamples(
      "added-unsound", Example(["BYTES_NOT_ALIASED"], [], ["width-granted", "added-unsound"]),
      nearMiss: Example(["BYTES_NOT_ALIASED"], ["BYTES_CORRECTED"], ["width-granted"])),
  ]

  private static let coverage = [
    RuleExamples(
      "coverage-lost", Example([], ["CALLBACK_FAULTS"], ["coverage-lost"]),
      nearMiss: Example([], ["FIELD_REFUSED"], ["read-revoked"])),
    RuleExamples(
      "coverage-gained", Example(["CALLBACK_FAULTS"], [], ["coverage-gained"]),
      nearMiss: Example(["FIELD_REFUSED"], [], ["read-granted"])),
    RuleExamples(
      "configuration-differs",
      Example(
        [], ["SKB_MOVED"], ["configuration-differs", "shadow-followed"],
        configurations: [["CONFIG_IPV6": "y"], ["CONFIG_IPV6": "n"]]),
      nearMiss: Example([], [], [], configurations: [["CONFIG_IPV6": "y"], nil])),
  ]
}
