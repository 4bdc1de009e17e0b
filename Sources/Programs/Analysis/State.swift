/// What the registers and the stacks hold before an instruction, on one or several ways to it.
struct State: Hashable {
  /// The function's frame, and before it those of its callers.
  var frames: [Frame]
  /// The branches that were taken, of those that hang on the build.
  var guards: [Guard] = []

  /// The branches that were taken, of those that hang on what no snapshot tells.
  var doubts: [Doubt] = []

  struct Doubt: Hashable {
    let instruction: Int
    let isTaken: Bool
  }

  /// The calls that led here: only states of the same calls are compared.
  var calls: [Int] { frames.map(\.returnsTo) }

  subscript(register: UInt8) -> Value {
    get { frames[frames.count - 1].registers[Int(register)] }
    set { frames[frames.count - 1].registers[Int(register)] = newValue }
  }

  /// Forgets what is in the registers that a call clobbers, and which value it returns.
  mutating func clobber(result: Value = .unknown) {
    for register in UInt8(1)...5 { self[register] = .unknown }
    self[0] = result
  }

  /// Forgets registers that are not read any more, so that states which differ in them alone are the same.
  mutating func forget(except live: UInt16) {
    for register in UInt8(0)..<10 where live >> register & 1 == 0 { self[register] = .unknown }
  }

  /// Replaces all copies of a pointer.
  mutating func replace(_ pointer: ConvertedPointer, _ change: (ConvertedPointer) -> Value) {
    for frame in frames.indices {
      frames[frame].replace { value in
        guard case .pointer(let found) = value, found.base == pointer.base, found.origin == pointer.origin,
          found.mayBeNull
        else { return nil }
        return change(found)
      }
    }
  }

  /// Whether everything that can happen from `other` can happen from this; both have the same calls.
  func covers(_ other: State) -> Bool {
    guards.allSatisfy(other.guards.contains) && doubts.allSatisfy(other.doubts.contains)
      && zip(frames, other.frames).allSatisfy { $0.covers($1) }
  }

  /// A state that covers both.
  func joined(_ other: State) -> State {
    State(
      frames: zip(frames, other.frames).map { $0.joined($1) }, guards: guards.filter(other.guards.contains),
      doubts: doubts.filter(other.doubts.contains))
  }

  /// Drops the doubts that do not matter any more: where the other way of a branch has led to the same, without another doubt.
  mutating func settle(with other: State) {
    guard !doubts.isEmpty, frames == other.frames, guards == other.guards else { return }
    let settled = doubts.filter { doubt in
      let opposite = Doubt(instruction: doubt.instruction, isTaken: !doubt.isTaken)
      return other.doubts.contains(opposite) && other.doubts.allSatisfy { $0 == opposite || doubts.contains($0) }
    }
    doubts.removeAll(where: settled.contains)
  }
}

/// A function's registers and stack.
struct Frame: Hashable {
  /// What a program wrote to its stack and did not write over.
  struct Slot: Hashable {
    let size: Int
    var value: Value
  }

  var registers: [Value]
  /// By the offset from the stack's end, which is negative.
  private(set) var slots: [Int: Slot] = [:]
  /// The instruction after the call.
  let returnsTo: Int
  /// Whether a helper called it, which returns a value of its own.
  let isCallback: Bool

  init(number: Int, arguments: [Value], returnsTo: Int = 0, isCallback: Bool = false) {
    registers = [Value](repeating: .unknown, count: 16)
    for (index, value) in arguments.prefix(5).enumerated() { registers[index + 1] = value }
    registers[10] = .stack(frame: number, offset: 0)
    self.returnsTo = returnsTo
    self.isCallback = isCallback
  }

  /// Stores a value, and forgets what it writes over.
  mutating func store(_ value: Value, at offset: Int, size: Int) {
    for near in (offset - 7)..<(offset + size) {
      if let slot = slots[near], near + slot.size > offset { slots[near] = nil }
    }
    // Half of a pointer is none.
    guard value != .unknown, size == 8 || !value.matters else { return }
    slots[offset] = Slot(size: size, value: value)
  }

  /// What a load of `size` bytes gives.
  func load(at offset: Int, size: Int, isLittle: Bool) -> Value {
    if let slot = slots[offset], slot.size == size { return slot.value }
    // A part of a constant.
    for start in (offset - 7)...offset {
      guard let slot = slots[start], start + slot.size >= offset + size, case .constant(let value) = slot.value else { continue }
      let before = offset - start
      let shift = 8 * (isLittle ? before : slot.size - before - size)
      return .constant(value >> UInt64(shift) & (UInt64.max >> UInt64(64 - 8 * size)))
    }
    return .unknown
  }

  /// Forgets numbers from `offset` on, which a helper may have written over; pointers that it writes over are no pointers
  /// for the verifier either, and a program does not use them.
  mutating func forgetNumbers(from offset: Int?) {
    slots = slots.filter { place, slot in slot.value.matters || offset.map { place + slot.size <= $0 } ?? false }
  }

  mutating func replace(_ change: (Value) -> Value?) {
    for index in registers.indices { registers[index] = change(registers[index]) ?? registers[index] }
    for (offset, slot) in slots {
      if let value = change(slot.value) { slots[offset] = Slot(size: slot.size, value: value) }
    }
  }

  func covers(_ other: Frame) -> Bool {
    guard zip(registers, other.registers).allSatisfy({ $0.covers($1) }) else { return false }
    for (offset, slot) in slots {
      guard let its = other.slots[offset], its.size == slot.size, slot.value.covers(its.value) else { return false }
    }
    return other.slots.allSatisfy { !$0.value.value.matters || slots[$0.key] != nil }
  }

  func joined(_ other: Frame) -> Frame {
    var result = self
    result.registers = zip(registers, other.registers).map { $0.joined($1) }
    result.slots = [:]
    for offset in Set(slots.keys).union(other.slots.keys) {
      switch (slots[offset], other.slots[offset]) {
      case (let mine?, let its?) where mine.size == its.size:
        let value = mine.value.joined(its.value)
        if value != .unknown { result.slots[offset] = Slot(size: mine.size, value: value) }
      case (let slot?, _) where slot.value.matters, (_, let slot?) where slot.value.matters: result.slots[offset] = slot
      default: break
      }
    }
    return result
  }
}
