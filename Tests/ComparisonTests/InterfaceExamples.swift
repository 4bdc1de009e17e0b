/// Examples of the rules about helpers, marks, and what the kernel adds to programs.
extension RuleExamples {
  static let interface = helpers + terms + prototypes + around

  private static func example(_ old: String?, _ new: String?, _ rules: Set<String>) -> RuleExample {
    RuleExample(old.map { [$0] } ?? [], new.map { [$0] } ?? [], rules)
  }

  private static let helpers = [
    RuleExamples(
      "helper-removed", example(nil, "HELPER_REMOVED", ["helper-removed", "helper-withheld"]),
      nearMiss: example(nil, "HELPER_FOR_FEWER", ["helper-withheld"])),
    RuleExamples(
      "helper-withheld", example(nil, "HELPER_FOR_FEWER", ["helper-withheld"]),
      nearMiss: example(nil, "HELPER_PRIVILEGED", ["helper-privileged"])),
    RuleExamples(
      "helper-granted", example("HELPER_FOR_FEWER", nil, ["helper-granted"]),
      nearMiss: example("HELPER_PRIVILEGED", nil, ["helper-privilege-dropped"])),
    RuleExamples(
      "helper-added", example(nil, "HELPER_ADDED", ["helper-added"]),
      nearMiss: example("HELPER_FOR_FEWER", nil, ["helper-granted"])),
    RuleExamples(
      "helper-renumbered", example(nil, "HELPER_RENUMBERED", ["helper-renumbered"]),
      nearMiss: example(nil, "HELPER_ADDED", ["helper-added"])),
    RuleExamples(
      "interface-remark", example(nil, "HELPER_PRIVILEGED_OTHERWISE", ["helper-privileged", "interface-remark"]),
      nearMiss: example(nil, "HELPER_PRIVILEGED", ["helper-privileged"])),
  ]

  private static let terms = [
    RuleExamples(
      "helper-gpl-only", example(nil, "HELPER_GPL_ONLY", ["helper-gpl-only"]),
      nearMiss: example(nil, "HELPER_PRIVILEGED", ["helper-privileged"])),
    RuleExamples(
      "helper-gpl-dropped", example("HELPER_GPL_ONLY", nil, ["helper-gpl-dropped"]),
      nearMiss: example("HELPER_PRIVILEGED", nil, ["helper-privilege-dropped"])),
    RuleExamples(
      "helper-privileged", example(nil, "HELPER_PRIVILEGED", ["helper-privileged"]),
      nearMiss: example(nil, "HELPER_GPL_ONLY", ["helper-gpl-only"])),
    RuleExamples(
      "helper-privilege-dropped", example("HELPER_PRIVILEGED", nil, ["helper-privilege-dropped"]),
      nearMiss: example("HELPER_GPL_ONLY", nil, ["helper-gpl-dropped"])),
    RuleExamples(
      "helper-call-restricted", example("HELPER_KEEPS_PACKET", nil, ["helper-call-restricted"]),
      nearMiss: example(nil, "HELPER_KEEPS_PACKET", ["helper-call-eased"])),
    RuleExamples(
      "helper-call-eased", example(nil, "HELPER_PACKET_ACCESS", ["helper-call-eased"]),
      nearMiss: example("HELPER_PACKET_ACCESS", nil, ["helper-call-restricted"])),
    RuleExamples(
      "helper-terms-changed", example(nil, "HELPER_MAY_SLEEP", ["helper-terms-changed"]),
      nearMiss: example(nil, "HELPER_FOR_ALL_SLEEPERS", ["helper-granted"])),
  ]

  private static let prototypes = [
    RuleExamples(
      "helper-argument-count", example(nil, "HELPER_ARGUMENT_DROPPED", ["helper-argument-count"]),
      nearMiss: example(nil, "HELPER_ARGUMENT_TIGHTENED", ["helper-argument-tightened"])),
    RuleExamples(
      "helper-argument-tightened", example(nil, "HELPER_SIZE_TIGHTENED", ["helper-argument-tightened"]),
      nearMiss: example("HELPER_SIZE_TIGHTENED", nil, ["helper-argument-loosened"])),
    RuleExamples(
      "helper-argument-loosened", example(nil, "HELPER_ARGUMENT_LOOSENED", ["helper-argument-loosened"]),
      nearMiss: example(nil, "HELPER_ARGUMENT_TIGHTENED", ["helper-argument-tightened"])),
    RuleExamples(
      "helper-argument-changed", example(nil, "HELPER_ARGUMENT_CHANGED", ["helper-argument-changed"]),
      nearMiss: example(nil, "HELPER_ARGUMENT_TIGHTENED", ["helper-argument-tightened"])),
    RuleExamples(
      "helper-may-return-null", example(nil, "HELPER_MAY_RETURN_NULL", ["helper-may-return-null"]),
      nearMiss: example("HELPER_MAY_RETURN_NULL", nil, ["helper-never-null"])),
    RuleExamples(
      "helper-never-null", example("HELPER_MAY_RETURN_NULL", nil, ["helper-never-null"]),
      nearMiss: example(nil, "HELPER_MAY_RETURN_NULL", ["helper-may-return-null"])),
    RuleExamples(
      "helper-result-changed", example(nil, "HELPER_RESULT_CHANGED", ["helper-result-changed"]),
      nearMiss: example(nil, "HELPER_MAY_RETURN_NULL", ["helper-may-return-null"])),
    RuleExamples(
      "helper-result-respelled", example(nil, "HELPER_RESULT_RESPELLED", ["helper-result-respelled"]),
      nearMiss: example(nil, "HELPER_RESULT_CHANGED", ["helper-result-changed"])),
  ]

  private static let around = [
    RuleExamples(
      "mark-lost", example(nil, "CB_NOT_MARKED", ["mark-lost"]),
      nearMiss: example("CB_NOT_MARKED", nil, ["mark-added"])),
    RuleExamples(
      "mark-added", example(nil, "MARK_MARKED", ["mark-added"]),
      nearMiss: example("MARK_MARKED", nil, ["mark-lost"])),
    RuleExamples(
      "access-capability-changed", example(nil, "OTHER_CAPABILITY", ["access-capability-changed"]),
      nearMiss: example(nil, "PRIVILEGE_NEEDED", ["privilege-required"])),
    RuleExamples(
      "added-code-changed", example(nil, "PROLOGUE_CHANGED", ["added-code-changed"]),
      nearMiss: example(nil, "PROLOGUE_REWRITTEN", ["added-code-rewritten"])),
    RuleExamples(
      "added-code-rewritten", example(nil, "PROLOGUE_REWRITTEN", ["added-code-rewritten"]),
      nearMiss: example(nil, "PROLOGUE_REMOVED", ["added-code-changed"])),
    RuleExamples(
      "packet-load-removed", example(nil, "NO_PACKET_LOADS", ["packet-load-removed"]),
      nearMiss: example(nil, "PROLOGUE_REMOVED", ["added-code-changed"])),
    RuleExamples(
      "packet-load-added", example("NO_PACKET_LOADS", nil, ["packet-load-added"]),
      nearMiss: example("PROLOGUE_REMOVED", nil, ["added-code-changed"])),
    RuleExamples(
      "test-run-removed", example(nil, "NO_TEST_RUNS", ["test-run-removed"]),
      nearMiss: example(nil, "NO_STRUCTURE_WRITES", ["structure-write-removed"])),
    RuleExamples(
      "test-run-added", example("NO_TEST_RUNS", nil, ["test-run-added"]),
      nearMiss: example("NO_STRUCTURE_WRITES", nil, ["structure-write-added"])),
    RuleExamples(
      "structure-write-removed", example(nil, "NO_STRUCTURE_WRITES", ["structure-write-removed"]),
      nearMiss: example(nil, "NO_TEST_RUNS", ["test-run-removed"])),
    RuleExamples(
      "structure-write-added", example("NO_STRUCTURE_WRITES", nil, ["structure-write-added"]),
      nearMiss: example("NO_TEST_RUNS", nil, ["test-run-added"])),
  ]
}
