import ArgumentParser
import Comparison
import Compatibility
import ContextABI
import Programs

/// Programs of which a comparison tells whether they are hit: shared by the commands that compare.
struct ProgramHitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Tell which of these programs each finding hits (repeatable): BPF objects, directories of them, or corpus files.",
      valueName: "path"),
    completion: .file())
  var programs: [String] = []

  @Option(
    help: ArgumentHelp(
      "What those programs are whose section does not tell: sched_cls, cgroup_sock_addr/cgroup_inet4_bind.", valueName: "type"))
  var programsType: ProgramKind?

  /// What the programs access; nil where none are given. Reads the files.
  func uses() throws -> [ProgramUses]? {
    programs.isEmpty ? nil : try ProgramFiles(kind: programsType).uses(programs)
  }

  /// The programs that the findings between two builds hit; nil where none are given.
  func hits(_ findings: [Finding], old: Snapshot, new: Snapshot) throws -> ProgramHits? {
    try uses().map { ProgramHits($0, findings, old: old, new: new) }
  }
}
