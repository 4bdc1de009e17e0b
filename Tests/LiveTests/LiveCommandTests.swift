import Foundation
import TestSupport
import Testing

/// What the commands do with `live`.
@Suite(.enabled(if: LiveMachine.isAsked)) struct LiveCommandTests {
  /// Runs ctxabi without these capabilities.
  private func run(without capabilities: String, _ arguments: [String]) throws -> ChildProcess.Result {
    try ChildProcess.run(
      "setpriv", ["--bounding-set=\(capabilities)", "--inh-caps=-all", ChildProcess.ctxabi] + arguments)
  }

  @Test(arguments: [["snapshot", "live"], ["show", "live"], ["accesses", "live"], ["show", "live", "--layout"]])
  func withoutCapabilities(_ arguments: [String]) throws {
    let result = try run(without: "-all", arguments)
    #expect(result.status == 2)
    #expect(result.output == "")
    #expect(
      result.errors.contains("lacks CAP_NET_ADMIN, CAP_PERFMON, CAP_BPF") && result.errors.contains("live:"),
      "\(result.errors)")
  }

  @Test func verifyWithoutCapabilities() throws {
    // Whatever the image: the message comes first or the image's does.
    let result = try run(without: "-all", ["verify", "live"])
    #expect(result.status == 2)
  }

  @Test func namesWhatIsMissing() throws {
    let result = try run(without: "-sys_admin,-perfmon", ["accesses", "live"])
    #expect(result.status == 2)
    #expect(result.errors.contains("lacks CAP_PERFMON."), "\(result.errors)")
  }

  /// Three capabilities are enough.
  @Test func withFewCapabilities() throws {
    let few = try run(without: "-all,+bpf,+perfmon,+net_admin", ["show", "live", "--context", "xdp_md"])
    #expect(few.status == 0)
    let all = try ChildProcess.run(ChildProcess.ctxabi, ["show", "live", "--context", "xdp_md"])
    #expect(few.output == all.output)
    #expect(few.output.contains("struct xdp_md {"))
  }

  @Test func verifyTakesOneImage() throws {
    let result = try ChildProcess.run(ChildProcess.ctxabi, ["verify", "live", "one", "two"])
    #expect(result.status == 64)
  }

  @Test func verifyWithoutImage() throws {
    let result = try ChildProcess.run(ChildProcess.ctxabi, ["verify", "live", "/nonexistent/vmlinux"])
    #expect(result.status == 2)
    #expect(result.errors.contains("/nonexistent/vmlinux: No such file or directory"), "\(result.errors)")
  }

  /// Where the image of the running kernel lies where distributions put it, both must agree; elsewhere, that is said.
  @Test func verify() throws {
    let release = try ChildProcess.run("uname", ["-r"]).output.trimmingCharacters(in: .newlines)
    let images = ["/boot/vmlinuz-\(release)", "/usr/lib/modules/\(release)/vmlinuz"]
    let result = try ChildProcess.run(ChildProcess.ctxabi, ["verify"])
    if images.contains(where: FileManager.default.fileExists) {
      #expect(result.status == 0, "\(result.errors) \(result.output.prefix(2000))")
      #expect(result.output.contains(": 0 differences"))
    } else {
      print("*** ctxabi verify is NOT tested against the running kernel: no \(images.joined(separator: ", no "))")
      #expect(result.status == 2)
      #expect(result.errors.contains("there is no image of the running kernel at \(images[0])"), "\(result.errors)")
    }
  }
}
