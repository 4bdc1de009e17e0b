import BPF
import ByteReading
import ContextABI
import Extraction
import SymbolicEvaluation
import TypeGraph

/// Checks the meanings of a build's accesses by a second way: the instructions run on synthetic memory, and the meaning,
/// read back from its text, is evaluated on the same memory by the names of members.
public final class SecondWay {
  /// How many accesses there are, how many of them differ in code or meaning, and what was wrong.
  public private(set) var accesses = 0
  public private(set) var cases = 0
  public private(set) var problems: [String] = []
  /// How often a run ended with a fault, with a change of memory, with another register changed.
  public private(set) var faults = 0
  public private(set) var stores = 0

  private let build: Build
  private let order: ByteOrder

  public init(_ build: Build) {
    self.build = build
    order = build.byteOrder
  }

  private struct Case {
    let label: String
    let code: BytecodeInterpreter
    let meaning: MeaningEvaluation
    let text: String
    let isWrite: Bool
    let registers: AccessRegisters
    /// The meaning is a number, whatever the memory holds: the upper bytes of a field that is wider than the member.
    let isConstant: Bool
    /// Where the access ends, in bytes.
    let end: Int
  }

  private struct RootKey: Hashable {
    let type: TypeID
    let name: String
  }

  /// Bytes behind the context that opaque contexts are asked for (they have no structure that says how long they are).
  private static let slack = 256

  /// Checks every access on so many memories.
  public func check(memories: Int) throws {
    for (root, cases) in try collect().sorted(by: { $0.key.type < $1.key.type }) {
      run(cases, root, memories)
    }
  }

  /// The distinct cases by root. What has the same code and the same meaning for the same context is one case.
  private func collect() throws -> [RootKey: [Case]] {
    var result: [RootKey: [Case]] = [:]
    var seen: Set<String> = []
    let source = ConvertedAccesses(build)
    var accesses: [(ConvertedAccess, bytes: [UInt8])] = []
    try source.forEachAccess { access in
      self.accesses += 1
      let code = access.code.map { $0.hexadecimal(build.byteOrder) }.joined()
      let key =
        "\(code) \(access.meaning) \(access.root.type.number) \(access.root.name) \(access.kind.isWrite) \(access.registers)"
      if seen.insert(key).inserted { accesses.append((access, Self.bytes(code))) }
    }
    for (access, bytes) in accesses {
      let label =
        "\(access.program) \(access.kind.rawValue) \(access.offset):\(access.size) \(access.registers.rawValue): \(access.meaning)"
      do {
        let widths = source.memberWidths(for: access.root)
        let text = access.meaning.description
        let read = try Meaning(text: text) { widths[$0] }
        if read != access.meaning { report("\(label): reads back as \(read)") }
        let paths = MemberPaths(build.types, root: access.root.type, name: access.root.name)
        result[RootKey(type: access.root.type, name: access.root.name), default: []].append(
          Case(
            label: label, code: BytecodeInterpreter(bytes, order),
            meaning: try MeaningEvaluation(read, paths), text: text, isWrite: access.kind.isWrite,
            registers: access.registers, isConstant: Self.isConstant(read),
            end: access.offset + access.size))
        cases += 1
      } catch {
        report("\(label): \(error)")
      }
    }
    return result
  }

  private static func isConstant(_ meaning: Meaning) -> Bool {
    if case .outcome(let outcome) = meaning.tree, case .constant? = outcome.result {
      outcome.effects.isEmpty
    } else {
      false
    }
  }

  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal.utf8).map { UInt8($0 < 0x3a ? $0 - 0x30 : $0 - 0x57) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private func report(_ problem: String) {
    if problems.count < 50 { problems.append(problem) }
  }

  // MARK: - Running

  private func run(_ cases: [Case], _ root: RootKey, _ memories: Int) {
    let memory = SyntheticMemory(build.types, order)
    let scratch = scratchSlots(of: root.type)
    // A context without a structure may be long.
    let slack = max(Self.slack, cases.map(\.end).max() ?? 0)
    var failed: Set<Int> = []
    for seed in 0..<memories {
      let context = memory.reset(seed: UInt64(seed), root: root.type, slack: slack)
      for (index, item) in cases.enumerated() where !failed.contains(index) {
        if let problem = compare(item, memory, context, scratch) {
          report("\(item.label): memory \(seed): \(problem)")
          failed.insert(index)
        }
      }
    }
  }

  /// Members of the context that conversions keep registers in: what is stored there is no effect.
  private func scratchSlots(of type: TypeID) -> [Range<UInt64>] {
    var starts = ["tmp_reg", "temp"].compactMap { name in
      (try? build.types.member(name, of: type))?.byteOffset
    }
    // That of sockets' packets stands in sk_buff.cb.
    if let buffer = try? build.types.member("cb", of: type),
      let block = try? build.types.composite(named: "sk_skb_cb"),
      let slot = try? build.types.member("temp_reg", of: block)
    {
      starts.append(buffer.byteOffset + slot.byteOffset)
    }
    return starts.map { UInt64($0)..<UInt64($0 + 8) }
  }

  private func compare(
    _ item: Case, _ memory: SyntheticMemory, _ context: UInt64, _ scratch: [Range<UInt64>]
  ) -> String? {
    var registers = (0..<16).map { _ in memory.anyValue() }
    let base = Int(item.registers.base)
    let value = Int(item.registers.value)
    registers[base] = context
    let before = registers
    let wanted = item.meaning.evaluate(
      MeaningEvaluation.Situation(
        memory: memory, context: context, registers: before, stored: before[value]))
    let end = item.code.run(&registers, memory)
    var changes = memory.takeChanges()
    for slot in scratch { for offset in slot { changes[context + offset] = nil } }
    switch end {
    case .unknown(let index, let code): return "instruction \(index), code \(code), is not known"
    case .fault:
      faults += 1
      // A read of what is always 0 still goes through the memory that it does not depend on; nothing else may.
      return wanted == nil || item.isConstant ? nil : "the code faults, the meaning does not"
    case .finished: break
    }
    guard let wanted else { return "the meaning faults, the code does not" }
    if !item.isWrite, registers[value] != wanted.value {
      return
        "the code gives \(hexadecimal(registers[value])), the meaning \(wanted.value.map { hexadecimal($0) } ?? "nothing")"
    }
    let wantedChanges = wanted.changes.filter { address, byte in
      memory.read(address, 1) != UInt64(byte)
        && !scratch.contains { address >= context && $0.contains(address - context) }
    }
    if !changes.isEmpty { stores += 1 }
    if changes != wantedChanges {
      return "the code changes \(Self.text(changes)), the meaning \(Self.text(wantedChanges))"
    }
    for number in 0..<11 where item.isWrite || number != value {
      let expected = wanted.registers[number] ?? before[number]
      if registers[number] != expected {
        return "r\(number) is \(hexadecimal(registers[number])) and should be \(hexadecimal(expected))"
      }
    }
    return nil
  }

  private static func text(_ changes: [UInt64: UInt8]) -> String {
    changes.sorted { $0.key < $1.key }.map { "\(hexadecimal($0.key)): \($0.value)" }
      .joined(separator: ", ")
  }
}
