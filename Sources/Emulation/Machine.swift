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
  private let engine: OpaquePointer
  private let processor: Processor
  private let returnAddress: UInt64
  private let stackTop: UInt64
  private let stackTopPointer: UnsafeMutableRawPointer
  private var regions: [HostRegion] = []
  private let memory: KernelMemory
  private var initialState: OpaquePointer?
  private var answers: [Answer] = []
  private let byteOrder: ByteOrder
  /// How long the calls took so far.
  public private(set) var emulationTime = Duration.zero

  /// After so many basic blocks a call is taken for one that does not end. The longest callback known takes 60.
  static let blockLimit: UInt64 = 20_000

  /// Sets up a processor for the kernel in `image`.
  public init(_ image: KernelImage) throws(EmulationError) {
    processor = Processor(image.architecture)
    memory = image.memory
    byteOrder = image.architecture.byteOrder
    var engine: OpaquePointer?
    try Self.check(uc_open(processor.architecture, processor.mode, &engine), "open an engine")
    guard let engine else { throw EmulationError(problem: "the engine is missing") }
    self.engine = engine
    observation = .allocate(capacity: 1)
    observation.initialize(to: CUnicornHooks.observation())
    observation.pointee.block_limit = Self.blockLimit

    let layout = AddressLayout(avoiding: image.memory.segments)
    let stack = try HostRegion(byteCount: AddressLayout.stackSize)
    let scratchRegion = try HostRegion(byteCount: AddressLayout.scratchSize)
    let thread = try HostRegion(byteCount: AddressLayout.threadSize)
    let returnPage = try HostRegion(byteCount: AddressLayout.pageSize)
    returnAddress = layout.returnPage
    stackTop = layout.stack + UInt64(AddressLayout.stackSize) - 0x1000
    stackTopPointer = stack.start + AddressLayout.stackSize - 0x1000
    scratch = ScratchMemory(
      address: layout.scratch, start: scratchRegion.start, count: AddressLayout.scratchSize,
      byteOrder: image.architecture.byteOrder)
    regions = [stack, scratchRegion, thread, returnPage]

    try map(stack, at: layout.stack, "the stack")
    try map(scratchRegion, at: layout.scratch, "scratch memory")
    try map(thread, at: layout.thread, "the thread area")
    try map(returnPage, at: layout.returnPage, "the return page")
    for segment in image.memory.segments { try map(segment) }
    for (register, value) in Processor.initialRegisters(
      image.architecture, threadArea: layout.thread,
      perProcessorDataIsZeroBased: image.hasZeroBasedPerCPUData,
      globalPointer: image.symbols.address(of: "__global_pointer$"))
    {
      try write(register, value)
    }
    try Self.check(observe_blocks(engine, observation), "count blocks")
    try Self.check(observe_faults(engine, observation), "observe faults")
    for segment in image.memory.segments {
      try Self.check(
        observe_writes(
          engine, observation, segment.address, segment.address + UInt64(segment.memorySize) - 1),
        "observe writes")
    }
    try Self.check(uc_context_alloc(engine, &initialState), "allocate a context")
    try Self.check(uc_context_save(engine, initialState), "save the initial state")
  }

  deinit {
    if let initialState { uc_context_free(initialState) }
    uc_close(engine)
    observation.deallocate()
  }

  // MARK: - Answers and observation

  /// A function that is answered instead of run.
  private final class Answer {
    let value: () -> UInt64
    let isPrivilegeCheck: Bool
    unowned let machine: Machine

    init(machine: Machine, isPrivilegeCheck: Bool, value: @escaping () -> UInt64) {
      self.machine = machine
      self.isPrivilegeCheck = isPrivilegeCheck
      self.value = value
    }
  }

  /// Whether functions that check a capability say yes.
  public var isPrivileged = true

  /// From now on a call of the function at `address` is answered with what `value` gives, and does not run.
  public func answer(_ address: UInt64, with value: @escaping () -> UInt64) throws(EmulationError) {
    try install(Answer(machine: self, isPrivilegeCheck: false, value: value), at: address)
  }

  /// From now on a call of the function at `address` is answered with whether `isPrivileged`, and noted.
  public func answerPrivilegeCheck(_ address: UInt64) throws(EmulationError) {
    let answer = Answer(machine: self, isPrivilegeCheck: true) { [unowned self] in
      isPrivileged ? 1 : 0
    }
    try install(answer, at: address)
  }

  private func install(_ answer: Answer, at address: UInt64) throws(EmulationError) {
    answers.append(answer)
    var hook = 0
    try Self.check(
      hook_instruction(
        engine, &hook, address,
        { _, _, _, context in
          guard let context else { return }
          let answer = Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue()
          if answer.isPrivilegeCheck {
            answer.machine.observation.pointee.answered_privilege = true
          }
          answer.machine.returnFromFunction(with: answer.value())
        }, Unmanaged.passUnretained(answer).toOpaque()),
      "answer the function at \(hexadecimal(address))")
  }

  /// The value of the first integer argument, for an answer that depends on it.
  public func argument(_ index: Int) -> UInt64 {
    var value: UInt64 = 0
    uc_reg_read(engine, processor.arguments[index], &value)
    return value
  }

  private func returnFromFunction(with value: UInt64) {
    var value = value
    var target: UInt64 = 0
    uc_reg_write(engine, processor.result, &value)
    if let link = processor.link {
      uc_reg_read(engine, link, &target)
    } else {
      var stackPointer: UInt64 = 0
      uc_reg_read(engine, processor.stackPointer, &stackPointer)
      uc_mem_read(engine, stackPointer, &target, 8)
      stackPointer &+= 8
      uc_reg_write(engine, processor.stackPointer, &stackPointer)
    }
    uc_reg_write(engine, processor.programCounter, &target)
  }

  /// From now on the reads of the scratch memory at `offset` are noted in `observedReads`.
  public func observeReads(ofScratch offset: Int, count: Int) throws(EmulationError) {
    let first = scratch.address + UInt64(offset)
    try Self.check(
      observe_reads(engine, observation, first, first + UInt64(count) - 1), "observe reads")
  }

  /// Whether the last call asked for a capability.
  public var askedForPrivilege: Bool { observation.pointee.answered_privilege }

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

  // MARK: - Calls

  /// Calls the function at `address` and returns what it returns, undoing what it wrote to the kernel's memory.
  ///
  /// - Throws: `Fault` when it does not return: an access to memory that is not there, an instruction that can't be
  ///   emulated, or too many basic blocks.
  public func call(
    _ address: UInt64, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0,
    _ fourth: UInt64 = 0, _ fifth: UInt64 = 0
  ) throws(Fault) -> UInt64 {
    observation.pointee.blocks = 0
    observation.pointee.limit_reached = false
    observation.pointee.faulted = false
    observation.pointee.answered_privilege = false
    observation.pointee.read_count = 0
    observation.pointee.overwritten_count = 0
    set(processor.arguments[0], first)
    set(processor.arguments[1], second)
    set(processor.arguments[2], third)
    set(processor.arguments[3], fourth)
    set(processor.arguments[4], fifth)
    if let link = processor.link {
      set(link, returnAddress)
    } else {
      stackTopPointer.storeBytes(of: returnAddress, as: UInt64.self)
    }
    set(processor.stackPointer, stackTop - UInt64(processor.callerArea))
    let start = ContinuousClock.now
    let status = uc_emu_start(engine, address, returnAddress, 0, 0)
    emulationTime += ContinuousClock.now - start
    var programCounter: UInt64 = 0
    uc_reg_read(engine, processor.programCounter, &programCounter)
    undoWrites()
    // s390x stops at the return address with an exception.
    guard programCounter == returnAddress, !observation.pointee.limit_reached else {
      let fault = Fault(
        function: address, programCounter: programCounter, reason: reason(for: status))
      uc_context_restore(engine, initialState)
      throw fault
    }
    var result: UInt64 = 0
    uc_reg_read(engine, processor.result, &result)
    return result
  }

  private func reason(for status: uc_err) -> Fault.Reason {
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
      uc_mem_write(engine, overwritten[index].address, &before, Int(overwritten[index].size))
    }
  }

  private func set(_ register: Int32, _ value: UInt64) {
    var value = value
    uc_reg_write(engine, register, &value)
  }

  private func write(_ register: Int32, _ value: UInt64) throws(EmulationError) {
    var value = value
    try Self.check(uc_reg_write(engine, register, &value), "set a register")
  }

  // MARK: - Memory

  private func map(
    _ region: HostRegion, at address: UInt64, _ what: String
  ) throws(EmulationError) {
    try Self.check(
      uc_mem_map_ptr(engine, address, region.count, UC_PROT_ALL.rawValue, region.start),
      "map \(what) at \(hexadecimal(address))")
  }

  /// Maps a segment of the image straight from our private mapping of the file, and zeroed memory behind it.
  private func map(_ segment: Segment) throws(EmulationError) {
    let page = UInt64(AddressLayout.pageSize)
    let lead = Int(segment.address % page)
    let start = segment.address - UInt64(lead)
    let total = (lead + segment.memorySize + AddressLayout.pageSize - 1) & ~(AddressLayout.pageSize - 1)
    let host = UnsafeMutableRawPointer(mutating: segment.bytes.unsafeStart) - lead
    let fileEnd = lead + segment.bytes.count
    let wholePages = fileEnd & ~(AddressLayout.pageSize - 1)
    // Whole pages are taken as they lie in the file when the file is mapped so that pages fall on pages; the rest of
    // the segment is copied in front of zeroes.
    let direct = Int(bitPattern: host) % AddressLayout.pageSize == 0 && lead == 0 ? wholePages : 0
    if direct > 0 {
      try Self.check(
        uc_mem_map_ptr(engine, start, direct, UC_PROT_ALL.rawValue, host),
        "map the segment at \(hexadecimal(segment.address))")
    }
    guard total > direct else { return }
    let rest = try HostRegion(byteCount: total - direct)
    regions.append(rest)
    if direct > 0 {
      rest.start.copyMemory(from: host + direct, byteCount: fileEnd - direct)
    } else {
      (rest.start + lead).copyMemory(
        from: segment.bytes.unsafeStart, byteCount: segment.bytes.count)
    }
    try map(rest, at: start + UInt64(direct), "the segment at \(hexadecimal(segment.address))")
  }

  private static func check(_ status: uc_err, _ action: String) throws(EmulationError) {
    guard status == UC_ERR_OK else {
      throw EmulationError(problem: "can't \(action): \(String(cString: uc_strerror(status)))")
    }
  }
}
