import ByteReading
import CUnicorn
import CUnicornHooks
import Glibc
import KernelImage

/// A processor with a kernel's memory, on which single functions of the kernel can be called.
///
/// The code can reach nothing but the kernel's image, which is this process's private copy, and the scratch memory.
/// What it writes to the image is undone after each call, so that no call sees what another one left. A call is bounded
/// in the number of basic blocks.
public final class Machine {
  /// Memory that both sides see: the caller by pointer, the emulated code by address.
  public let scratch: ScratchMemory
  /// Filled by each call.
  private let observation: UnsafeMutablePointer<observation>
  private let processor: Processor
  private let returnAddress: UInt64
  private let stackTop: UInt64
  private let stackTopPointer: UnsafeMutableRawPointer
  /// What an engine is set up with.
  private var setup: EngineSetup
  private var engine: Engine
  private var answers: [Answer] = []
  /// The memory in place of what the image does not define.
  private var absent: HostRegion?
  /// Which functions are called no more.
  private var patience = Patience()
  /// How often the emulator itself has failed.
  private var failures = 0
  /// Why a function could not be answered in the call.
  private var refusedAnswer: Fault.Reason?
  /// The function that was called last.
  private var lastFunction: UInt64 = 0
  /// How long the calls took so far.
  public private(set) var emulationTime = Duration.zero

  /// After so many basic blocks a call is taken for one that does not end. The longest callback known takes 60.
  static let blockLimit: UInt64 = 20_000
  /// After so many failures of the emulator itself it is not started again.
  static let failureLimit = 8

  /// Sets up a processor for the kernel in `image`.
  public init(_ image: KernelImage) throws(EmulationError) {
    processor = Processor(image.architecture)
    observation = .allocate(capacity: 1)
    observation.initialize(to: CUnicornHooks.observation())
    observation.pointee.block_limit = Self.blockLimit

    let layout = AddressLayout(avoiding: image.memory.segments)
    let stack = try HostRegion(byteCount: AddressLayout.stackSize)
    let scratchRegion = try HostRegion(byteCount: AddressLayout.scratchSize)
    returnAddress = layout.returnPage
    stackTop = layout.stack + UInt64(AddressLayout.stackSize) - 0x1000
    stackTopPointer = stack.start + AddressLayout.stackSize - 0x1000
    scratch = ScratchMemory(
      address: layout.scratch, start: scratchRegion.start, count: AddressLayout.scratchSize,
      byteOrder: image.architecture.byteOrder)
    setup = EngineSetup(processor, observation)
    setup.map(stack, at: layout.stack, "the stack")
    setup.map(scratchRegion, at: layout.scratch, "scratch memory")
    setup.map(try HostRegion(byteCount: AddressLayout.threadSize), at: layout.thread, "the thread area")
    setup.map(
      try HostRegion(byteCount: AddressLayout.pageSize), at: layout.returnPage, "the return page")
    try setup.map(image.memory.segments)
    if let range = UndefinedSymbols.range(in: image) {
      let region = try HostRegion(byteCount: range.count)
      setup.mapAbsent(region, at: range.lowerBound)
      absent = region
    }
    if let shadow = AddressSanitizer.shadow(of: image) {
      observation.pointee.shadow_first = shadow.lowerBound
      observation.pointee.shadow_last = shadow.upperBound
    }
    setup.registers = Processor.initialRegisters(
      image.architecture, threadArea: layout.thread,
      perProcessorDataIsZeroBased: image.hasZeroBasedPerCPUData,
      globalPointer: image.symbols.address(of: "__global_pointer$"))
    engine = try Engine(setup)
  }

  deinit { observation.deallocate() }

  // MARK: - Answers and observation

  /// A function that is answered instead of run.
  private final class Answer {
    let value: () -> UInt64
    unowned let machine: Machine

    init(machine: Machine, value: @escaping () -> UInt64) {
      self.machine = machine
      self.value = value
    }
  }

  /// What the task that loads the program is refused.
  public var refusal = Refusal.nothing
  /// What the last call asked the task for, in order.
  public private(set) var requirements: [Requirement] = []

  /// From now on a call of the function at `address` is answered with what `value` gives, and does not run.
  public func answer(_ address: UInt64, with value: @escaping () -> UInt64) throws(EmulationError) {
    try install(Answer(machine: self, value: value), at: address)
  }

  /// From now on a call of the function at `address`, which returns a structure of two pointers in registers, is answered with
  /// `pointer` twice.
  public func answerTwoPointers(_ address: UInt64, with pointer: UInt64) throws(EmulationError) {
    guard let second = processor.secondResult else { return }
    try answer(address) { [unowned self] in
      set(second, pointer)
      return pointer
    }
  }

  /// From now on a call of the function at `address`, which copies memory or fills it as C's functions do, does so within the
  /// memory that calls are made with: the stack, and scratch memory.
  public func answerMemoryFunction(_ address: UInt64, fills: Bool) throws(EmulationError) {
    try answer(address) { [unowned self] in
      let (target, source, count) = (argument(0), argument(1), argument(2))
      guard count > 0 else { return target }
      guard count <= UInt64(AddressLayout.pageSize), isOwn(target, count) else { return refuse(.write(target)) }
      var bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: source), count: Int(count))
      if !fills, uc_mem_read(engine.handle, source, &bytes, Int(count)) != UC_ERR_OK { return refuse(.read(source)) }
      uc_mem_write(engine.handle, target, bytes, Int(count))
      return target
    }
  }

  /// Ends the call that asks for an answer which can't be given.
  private func refuse(_ reason: Fault.Reason) -> UInt64 {
    refusedAnswer = reason
    uc_emu_stop(engine.handle)
    return 0
  }

  /// Whether bytes lie in the memory that calls are made with.
  private func isOwn(_ address: UInt64, _ count: UInt64) -> Bool {
    [
      (scratch.address, UInt64(scratch.count)),
      (stackTop + 0x1000 - UInt64(AddressLayout.stackSize), UInt64(AddressLayout.stackSize)),
    ].contains { start, size in address >= start && address - start <= size - count }
  }

  /// From now on a call of the function at `address` is answered with whether the task has the capability whose number is
  /// the `argument`th argument, and noted.
  public func answerCapabilityCheck(_ address: UInt64, argument: Int) throws(EmulationError) {
    try answer(address) { [unowned self] in
      grants(.capability(UInt32(truncatingIfNeeded: self.argument(argument)))) ? 1 : 0
    }
  }

  /// From now on a call of the function at `address`, which tells whether the kernel is locked down (`security_locked_down`),
  /// is answered: it is not, or it is (`-EPERM`), and noted.
  public func answerLockdownCheck(_ address: UInt64) throws(EmulationError) {
    try answer(address) { [unowned self] in grants(.noLockdown) ? 0 : UInt64(bitPattern: -1) }
  }

  private func grants(_ requirement: Requirement) -> Bool {
    requirements.append(requirement)
    return !refusal.refuses(requirement)
  }

  private func install(_ answer: Answer, at address: UInt64) throws(EmulationError) {
    answers.append(answer)
    let hook = EngineSetup.Hook(
      address: address,
      callback: { _, _, _, context in
        guard let context else { return }
        let answer = Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue()
        answer.machine.returnFromFunction(with: answer.value())
      }, context: Unmanaged.passUnretained(answer).toOpaque())
    setup.hooks.append(hook)
    try engine.add(hook)
  }

  /// The value of the first integer argument, for an answer that depends on it.
  public func argument(_ index: Int) -> UInt64 {
    var value: UInt64 = 0
    uc_reg_read(engine.handle, processor.arguments[index], &value)
    return value
  }

  private func returnFromFunction(with value: UInt64) {
    let handle = engine.handle
    var value = value
    var target: UInt64 = 0
    uc_reg_write(handle, processor.result, &value)
    if let link = processor.link {
      uc_reg_read(handle, link, &target)
    } else {
      var stackPointer: UInt64 = 0
      uc_reg_read(handle, processor.stackPointer, &stackPointer)
      uc_mem_read(handle, stackPointer, &target, 8)
      stackPointer &+= 8
      uc_reg_write(handle, processor.stackPointer, &stackPointer)
    }
    uc_reg_write(handle, processor.programCounter, &target)
  }

  /// From now on the reads of the scratch memory at `offset` are noted in `observedReads`.
  public func observeReads(ofScratch offset: Int, count: Int) throws(EmulationError) {
    let first = scratch.address + UInt64(offset)
    let range = first...(first + UInt64(count) - 1)
    setup.observedReads.append(range)
    try engine.observeReads(range)
  }

  /// Whether the last call read any of the `count` bytes of scratch memory at `offset` (within the observed range).
  public func didRead(scratch offset: Int, count: Int) -> Bool {
    let first = scratch.address + UInt64(offset)
    let end = first + UInt64(count)
    let seen = Int(observation.pointee.read_count)
    guard seen <= OBSERVED_READS_LIMIT, let reads = observed_reads(observation) else { return true }
    return (0..<seen).contains { index in
      reads[index].address < end && reads[index].address &+ UInt64(clamping: reads[index].size) > first
    }
  }

  /// Whether the last call read anything in the observed range.
  public var didReadObserved: Bool { observation.pointee.read_count > 0 }

  // MARK: - What the image does not define

  /// Runs `ask`, which makes calls. Where they read variables that the image does not define, so that their values are not
  /// known, it is run with other values too.
  ///
  /// - Throws: `Fault` when the answers differ, besides what `ask` throws.
  public func withUndefinedVariables<Answer: Equatable, Value>(
    comparedBy answer: (Value) -> Answer, _ ask: () throws(Fault) -> Value
  ) throws(Fault) -> Value {
    guard let absent else { return try ask() }
    observation.pointee.absent_reads = 0
    let first = try ask()
    guard observation.pointee.absent_reads > 0 else { return first }
    let address = observation.pointee.absent_address
    memset(absent.start, 0xff, absent.count)
    let other: Value?
    do throws(Fault) { other = try ask() } catch { other = nil }
    memset(absent.start, 0, absent.count)
    // Again, so that what is observed is of these values.
    let value = try ask()
    guard let other, answer(other) == answer(value) else {
      throw Fault(function: lastFunction, programCounter: lastFunction, reason: .undefined(address))
    }
    return value
  }

  // MARK: - Calls

  /// Calls the function at `address` and returns what it returns, undoing what it wrote to the kernel's memory.
  ///
  /// - Throws: `Fault` when it does not return: an access to memory that is not there, an instruction that can't be
  ///   emulated, or too many basic blocks. Of a function that has failed too often it is the last of its faults.
  public func call(
    _ address: UInt64, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0,
    _ fourth: UInt64 = 0, _ fifth: UInt64 = 0
  ) throws(Fault) -> UInt64 {
    if let fault = refused(address) { throw fault }
    set(processor.arguments[0], first)
    set(processor.arguments[1], second)
    set(processor.arguments[2], third)
    set(processor.arguments[3], fourth)
    set(processor.arguments[4], fifth)
    return try run(address)
  }

  /// Calls a function with as many integer arguments as it takes, 16 at most.
  public func call(_ address: UInt64, arguments: [UInt64]) throws(Fault) -> UInt64 {
    precondition(arguments.count <= 16)
    if let fault = refused(address) { throw fault }
    for (register, value) in zip(processor.arguments, arguments) { set(register, value) }
    // Where the return address is pushed, they stand behind it.
    var place = stackTopPointer + (processor.link == nil ? 8 : 0)
    for value in arguments.dropFirst(processor.arguments.count) {
      place.storeBytes(of: scratch.byteOrder == .little ? value.littleEndian : value.bigEndian, as: UInt64.self)
      place += 8
    }
    return try run(address)
  }

  /// Why the function at `address` is called no more; nil while it is.
  public func lastFault(of address: UInt64) -> Fault? { patience.fault(of: address) }

  /// Of a function that is called no more: why. Nothing was observed then.
  private func refused(_ address: UInt64) -> Fault? {
    guard let fault = patience.fault(of: address) else { return nil }
    clearObservation()
    return fault
  }

  private func clearObservation() {
    refusedAnswer = nil
    observation.pointee.blocks = 0
    observation.pointee.limit_reached = false
    observation.pointee.faulted = false
    requirements.removeAll(keepingCapacity: true)
    observation.pointee.read_count = 0
    observation.pointee.overwritten_count = 0
  }

  private func run(_ address: UInt64) throws(Fault) -> UInt64 {
    do throws(Fault) { return try emulate(address) } catch {
      throw patience.note(error, blocks: observation.pointee.blocks)
    }
  }

  private func emulate(_ address: UInt64) throws(Fault) -> UInt64 {
    lastFunction = address
    guard failures < Self.failureLimit else {
      throw Fault(
        function: address, programCounter: address,
        reason: .processor("the emulator has failed \(failures) times, and is not started again"))
    }
    clearObservation()
    if let link = processor.link {
      set(link, returnAddress)
    } else {
      stackTopPointer.storeBytes(of: returnAddress, as: UInt64.self)
    }
    set(processor.stackPointer, stackTop - UInt64(processor.callerArea))
    var signal: Int32 = 0
    let start = ContinuousClock.now
    let status = start_guarded(engine.handle, address, returnAddress, &signal)
    emulationTime += ContinuousClock.now - start
    guard signal == 0 else { throw abandonEngine(in: address, signal) }
    var programCounter: UInt64 = 0
    uc_reg_read(engine.handle, processor.programCounter, &programCounter)
    undoWrites()
    // s390x stops at the return address with an exception.
    guard programCounter == returnAddress, !observation.pointee.limit_reached, refusedAnswer == nil else {
      let fault = Fault(
        function: address, programCounter: programCounter, reason: reason(for: status))
      engine.reset()
      throw fault
    }
    var result: UInt64 = 0
    uc_reg_read(engine.handle, processor.result, &result)
    return result
  }

  /// The emulator itself has failed: it is left as it is, and a new one takes its place.
  private func abandonEngine(in function: UInt64, _ signal: Int32) -> Fault {
    failures += 1
    engine.abandon()
    if let next = try? Engine(setup) { engine = next } else { failures = Self.failureLimit }
    undoWrites()
    return Fault(
      function: function, programCounter: function,
      reason: .processor("the emulator can't translate its instructions (signal \(signal))"))
  }

  private func reason(for status: uc_err) -> Fault.Reason {
    if let refusedAnswer { return refusedAnswer }
    let seen = observation.pointee
    if seen.limit_reached { return .endless(blocks: seen.blocks) }
    if seen.faulted {
      switch uc_mem_type(UInt32(seen.fault_kind)) {
      case UC_MEM_WRITE_UNMAPPED, UC_MEM_WRITE_PROT: return .write(seen.fault_address)
      case UC_MEM_FETCH_UNMAPPED, UC_MEM_FETCH_PROT: return .execute(seen.fault_address)
      default: return .read(seen.fault_address)
      }
    }
    return .processor(String(cString: uc_strerror(status)))
  }

  private func undoWrites() {
    let count = Int(observation.pointee.overwritten_count)
    guard count > 0, let overwritten = overwritten_memory(observation) else { return }
    for index in (0..<count).reversed() {
      var before = overwritten[index].before
      uc_mem_write(engine.handle, overwritten[index].address, &before, Int(overwritten[index].size))
    }
  }

  private func set(_ register: Int32, _ value: UInt64) {
    var value = value
    uc_reg_write(engine.handle, register, &value)
  }
}
