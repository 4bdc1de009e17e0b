import BPF
import LiveKernel

extension LiveVerifier {
  /// Loads a program that adds to the context pointer what it then leaves out of the offset of a read.
  func takesModifiedPointers(_ target: AccessTarget, offset: Int, size: Int) -> Bool? {
    let target = self[target]
    guard target.isContext, let offset = Int32(exactly: offset) else { return nil }
    let added = offset > 0 ? offset : 8
    func isTaken(adding added: Int32) -> Bool {
      guard let rest = Int16(exactly: offset - added) else { return false }
      let draft = target.program.draft(adding: added, thenReading: rest, size: size)
      if case .refused = target.loader.load(draft) { return false }
      return true
    }
    return isTaken(adding: -added) ? nil : isTaken(adding: added)
  }
}

extension LiveProgram {
  /// `r1 = r6 ; r1 += added ; r7 = *(r1 + offset) ; r0 = … ; exit`
  fileprivate func draft(adding added: Int32, thenReading offset: Int16, size: Int) -> ProgramDraft {
    let addition = Instruction(code: 0x07, destination: 1, immediate: added)
    let read = Instruction(
      code: 0x01 | AccessMode.memory | Instruction.sizeBits(size), destination: 7, source: 1, offset: offset)
    return ProgramDraft(
      type: type, attachType: attachType, flags: flags,
      code: setUp + [.move(1, from: 6), addition, read, .move(0, returnValue), .exit])
  }
}
