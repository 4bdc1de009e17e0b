import ContextABI

/// A program type with an expected attach type, whose helpers are asked for.
struct HelperSubject {
  let name: String
  let type: ProgramType
  let attachType: UInt32
  /// The enumerator without `BPF_`.
  let attachName: String?
  let isDefault: Bool

  var isAlwaysSleepable: Bool { InterfaceProgram.isAlwaysSleepable(type.name) }
}

/// Lists whose helpers are asked for.
struct HelperSubjects {
  let names: VerifierNames
  /// Whether an attach type gives programs of a type other helpers than `otherwise` does.
  let differs: (_ type: ProgramType, _ attachType: UInt32, _ otherwise: UInt32) -> Bool

  /// Every program type with the attach types that its contexts are asked for with, and those others that change what helpers
  /// it gets.
  func all(of types: [ProgramType]) -> [HelperSubject] { types.flatMap(subjects) }

  private func subjects(of type: ProgramType) -> [HelperSubject] {
    if ProgramConfiguration.attachedToFunctions.contains(type.name) { return attachedToFunctions(type) }
    let rows = ProgramConfiguration.all.filter { row in
      row.programType == type.name && (row.attachName.map { names.attachTypes[$0] == row.attachType } ?? true)
    }
    guard !rows.isEmpty else { return unknown(type) }
    let first = Self.defaultRow(of: type.name, rows)
    var result = rows.enumerated().map { index, row in
      HelperSubject(
        name: row.name, type: type, attachType: UInt32(row.attachType), attachName: row.attachName,
        isDefault: index == first)
    }
    // An attach type that nothing checks when the program is loaded may be left out.
    if first == nil {
      let others = rows.map { UInt32($0.attachType) }
      if others.allSatisfy({ differs(type, 0, $0) }) {
        result.append(
          HelperSubject(name: "\(type.name)/unspecified", type: type, attachType: 0, attachName: nil, isDefault: true))
      } else if let same = others.firstIndex(where: { !differs(type, 0, $0) }) {
        let subject = result[same]
        result[same] = HelperSubject(
          name: subject.name, type: type, attachType: subject.attachType, attachName: subject.attachName, isDefault: true)
      }
    }
    return result + news(type, than: rows.first.map { UInt32($0.attachType) } ?? 0)
  }

  /// The configuration that stands for the type where no attach type is named, as libbpf loads a program to find out what a
  /// kernel has (`probe_prog_load`, tools/lib/bpf/libbpf_probes.c): the one without an attach type; where the kernel checks
  /// the attach type, the first (`bpf_prog_load_fixup_attach_type`, kernel/bpf/syscall.c), but connect's of socket addresses.
  /// nil where a program without any can be loaded, and the table has no row for it.
  private static func defaultRow(of type: String, _ rows: [ProgramConfiguration]) -> Int? {
    if type == "CGROUP_SOCK_ADDR" { return rows.firstIndex { $0.attachName == "CGROUP_INET4_CONNECT" } ?? 0 }
    if let zero = rows.firstIndex(where: { $0.attachType == 0 && !$0.isCheckedAtLoad }) { return zero }
    if let zero = rows.firstIndex(where: { $0.attachType == 0 }) { return zero }
    return rows.allSatisfy(\.isCheckedAtLoad) ? 0 : nil
  }

  /// Programs that are attached to functions have attach types of their own, named after them.
  private func attachedToFunctions(_ type: ProgramType) -> [HelperSubject] {
    let own = names.attachTypes.filter { name, _ in
      switch type.name {
      case "TRACING": (name.hasPrefix("TRACE_") || name == "MODIFY_RETURN") && !Self.isTaken(name)
      case "LSM": name.hasPrefix("LSM_")
      default: false
      }
    }.sorted { $0.value < $1.value }
    guard !own.isEmpty else {
      return [HelperSubject(name: type.name, type: type, attachType: 0, attachName: nil, isDefault: true)]
    }
    return own.enumerated().map { index, attachType in
      HelperSubject(
        name: "\(type.name)/\(attachType.key)", type: type, attachType: UInt32(clamping: attachType.value),
        attachName: attachType.key, isDefault: index == 0)
    }
  }

  /// A program type that ctxabi does not know: without an attach type, and with those that nobody else has and that matter.
  private func unknown(_ type: ProgramType) -> [HelperSubject] {
    [HelperSubject(name: type.name, type: type, attachType: 0, attachName: nil, isDefault: true)] + news(type, than: 0)
  }

  /// Attach types that ctxabi does not know, where they give the type other helpers.
  private func news(_ type: ProgramType, than otherwise: UInt32) -> [HelperSubject] {
    names.attachTypes.filter { !ProgramConfiguration.knows($0.key) && (0..<0x7000).contains($0.value) }
      .sorted { $0.value < $1.value }
      .filter { differs(type, UInt32($0.value), otherwise) && differs(type, UInt32($0.value), Self.nonsense) }
      .map {
        HelperSubject(
          name: "\(type.name)/\($0.key)", type: type, attachType: UInt32($0.value), attachName: $0.key, isDefault: false)
      }
  }

  /// A number that no attach type has.
  private static let nonsense: UInt32 = 0x7ffe

  private static func isTaken(_ attachType: String) -> Bool {
    ProgramConfiguration.all.contains { $0.attachName == attachType }
  }
}
