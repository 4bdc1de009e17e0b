import ByteReading
import CUnicorn
import CUnicornHooks
import KernelImage

/// What an engine is set up with: kept, so that another one can take the place of one that has failed.
struct EngineSetup {
  let processor: Processor
  let observation: UnsafeMutablePointer<observation>
  var registers: [(register: Int32, value: UInt64)] = []
  var hooks: [Hook] = []
  var observedReads: [ClosedRange<UInt64>] = []
  fileprivate var mappings: [Mapping] = []
  /// Keep the file mapped that the kernel's memory is in.
  private var segments: [Segment] = []
  /// The kernel's own memory: what is written there is noted.
  fileprivate var kernelRanges: [ClosedRange<UInt64>] = []
  /// What the image does not define, where it has addresses for it.
  fileprivate var absent: ClosedRange<UInt64>?

  /// A callback before the instruction at an address.
  struct Hook {
    let address: UInt64
    let callback: uc_cb_hookcode_t
    let context: UnsafeMutableRawPointer
  }

  fileprivate struct Mapping {
    let address: UInt64
    let start: UnsafeMutableRawPointer
    let count: Int
    let what: String
    var protection = UC_PROT_ALL
    /// Keeps the memory.
    let owner: HostRegion?
  }

  init(_ processor: Processor, _ observation: UnsafeMutablePointer<observation>) {
    self.processor = processor
    self.observation = observation
  }

  /// Maps memory of this process at an address.
  mutating func map(_ region: HostRegion, at address: UInt64, _ what: String) {
    mappings.append(
      Mapping(address: address, start: region.start, count: region.count, what: what, owner: region))
  }

  /// Maps memory that is only read, each time noted, in place of what the image does not define.
  mutating func mapAbsent(_ region: HostRegion, at address: UInt64) {
    mappings.append(
      Mapping(
        address: address, start: region.start, count: region.count, what: "what is not defined", protection: UC_PROT_READ,
        owner: region))
    absent = address...(address + UInt64(region.count) - 1)
  }

  /// Maps the segments of the image. Linkers may let segments share a page: such are mapped as one.
  mutating func map(_ segments: [Segment]) throws(EmulationError) {
    let page = UInt64(AddressLayout.pageSize)
    var group: [Segment] = []
    var end: UInt64 = 0
    for segment in segments.sorted(by: { $0.address < $1.address }) {
      if segment.address & ~(page - 1) >= end {
        try map(together: group)
        group = []
      }
      group.append(segment)
      end = max(end, (segment.address + UInt64(segment.memorySize) + page - 1) & ~(page - 1))
    }
    try map(together: group)
  }

  private mutating func map(together group: [Segment]) throws(EmulationError) {
    guard let first = group.first else { return }
    guard group.count > 1 else { return try map(first) }
    let page = AddressLayout.pageSize
    let start = first.address & ~UInt64(page - 1)
    let end = group.reduce(start) { max($0, $1.address + UInt64($1.memorySize)) }
    let region = try HostRegion(byteCount: (Int(end - start) + page - 1) & ~(page - 1))
    for segment in group {
      kernelRanges.append(segment.address...(segment.address + UInt64(segment.memorySize) - 1))
      (region.start + Int(segment.address - start)).copyMemory(
        from: segment.bytes.unsafeStart, byteCount: segment.bytes.count)
    }
    map(region, at: start, "the segments from \(hexadecimal(first.address)) on")
  }

  /// Maps a segment of the image straight from our private mapping of the file, and zeroed memory behind it.
  private mutating func map(_ segment: Segment) throws(EmulationError) {
    segments.append(segment)
    let page = AddressLayout.pageSize
    let what = "the segment at \(hexadecimal(segment.address))"
    kernelRanges.append(segment.address...(segment.address + UInt64(segment.memorySize) - 1))
    let lead = Int(segment.address % UInt64(page))
    let start = segment.address - UInt64(lead)
    let total = (lead + segment.memorySize + page - 1) & ~(page - 1)
    let host = UnsafeMutableRawPointer(mutating: segment.bytes.unsafeStart) - lead
    let fileEnd = lead + segment.bytes.count
    // Whole pages are taken as they lie in the file when the file is mapped so that pages fall on pages; the rest of
    // the segment is copied in front of zeroes.
    let direct = Int(bitPattern: host) % page == 0 && lead == 0 ? fileEnd & ~(page - 1) : 0
    if direct > 0 {
      mappings.append(Mapping(address: start, start: host, count: direct, what: what, owner: nil))
    }
    guard total > direct else { return }
    let rest = try HostRegion(byteCount: total - direct)
    if direct > 0 {
      rest.start.copyMemory(from: host + direct, byteCount: fileEnd - direct)
    } else {
      (rest.start + lead).copyMemory(
        from: segment.bytes.unsafeStart, byteCount: segment.bytes.count)
    }
    map(rest, at: start + UInt64(direct), what)
  }
}

/// An engine of the emulator.
final class Engine {
  let handle: OpaquePointer
  private let setup: EngineSetup
  private var initialState: OpaquePointer?
  private var isAbandoned = false

  init(_ setup: EngineSetup) throws(EmulationError) {
    var handle: OpaquePointer?
    try Self.check(
      uc_open(setup.processor.architecture, setup.processor.mode, &handle), "open an engine")
    guard let handle else { throw EmulationError(problem: "the engine is missing") }
    self.handle = handle
    self.setup = setup
    for mapping in setup.mappings {
      try Self.check(
        uc_mem_map_ptr(handle, mapping.address, mapping.count, mapping.protection.rawValue, mapping.start),
        "map \(mapping.what) at \(hexadecimal(mapping.address))")
    }
    for (register, value) in setup.registers {
      var value = value
      try Self.check(uc_reg_write(handle, register, &value), "set a register")
    }
    try Self.check(observe_blocks(handle, setup.observation), "count blocks")
    try Self.check(observe_faults(handle, setup.observation), "observe faults")
    for range in setup.kernelRanges {
      try Self.check(
        observe_writes(handle, setup.observation, range.lowerBound, range.upperBound),
        "observe writes")
    }
    if let absent = setup.absent {
      try Self.check(
        observe_absent(handle, setup.observation, absent.lowerBound, absent.upperBound), "observe reads")
    }
    for range in setup.observedReads { try observeReads(range) }
    for hook in setup.hooks { try add(hook) }
    try Self.check(uc_context_alloc(handle, &initialState), "allocate a context")
    try Self.check(uc_context_save(handle, initialState), "save the initial state")
  }

  deinit {
    // What an engine that has failed holds can't be given back.
    guard !isAbandoned else { return }
    if let initialState { uc_context_free(initialState) }
    uc_close(handle)
  }

  func abandon() { isAbandoned = true }

  /// Brings the registers back to what they were in the beginning.
  func reset() { uc_context_restore(handle, initialState) }

  func add(_ hook: EngineSetup.Hook) throws(EmulationError) {
    var number = 0
    try Self.check(
      hook_instruction(handle, &number, hook.address, hook.callback, hook.context),
      "answer the function at \(hexadecimal(hook.address))")
  }

  func observeReads(_ range: ClosedRange<UInt64>) throws(EmulationError) {
    try Self.check(
      observe_reads(handle, setup.observation, range.lowerBound, range.upperBound), "observe reads")
  }

  private static func check(_ status: uc_err, _ action: String) throws(EmulationError) {
    guard status == UC_ERR_OK else {
      throw EmulationError(problem: "can't \(action): \(String(cString: uc_strerror(status)))")
    }
  }
}
