import TypeGraph

/// One thing whose accesses are asked for: a context as programs of one kind see it, or a socket pointer.
struct Subject {
  /// The name of the configuration: `SCHED_CLS`, `CGROUP_SOCK_ADDR/INET4_BIND`, `SCHED_CLS+tstamp_type`, `ptr:sock`.
  let name: String
  let programType: String
  /// The expected attach type's enumerator without `BPF_`.
  let attachName: String?
  let target: AccessTarget
  /// What earlier accesses left in the program: a number that the oracle gave out, 0 for a program without any.
  var state = 0
  /// The structure that the program sees, and the kernel's structure behind it, where the build tells.
  let contexts: ContextPair?
  /// How far a listing goes, in bytes, and which registers it shows.
  let listedOffsets: Int
  let listedRegisters: ProgramConfiguration.ListedRegisters
  /// The listing's registers for this program after another access.
  let listedRegistersAfter: ProgramConfiguration.ListedRegisters

  /// The same program after an access to the context's field `field`, which left it in `state`.
  func after(accessing field: String, state: Int) -> Subject {
    Subject(
      name: "\(name)+\(field)", programType: programType, attachName: attachName, target: target,
      state: state, contexts: contexts, listedOffsets: listedOffsets, listedRegisters: listedRegistersAfter,
      listedRegistersAfter: .none)
  }
}

extension Build {
  /// The subjects of this build: every program type that the verifier knows, with its attach types, and the socket pointers.
  ///
  /// - Parameter unknownAttachTypes: also those whose attach type the build does not know, but whose programs can be
  ///   loaded all the same.
  func subjects(unknownAttachTypes: Bool) throws(ExtractionError) -> [Subject] {
    var result: [Subject] = []
    for type in oracle.programTypes {
      let rows = ProgramConfiguration.all.filter { $0.programType == type.name }
      // A type that the table does not have is asked for without an attach type.
      for row in rows.isEmpty ? [.named(type.name, 0, nil, offsets: 0)] : rows {
        let isKnown = row.attachName.map { names.attachTypes[$0] == row.attachType } ?? true
        guard isKnown || (unknownAttachTypes && !row.isCheckedAtLoad),
          let target = oracle.target(type, row)
        else { continue }
        result.append(
          Subject(
            name: row.name, programType: type.name, attachName: row.attachName,
            target: target, contexts: type.contexts, listedOffsets: row.listedOffsets,
            listedRegisters: row.listedRegisters, listedRegistersAfter: row.listedRegistersAfter))
      }
    }
    return result + (try socketPointers())
  }

  /// The subjects that attach types make which ctxabi does not know, and which matter.
  func subjectsOfUnknownAttachTypes() -> [Subject] {
    oracle.unknownAttachTypes.compactMap { type, row in
      oracle.target(type, row).map { target in
        Subject(
          name: row.name, programType: type.name, attachName: row.attachName, target: target,
          contexts: type.contexts, listedOffsets: 0, listedRegisters: .different, listedRegistersAfter: .none)
      }
    }
  }

  private func socketPointers() throws(ExtractionError) -> [Subject] {
    var result: [Subject] = []
    for pointer in SocketPointer.all {
      guard let type = oracle.programTypes.first(where: { $0.name == pointer.programType }) else {
        continue
      }
      do throws(TypeError) {
        guard let program = try types.composite(named: pointer.program),
          let kernel = try types.composite(named: pointer.kernel)
        else { continue }
        let contexts = ContextPair(program: program, kernel: kernel)
        guard let target = oracle.target(pointer, type, contexts) else { continue }
        result.append(
          Subject(
            name: pointer.name, programType: type.name, attachName: nil,
            target: target,
            contexts: contexts, listedOffsets: pointer.listedOffsets, listedRegisters: .all, listedRegistersAfter: .none))
      } catch { throw .typeGraph(error) }
    }
    return result
  }
}
