import Digest

extension Snapshot {
  /// The name and version of the file format, which docs/snapshot.schema.json describes.
  public static let schema = "ctxabi-snapshot"
  public static let schemaVersion = 2

  /// The snapshot as the text of a file: JSON, a rule or member a line, the same bytes for equal snapshots.
  public var json: String {
    let body = "\"provenance\": \(provenance.json),\n\(abiText)"
    return """
      {
      "schema": \(JSONWriter.string(Self.schema)),
      "version": \(Self.schemaVersion),
      "digest": \(JSONWriter.string("sha256:" + sha256(body.utf8))),
      \(body)
      }

      """
  }

  /// Everything but the provenance.
  private var abiText: String {
    let groups = ProgramGroups(
      contexts.flatMap(\.rules).flatMap { rule in [rule.programs] + rule.conversions.map(\.programs) })
    var members: [(String, String)] = [
      ("byteOrder", JSONWriter.string(byteOrder.rawValue)),
      ("programs", JSONWriter.lines(programs.map(\.json), indent: 0)),
      ("groups", groups.json(indent: 0)),
      ("contexts", JSONWriter.lines(contexts.map { $0.json(groups) }, indent: 0)),
      ("coverage", JSONWriter.lines(coverage.map(\.json), indent: 0)),
      ("kernel", kernel.json),
      ("conversions", conversionsJSON(groups)),
    ]
    if let interface { members.append(("interface", interface.json(indent: 0))) }
    return members.map { "\(JSONWriter.string($0.0)): \($0.1)" }.joined(separator: ",\n")
  }

  /// The instructions, apart from the rules that they belong to (by context, in the order of its rules): they change with
  /// every move of a kernel member.
  private func conversionsJSON(_ groups: ProgramGroups) -> String {
    JSONWriter.lines(
      contexts.map { context in
        (context.name, JSONWriter.lines(context.rules.map { $0.conversionsJSON(groups) }, indent: 1))
      }, indent: 0)
  }
}

extension Provenance {
  var json: String {
    var members: [(String, String)] = [
      ("release", JSONWriter.string(release)), ("architecture", JSONWriter.string(architecture)),
    ]
    if let buildID { members.append(("buildID", JSONWriter.string(buildID))) }
    if let compiler { members.append(("compiler", JSONWriter.string(compiler))) }
    if let version { members.append(("version", JSONWriter.string(version))) }
    members.append(("types", JSONWriter.string(types)))
    members.append(("tool", JSONWriter.string(tool)))
    if !declarations.isEmpty {
      let sorted = declarations.sorted { $0.key < $1.key }
      members.append(
        ("declarations", JSONWriter.lines(sorted.map { ($0.key, JSONWriter.string($0.value)) }, indent: 1)))
    }
    if let configuration {
      members.append(("configurationDigest", JSONWriter.string("sha256:" + configuration.digest)))
      let options = configuration.options.sorted { $0.key < $1.key }
      members.append(
        ("configuration", JSONWriter.lines(options.map { ($0.key, JSONWriter.string($0.value)) }, indent: 1)))
    }
    return JSONWriter.lines(members, indent: 0)
  }
}

extension Program {
  var json: String {
    JSONWriter.object([
      ("name", JSONWriter.string(name)), ("type", JSONWriter.string(type)),
      ("typeNumber", "\(typeNumber)"), ("attachType", attachType.map(JSONWriter.string)), ("context", JSONWriter.string(context)),
      ("kernelContext", JSONWriter.string(kernelContext)),
      ("takesModifiedPointers", takesModifiedPointers.map { "\($0)" }),
    ])
  }
}

extension Context {
  func json(_ groups: ProgramGroups) -> String {
    let members: [(String, String)] = [
      ("name", JSONWriter.string(name)), ("size", "\(layout.size)"),
      ("alignment", "\(layout.alignment)"),
    ]
    let lists: [(String, String)] = [
      ("members", JSONWriter.lines(layout.members.map(\.json), indent: 2)),
      ("rules", JSONWriter.lines(rules.map { $0.json(groups) }, indent: 2)),
    ]
    return JSONWriter.lines(members + lists, indent: 1)
  }
}

extension LayoutMember {
  var json: String {
    let isByteWide = bitOffset % 8 == 0 && bitSize % 8 == 0
    return JSONWriter.object([
      ("name", JSONWriter.string(name)),
      ("offset", isByteWide ? "\(bitOffset / 8)" : nil),
      ("size", isByteWide ? "\(bitSize / 8)" : nil),
      ("bitOffset", isByteWide ? nil : "\(bitOffset)"),
      ("bitSize", isByteWide ? nil : "\(bitSize)"), ("type", JSONWriter.string(type)),
      ("encoding", JSONWriter.string(encoding)),
    ])
  }
}

extension AccessRule {
  /// What most reads give: a read that says nothing gives this.
  static let usualRegisterType = "SCALAR_VALUE"

  func json(_ groups: ProgramGroups) -> String {
    JSONWriter.object([
      ("field", JSONWriter.string(field)), ("offset", "\(offset)"), ("size", "\(size)"),
      ("parts", parts.json), ("access", JSONWriter.strings(kinds.map(\.rawValue))),
      ("register", registerType == unsaidRegisterType ? nil : JSONWriter.string(registerType)),
      ("privileged", needsPrivilege ? "true" : nil),
      ("meaning", JSONWriter.string(meaning.description)),
      (
        "deviations",
        deviations.isEmpty
          ? nil
          : JSONWriter.object(
            deviations.map { ($0.registers.rawValue, JSONWriter.string($0.meaning.description)) })
      ),
      (
        "immediates",
        immediates.isEmpty
          ? nil
          : JSONWriter.object(
            immediates.map { ("\($0.immediate)", JSONWriter.string($0.meaning.description)) })
      ),
      ("programs", groups.reference(to: programs)),
    ])
  }

  /// The register type where the file says none.
  private var unsaidRegisterType: String { kinds.first?.isWrite ?? false ? "" : Self.usualRegisterType }

  fileprivate func conversionsJSON(_ groups: ProgramGroups) -> String {
    if conversions.count == 1 { return JSONWriter.string(conversions[0].code) }
    return "["
      + conversions.map {
        JSONWriter.object([
          ("code", JSONWriter.string($0.code)), ("programs", groups.reference(to: $0.programs)),
        ])
      }.joined(separator: ", ") + "]"
  }
}

extension AccessRule.Parts {
  fileprivate var json: String? {
    switch self {
    case .whole: nil
    case .aligned: JSONWriter.string("aligned")
    case .listed(let parts): JSONWriter.strings(parts.map { "\($0.offset):\($0.size)" })
    }
  }
}

extension CoverageItem {
  var json: String {
    JSONWriter.object([
      ("kind", JSONWriter.string(kind.rawValue)), ("reason", JSONWriter.string(reason)),
      ("accesses", accesses.isEmpty ? nil : JSONWriter.strings(accesses)),
      ("programs", JSONWriter.strings(programs)),
    ])
  }
}

extension KernelSide {
  fileprivate var json: String {
    let members = self.members.sorted { $0.key < $1.key }.map { context, list in
      (context, JSONWriter.lines(list.map(\.json), indent: 2))
    }
    let structures = self.structures.sorted { $0.key < $1.key }.map { name, list in
      (name, JSONWriter.lines(list.map(\.json), indent: 2))
    }
    return JSONWriter.lines(
      [
        ("members", JSONWriter.lines(members, indent: 1)),
        ("structures", JSONWriter.lines(structures, indent: 1)),
        (
          "numbers",
          JSONWriter.object(numbers.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") })
        ),
      ], indent: 0)
  }
}

extension NamedMember {
  var json: String {
    JSONWriter.object([
      ("path", JSONWriter.string(path)), ("bits", "\(width)"),
      ("pointer", JSONWriter.string(pointer)), ("structure", structure.map(JSONWriter.string)),
      ("member", name.map(JSONWriter.string)), ("at", "\(bitOffset)"),
      ("type", type.map(JSONWriter.string)),
    ])
  }
}

extension StructureMember {
  /// Name, bits, type, and of a union's member the union's first one and where it starts there.
  var json: String {
    let overlap = overlap.map { ", \(JSONWriter.string($0.group)), \($0.bitOffset)" } ?? ""
    return "[\(JSONWriter.string(name)), \(bitSize), \(JSONWriter.string(type))\(overlap)]"
  }
}
