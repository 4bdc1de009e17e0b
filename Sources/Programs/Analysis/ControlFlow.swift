import BPF

/// Where a program's instructions lead, and which registers are read later.
struct ControlFlow {
  /// Of each instruction, the registers that are read before they are written, a bit each.
  private(set) var live: [UInt16]
  /// Whether several ways can lead to an instruction.
  private(set) var isMeeting: [Bool]
  /// The first instruction that no verifier takes, since it leads out of its function or names a register that there is none of,
  /// and what is wrong with it; nil where all are sound.
  private(set) var problem: String?

  /// A program whose liveness has not settled by then is taken as if all registers were read.
  private static let passLimit = 32

  init(_ program: CompiledProgram) {
    let count = program.instructions.count
    isMeeting = [Bool](repeating: false, count: count)
    live = [UInt16](repeating: 0, count: count)
    findMeetings(program)
    var passes = 0
    while pass(program) {
      passes += 1
      if passes == Self.passLimit {
        live = [UInt16](repeating: 0x3ff, count: count)
        break
      }
    }
  }

  /// The frame pointer, R10, behind which programs have no registers (`MAX_BPF_REG`, include/uapi/linux/bpf.h).
  private static let lastRegister: UInt8 = 10

  private mutating func findMeetings(_ program: CompiledProgram) {
    let starts = [0] + program.functions.keys.sorted() + [program.instructions.count]
    for (start, end) in zip(starts, starts.dropFirst()) {
      isMeeting[start] = true
      var jumps: [(from: Int, to: Int)] = []
      var heads: Set<Int> = []
      var number = start
      while number < end {
        let instruction = program.instructions[number]
        heads.insert(number)
        let register = max(instruction.destination, instruction.source)
        if register > Self.lastRegister, problem == nil {
          problem = "instruction \(number) names register \(register)"
        }
        if instruction.isJump, !instruction.isCall, !instruction.isExit {
          let target = number + 1 + instruction.jumpDistance
          if (start..<end).contains(target) {
            isMeeting[target] = true
            jumps.append((number, target))
          } else if problem == nil {
            problem = "instruction \(number) jumps to \(target), outside of its function"
          }
        }
        if instruction.isCall, number + 1 < end { isMeeting[number + 1] = true }
        let last = number
        number += instruction.isLongLoad ? 2 : 1
        if number >= end, problem == nil, number > end || !(instruction.isExit || instruction.isGoto) {
          problem = "the function that starts at instruction \(start) runs on behind its end, instruction \(last)"
        }
      }
      if problem == nil, let jump = jumps.first(where: { !heads.contains($0.to) }) {
        problem = "instruction \(jump.from) jumps to \(jump.to), into the middle of another"
      }
    }
  }

  /// One pass from the end to the start; whether it changed anything.
  private mutating func pass(_ program: CompiledProgram) -> Bool {
    var changed = false
    for number in program.instructions.indices.reversed() {
      let instruction = program.instructions[number]
      var after: UInt16 = 0
      if !instruction.isExit {
        let next = number + (instruction.isLongLoad ? 2 : 1)
        if !instruction.isGoto, next < live.count { after |= live[next] }
        if instruction.isJump, !instruction.isCall {
          let target = number + 1 + instruction.jumpDistance
          if live.indices.contains(target) { after |= live[target] }
        }
      }
      let (reads, writes) = instruction.registers
      let before = after & ~writes | reads
      if live[number] != before {
        live[number] = before
        changed = true
      }
    }
    return changed
  }
}

extension Instruction {
  /// The registers that it reads, and those that it gives another value, a bit each.
  fileprivate var registers: (reads: UInt16, writes: UInt16) {
    let (to, from) = (UInt16(1) << destination, UInt16(1) << source)
    switch instructionClass {
    case .load:
      // LD_ABS and LD_IND read the packet through r6 and clobber what a call does.
      return isLongLoad ? (0, to) : (1 << 6 | from, 0x3f)
    case .loadRegister: return (from, to)
    case .store: return (to, 0)
    case .storeRegister: return (to | from | 1, 0)
    case .alu32, .alu64:
      let isMove = operation == Arithmetic.move.rawValue
      return ((isMove ? 0 : to) | (hasSourceRegister ? from : 0), to)
    case .jump, .jump32:
      if isCall { return (0x3e, 0x3f) }
      if isExit { return (1, 0) }
      return isGoto || isMayGoto ? (0, 0) : (to | (hasSourceRegister ? from : 0), 0)
    }
  }
}
