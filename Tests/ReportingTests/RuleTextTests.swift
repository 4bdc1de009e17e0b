import Comparison
import Reporting
import Testing

/// What is said of a rule.
@Suite struct RuleTextTests {
  @Test(arguments: RuleCatalog.all) func explanation(_ rule: Rule) {
    for width in [60, 80] {
      let text = RuleText.explanation(of: rule, found: "a to b: \(rule.id)", width: width, style: .plain)
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= max(width, 76) }, "\(text)")
      #expect(text.contains("  For a program: ") && text.contains("  On kernels: a to b: \(rule.id)\n"))
    }
  }

  /// What the author of a program does depends on what happens to the program.
  @Test func advice() throws {
    for (rule, said) in [
      ("field-removed", "bpf_core_field_exists"), ("field-added", "bpf_core_field_exists"),
      ("field-moved", "preserve_access_index"),
      ("meaning-changed", "Test it on both kernels"), ("read-revoked", "const volatile bool"),
      ("helper-removed", "bpf_core_enum_value_exists"), ("shadow-followed", "Harmless"), ("same-register-corrected", "Harmless"),
      ("privilege-required", "CAP_BPF"), ("program-type-removed", "libbpf_probe_bpf_prog_type"),
    ] {
      let found = try #require(RuleCatalog.rule(rule))
      let text = RuleText.explanation(of: found, width: 80, style: .plain)
      #expect(text.contains(said) && !text.contains("On kernels"), "\(text)")
    }
  }
}
