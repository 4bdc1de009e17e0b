import BPF
import ContextABI
import SymbolicEvaluation

/// Says what instructions do that the kernel adds to a program: what they call, decide and return.
struct AdditionSteps {
  let meanings: ConversionMeanings
  /// The program's context; nil where the build does not tell it.
  let root: ConversionMeanings.Root?
  let place: ProgramAddition.Place
  /// The name of the function that a call's immediate stands for.
  let functionName: (Int32) -> String

  /// What a register holds.
  private enum Content: Hashable {
    case text(String)
    /// What was loaded and computed by the instructions up to this one.
    case computed(Int, UInt8)
  }
  private typealias Registers = [Content]

  /// The steps of `code`; what a jump leads to is named by its number.
  func steps(_ code: [Instruction]) -> [String] {
    var registers: Registers = (0...15).map { .text("r\($0)") }
    registers[Int(place.contextRegister)] = .text(root?.name ?? "ctx")
    registers[Int(AdditionProbe.indexRegister)] = .text("index")
    var arriving: [Int: [Registers]] = [:]
    var lines: [(index: Int, text: String)] = []
    var isBehindJump = false
    for (index, instruction) in code.enumerated() {
      for other in arriving[index] ?? [] {
        registers = isBehindJump ? other : Self.common(registers, other)
        isBehindJump = false
      }
      if instruction == AdditionProbe.ownInstruction {
        lines.append((index, "the program"))
        continue
      }
      switch instruction.instructionClass {
      case .alu32, .alu64: arithmetic(instruction, index, code, &registers)
      case .loadRegister: registers[Int(instruction.destination)] = .computed(index, instruction.destination)
      case .jump, .jump32:
        if let line = jump(instruction, index, code, &registers, &arriving) { lines.append((index, line)) }
        isBehindJump = instruction.isExit || instruction.code == 0x05
      case .load, .store, .storeRegister: lines.append((index, Disassembly.text(of: instruction)))
      }
    }
    return numbered(lines, targets: Set(arriving.keys))
  }

  /// Steps with jumps to them by number; jumps are made with the index of an instruction in braces.
  private func numbered(_ lines: [(index: Int, text: String)], targets: Set<Int>) -> [String] {
    var result = lines.map(\.text)
    for target in targets {
      let step = lines.firstIndex { $0.index >= target }
      let name = step.map { "step \($0 + 1)" } ?? "what follows"
      result = result.map { $0.replacing("{\(target)}", with: name) }
    }
    return result
  }

  private static func common(_ left: Registers, _ right: Registers) -> Registers {
    zip(left, right).enumerated().map { $1.0 == $1.1 ? $1.0 : .text("r\($0)") }
  }

  // MARK: - Values

  private func arithmetic(_ instruction: Instruction, _ index: Int, _ code: [Instruction], _ registers: inout Registers) {
    let destination = Int(instruction.destination)
    let other: Content =
      instruction.hasSourceRegister ? registers[Int(instruction.source)] : .text(constant(instruction.immediate))
    let before = registers[destination]
    switch Arithmetic(rawValue: instruction.operation) {
    case .move: registers[destination] = other
    case .xor where instruction.hasSourceRegister && instruction.source == instruction.destination:
      registers[destination] = .text("0")
    case .add:
      if case .text(let left) = before, case .text(let right) = other {
        registers[destination] = .text("\(left) + \(right)")
      } else {
        fallthrough
      }
    default: registers[destination] = .computed(index, instruction.destination)
    }
  }

  private func constant(_ value: Int32) -> String { value == AdditionProbe.loadOffset ? "offset" : "\(value)" }

  private func text(_ content: Content, _ code: [Instruction], isTested: Bool = false) -> String {
    switch content {
    case .text(let text): text
    case .computed(let index, let register):
      expression(register, Array(code[0...index]), isTested: isTested) ?? "what r\(register) holds"
    }
  }

  /// What a register holds behind `code` as an expression over members of the kernel's context, where nothing was called or
  /// decided before.
  ///
  /// - Parameter isTested: it is held against 0, so that it does not matter how far it is shifted: that is the byte order's.
  private func expression(_ register: UInt8, _ code: [Instruction], isTested: Bool) -> String? {
    let isStraight = code.allSatisfy { $0.instructionClass != .jump && $0.instructionClass != .jump32 }
    guard isStraight, let root,
      let evaluated = try? meanings.evaluate(code, isWrite: false, base: place.contextRegister, value: register),
      let meaning = try? meanings.meaning(of: evaluated, for: root), case .outcome(let outcome) = meaning.tree
    else { return nil }
    if isTested, case .joined(let parts) = outcome.result, parts.count == 1 { return parts[0].expression.description }
    return outcome.result?.description
  }

  // MARK: - Jumps

  /// The step that a jump, call or exit is.
  private func jump(
    _ instruction: Instruction, _ index: Int, _ code: [Instruction], _ registers: inout Registers,
    _ arriving: inout [Int: [Registers]]
  ) -> String? {
    if instruction.isExit { return "return \(text(registers[0], code))" }
    if Jump(rawValue: instruction.operation) == .call {
      let arguments = (1...5).map { text(registers[$0], code) }.enumerated().prefix { $1 != "r\($0 + 1)" }.map(\.element)
      for number in 1...5 { registers[number] = .text("r\(number)") }
      registers[0] = .text("result")
      return "\(functionName(instruction.immediate))(\(arguments.joined(separator: ", ")))"
    }
    let target = index + 1 + Int(instruction.offset)
    arriving[target, default: []].append(registers)
    guard let comparison = Self.comparisons[instruction.operation] else { return "go to {\(target)}" }
    let other =
      instruction.hasSourceRegister
      ? text(registers[Int(instruction.source)], code) : constant(instruction.immediate)
    let isTested = other == "0" && (comparison == "==" || comparison == "!=")
    let left = text(registers[Int(instruction.destination)], code, isTested: isTested)
    return "if \(left) \(comparison) \(other) go to {\(target)}"
  }

  private static let comparisons: [UInt8: String] = [
    0x10: "==", 0x20: ">", 0x30: ">=", 0x40: "&", 0x50: "!=", 0x60: "s>", 0x70: "s>=", 0xa0: "<", 0xb0: "<=",
    0xc0: "s<", 0xd0: "s<=",
  ]
}

extension ProgramAddition.Place {
  /// The register that holds the context: programs start with it in r1, and keep it in r6 where they load from the packet
  /// (`BPF_REG_CTX`, include/linux/filter.h).
  fileprivate var contextRegister: UInt8 {
    switch self {
    case .prologue, .prologueOfPacketWriters, .epilogue: 1
    case .absoluteLoad, .indirectLoad: 6
    }
  }
}

extension Instruction {
  /// `BPF_EXIT`
  fileprivate var isExit: Bool { instructionClass == .jump && Jump(rawValue: operation) == .exit }
}
