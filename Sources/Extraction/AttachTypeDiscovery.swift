/// Finds out what attach types matter that this version of ctxabi does not know.
///
/// An attach type of a newer kernel is tried with every program type. It matters where some access is decided otherwise than
/// for a number that is no attach type at all; then the program type with it becomes a subject of its own.
struct AttachTypeDiscovery {
  let callbacks: Callbacks
  let names: VerifierNames

  /// A number that no attach type has.
  private static let nonsense: UInt32 = 0x7ffe
  /// How far contexts are asked for, in bytes: the largest has 352 (`bpf_perf_event_data` of s390x and arm64 less).
  private static let limit = 512

  /// The program types with unknown attach types that matter to them.
  ///
  /// - Parameter isValidAccess: the address of a type's callback; nil where it has none.
  func all(
    of types: [ProgramType], isValidAccess: (ProgramType) -> UInt64?
  ) -> [(type: ProgramType, configuration: ProgramConfiguration)] {
    let unknown = names.attachTypes.filter { !ProgramConfiguration.knows($0.key) }
    var result: [(type: ProgramType, configuration: ProgramConfiguration)] = []
    for (name, number) in unknown.sorted(by: { $0.value < $1.value }) where (0..<0x7000).contains(number) {
      for type in types {
        guard let isValid = isValidAccess(type),
          answers(isValid, type, UInt32(number)) != answers(isValid, type, Self.nonsense)
        else { continue }
        result.append((type, .named(type.name, number, name, name, offsets: 0, registers: .different)))
      }
    }
    return result
  }

  /// What is accepted, and as what. Answers that do not depend on the attach type are asked for once for all.
  private func answers(_ function: UInt64, _ type: ProgramType, _ attachType: UInt32) -> [UInt32] {
    let program = Callbacks.Program(type: UInt32(type.number), attachType: attachType, state: 0)
    var result: [UInt32] = []
    for isWrite in [false, true] {
      for size in [1, 2, 4, 8] {
        for offset in 0..<Self.limit {
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
