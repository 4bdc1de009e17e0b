import Emulation

/// What callbacks have written to `struct bpf_prog`, numbered.
///
/// Some accesses change what others become: reading `__sk_buff.tstamp_type` sets `tstamp_type_access`, and then `tstamp` is
/// converted differently. State 0 is a program that no callback has written to.
struct ProgramStates {
  /// The members of `struct bpf_prog` that no caller sets: byte ranges.
  let otherMembers: [Range<Int>]
  private var states: [[UInt8]]
  private let size: Int
  private let callerMembers: [Range<Int>]

  init(_ layout: VerifierLayout) {
    size = layout.programSize
    callerMembers = [
      layout.programTypeOffset..<layout.programTypeOffset + 4,
      layout.programAttachTypeOffset..<layout.programAttachTypeOffset + 4,
      layout.programAuxOffset..<layout.programAuxOffset + 8,
    ].sorted { $0.lowerBound < $1.lowerBound }
    var rest: [Range<Int>] = []
    var start = 0
    for member in callerMembers {
      if member.lowerBound > start { rest.append(start..<member.lowerBound) }
      start = max(start, member.upperBound)
    }
    if start < size { rest.append(start..<size) }
    otherMembers = rest
    states = [[UInt8](repeating: 0, count: size)]
  }

  /// Writes the program as it is in `state`.
  func write(_ state: Int, to scratch: ScratchMemory) {
    if state == 0 {
      scratch.clear(at: ScratchLayout.program, count: size)
    } else {
      scratch.store(bytes: states[state], at: ScratchLayout.program)
    }
  }

  /// The bytes that callbacks have changed of a program that was written in the state `before`: where they are, and which
  /// bits.
  func changes(_ scratch: ScratchMemory, after before: Int) -> [(offset: Int, bits: UInt8)] {
    let touched = otherMembers.filter {
      !scratch.isEqual(at: ScratchLayout.program + $0.lowerBound, to: states[before][$0])
    }
    return touched.flatMap { range in
      range.compactMap { offset in
        let bits = scratch.load(UInt8.self, at: ScratchLayout.program + offset) ^ states[before][offset]
        return bits == 0 ? nil : (offset, bits)
      }
    }
  }

  /// The state that the program is in now, or nil when it is still the one that it was written in.
  mutating func read(_ scratch: ScratchMemory, after before: Int) -> Int? {
    let unchanged = otherMembers.allSatisfy {
      scratch.isEqual(at: ScratchLayout.program + $0.lowerBound, to: states[before][$0])
    }
    if unchanged { return nil }
    var now = scratch.bytes(at: ScratchLayout.program, count: size)
    for members in callerMembers { for index in members { now[index] = 0 } }
    if let known = states.firstIndex(of: now) { return known }
    states.append(now)
    return states.count - 1
  }
}
