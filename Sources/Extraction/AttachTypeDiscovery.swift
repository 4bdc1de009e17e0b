import TypeGraph

/// Finds out what attach types matter that this version of ctxabi does not know.
///
/// An attach type of a newer kernel is tried with every program type. It matters where some access is decided otherwise than
/// for a number that is no attach type at all; then the program type with it becomes a subject of its own.
struct AttachTypeDiscovery {
  let callbacks: Callbacks
  let names: VerifierNames
  let types: TypeGraph

  /// A number that no attach type has.
  private static let nonsense: UInt32 = 0x7ffe

  /// The program types with unknown attach types that matter to them.
  ///
  /// - Parameter isValidAccess: the address of a type's callback; nil where it has none.
  func all(
    of types: [ProgramType], isValidAccess: (ProgramType) -> UInt64?
  ) -> [(type: ProgramType, configuration: ProgramConfiguration)] {
    let unknown = names.attachTypes.filter { !ProgramConfiguration.knows($0.key) && (0..<0x7000).contains($0.value) }
      .sorted { $0.value < $1.value }
    guard !unknown.isEmpty else { return [] }
    var result: [(type: ProgramType, configuration: ProgramConfiguration)] = []
    for type in types {
      guard let isValid = isValidAccess(type) else { continue }
      let otherwise = answers(isValid, type, Self.nonsense)
      // Most callbacks do not look at the attach type at all.
      guard callbacks.lookingAtAttachType.contains(isValid) else { continue }
      for (name, number) in unknown where answers(isValid, type, UInt32(number)) != otherwise {
        result.append((type, .named(type.name, number, name, name, offsets: 0, registers: .different)))
      }
    }
    return result
  }

  /// What is accepted, and as what. Answers that do not depend on the attach type are asked for once for all.
  private func answers(_ function: UInt64, _ type: ProgramType, _ attachType: UInt32) -> [UInt32] {
    let program = Callbacks.Program(type: UInt32(type.number), attachType: attachType, state: 0)
    let contextSize = type.contexts.flatMap { try? types.composite($0.program)?.byteSize } ?? 0
    let limit = contextSize > 0 ? contextSize + Sweeper.margin : OpaqueContext.start
    var result: [UInt32] = []
    for isWrite in [false, true] {
      for size in [1, 2, 4, 8] {
        for offset in 0..<limit {
          let answer = callbacks.validity(
            function, program, offset: offset, size: size, isWrite: isWrite, isSignExtending: false,
            takesProgram: true)
          let validity = try? answer.get()
          result.append(validity.map { $0.isValid ? $0.registerType + 1 : 0 } ?? UInt32.max)
        }
      }
    }
    return result
  }
}
