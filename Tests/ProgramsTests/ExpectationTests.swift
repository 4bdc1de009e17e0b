import Compatibility
import Foundation
import Programs
import TestSupport
import Testing

/// The kernel's own selftests say what a verifier makes of them (`__success`, `__failure __msg("…")`,
/// tools/testing/selftests/bpf/progs/bpf_misc.h), and so does what is said of them on a kernel of the same version.
@Suite(.enabled(if: SelftestObjects.paths != nil)) struct ExpectationTests {
  /// A declaration in an object's BTF, as `bpftool -j btf dump` writes it.
  private struct Declaration: Decodable {
    let id: Int
    let kind: String
    let name: String?
    let type_id: Int?
  }

  private struct Declarations: Decodable { let types: [Declaration] }

  private struct Expectation {
    var isSuccess = false
    var isFailure = false
    var messages: [String] = []
  }

  /// What is expected of each function of an object.
  private func expectations(of path: String) throws -> [String: Expectation] {
    guard let dump = try? Command.run("bpftool", ["-j", "btf", "dump", "file", path]) else { return [:] }
    let types = try JSONDecoder().decode(Declarations.self, from: Data(dump.utf8)).types
    let functions = Dictionary(
      types.compactMap { type in type.kind == "FUNC" ? type.name.map { (type.id, $0) } : nil },
      uniquingKeysWith: { first, _ in first })
    var result: [String: Expectation] = [:]
    for tag in types where tag.kind == "DECL_TAG" {
      guard let text = tag.name, let function = tag.type_id.flatMap({ functions[$0] }) else { continue }
      if text == "comment:test_expect_success" { result[function, default: Expectation()].isSuccess = true }
      if text == "comment:test_expect_failure" { result[function, default: Expectation()].isFailure = true }
      if text.hasPrefix("comment:test_expect_msg=") { result[function, default: Expectation()].messages.append(text) }
    }
    return result
  }

  /// These pass a context that was added to, to a helper or a global function: the verifier says the same words of that. What is
  /// passed is not looked at.
  private static let passing: Set<String> = [
    "ctx_pointer_to_helper_1", "ctx_pointer_to_helper_2", "ctx_pointer_to_helper_3", "null_check_4_ctx_const",
    "anon_user_mem_invalid",
  ]

  @Test func objectsGiven() throws {
    let build = try Baseline.rules("debian-6.12-amd64")
    var counts: [String: Int] = [:]
    var differences: [String] = []
    for path in SelftestObjects.paths ?? [] {
      let expected = try expectations(of: path)
      guard !expected.isEmpty, let object = try? ProgramObject(path: path) else { continue }
      for program in object.programs {
        guard let expectation = expected[program.name] else { continue }
        let judgement = ProgramUses(program, of: path).judged(on: build)
        let isAccess =
          expectation.isFailure
          && expectation.messages.contains { message in VerifierRefusal.accessWords.contains { message.contains($0) } }
        guard isAccess || expectation.isSuccess else { continue }
        counts["\(isAccess ? "refused for an access" : "taken"), said: \(judgement.verdict.rawValue)", default: 0] += 1
        switch judgement.verdict {
        case .refused where !isAccess, .differs: break
        case .refused, .unknown: continue
        case .loads where !isAccess: continue
        case .loads where Self.passing.contains(program.name): continue
        case .loads: break
        }
        differences.append("\(path): \(program.name): \(judgement.verdict): \(judgement.reason ?? "")")
      }
    }
    print(counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: "\n"))
    #expect(differences == [])
    #expect(counts["refused for an access, said: refused", default: 0] > 40)
  }
}
