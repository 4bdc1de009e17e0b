import ContextABI
import Extraction
import KernelImage
import TypeGraph

/// Opens builds as the command line does.
public enum TestBuild {
  /// The build in the file at `path`, with types from its DWARF, or from its BTF where it has no DWARF or `useBTF` says so.
  public static func open(_ path: String, useBTF: Bool = false) throws -> Build {
    let image = try KernelImage.open(path, debugDirectories: [])
    if !useBTF, let dwarf = image.dwarf {
      return try Build(image, TypeGraph(try DWARFReader(dwarf, near: Build.anchors(of: image))))
    }
    guard let btf = image.btf else { throw CommandFailure(command: path, output: "has no types") }
    return try Build(image, TypeGraph(try BTFReader(btf, order: image.architecture.byteOrder)))
  }

  /// The snapshot of a build; where it comes from is left out, so that equal ABIs are equal snapshots.
  public static func snapshot(_ build: Build) throws -> Snapshot {
    var snapshot = try SnapshotBuilder(build).snapshot(
      Provenance(
        release: "", architecture: "", buildID: nil, compiler: nil, types: "", tool: "",
        configuration: nil))
    snapshot.provenance.declarations = [:]
    return snapshot
  }

  public static func snapshot(_ path: String, useBTF: Bool = false) throws -> Snapshot {
    try snapshot(open(path, useBTF: useBTF))
  }
}

extension Snapshot {
  /// The context of this name; an empty one where there is none.
  public func context(_ name: String) -> Context {
    contexts.first { $0.name == name }
      ?? Context(name: "none", layout: Layout(size: 0, alignment: 0, members: []), rules: [])
  }
}

extension Context {
  /// The rules of `field` for accesses of `kind`.
  public func rules(_ field: String, _ kind: AccessKind) -> [AccessRule] {
    rules.filter { $0.field == field && $0.kinds.contains(kind) }
  }

  /// What accesses of `kind` to all of `field` mean, each meaning once.
  public func meanings(_ field: String, _ kind: AccessKind, program: String? = nil) -> [String] {
    guard let member = layout.members.first(where: { $0.name == field }) else { return [] }
    let rules = rules(field, kind).filter { rule in
      rule.offset * 8 == member.bitOffset && rule.size * 8 == member.bitSize
        && program.map(rule.programs.contains) ?? true
    }
    return rules.map(\.meaning.description).sorted()
  }
}
