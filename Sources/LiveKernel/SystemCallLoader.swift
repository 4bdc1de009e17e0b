import BPF
import ByteReading
import CLibbpf
import Glibc

/// Loads programs into the running kernel by bpf(2), through libbpf: it raises the limit on locked memory where the kernel
/// counts programs against it, and repeats calls that a signal interrupts (EAGAIN) a few times.
public final class SystemCallLoader: ProgramLoader {
  private var words: [UInt64] = []
  private var translated = [UInt64](repeating: 0, count: 512)
  private var logText = [CChar](repeating: 0, count: 1 << 20)
  private var mapDescriptor: Int32?

  public init() {
    // Refusals are what most calls are made for; libbpf would write each to the standard error.
    _ = libbpf_set_print(nil)
  }

  deinit {
    if let mapDescriptor { close(mapDescriptor) }
  }

  public func load(_ program: ProgramDraft) -> LoadResult {
    var options = options(program)
    let descriptor = load(program, &options)
    guard descriptor >= 0 else { return .refused(-descriptor) }
    defer { close(descriptor) }
    return readBack(descriptor)
  }

  public func log(of program: ProgramDraft, withStates: Bool) -> String {
    logText.withUnsafeMutableBufferPointer { buffer in
      buffer[0] = 0
      var options = options(program)
      options.log_level = withStates ? 2 : 1
      options.log_buf = buffer.baseAddress
      options.log_size = UInt32(buffer.count)
      let descriptor = load(program, &options)
      if descriptor >= 0 { close(descriptor) }
      let bytes = UnsafeRawBufferPointer(buffer)
      return String(decoding: bytes[..<(bytes.firstIndex(of: 0) ?? bytes.count)], as: UTF8.self)
    }
  }

  public func refusalWithoutPrivilege(_ program: ProgramDraft) -> Int32? {
    var options = options(program)
    var descriptor: Int32 = -EPERM
    Capabilities.withoutAny { descriptor = load(program, &options) }
    guard descriptor >= 0 else { return -descriptor }
    close(descriptor)
    return nil
  }

  public func socketMap() -> Int32? {
    if let mapDescriptor { return mapDescriptor }
    let descriptor = bpf_map_create(BPF_MAP_TYPE_XSKMAP, nil, 4, 4, 1, nil)
    guard descriptor >= 0 else { return nil }
    mapDescriptor = descriptor
    return descriptor
  }

  // MARK: - Calls

  private func options(_ program: ProgramDraft) -> bpf_prog_load_opts {
    var options = bpf_prog_load_opts()
    options.sz = MemoryLayout<bpf_prog_load_opts>.size
    options.expected_attach_type = bpf_attach_type(rawValue: program.attachType)
    options.prog_flags = program.flags
    return options
  }

  /// The descriptor of the loaded program, or the negative error number.
  private func load(_ program: ProgramDraft, _ options: inout bpf_prog_load_opts) -> Int32 {
    words.removeAll(keepingCapacity: true)
    for instruction in program.code { words.append(instruction.word(.host)) }
    return words.withUnsafeBytes { bytes in
      bpf_prog_load(
        bpf_prog_type(rawValue: program.type), nil, "GPL",
        bytes.baseAddress?.assumingMemoryBound(to: bpf_insn.self), program.code.count, &options)
    }
  }

  /// `BPF_OBJ_GET_INFO_BY_FD` (`bpf_prog_get_info_by_fd`, kernel/bpf/syscall.c): it leaves a null pointer where it withholds
  /// the instructions.
  private func readBack(_ descriptor: Int32) -> LoadResult {
    for _ in 0..<2 {
      let size = translated.count * Instruction.byteCount
      let (status, length, isShown) = translated.withUnsafeMutableBytes { bytes in
        var info = bpf_prog_info()
        var infoLength = UInt32(MemoryLayout<bpf_prog_info>.size)
        info.xlated_prog_len = UInt32(size)
        info.xlated_prog_insns = UInt64(UInt(bitPattern: bytes.baseAddress))
        let status = bpf_obj_get_info_by_fd(descriptor, &info, &infoLength)
        return (status, Int(info.xlated_prog_len), info.xlated_prog_insns != 0)
      }
      guard status == 0, isShown, length > 0 else { return .withheld }
      guard length > size else {
        return .translated(
          translated[..<(length / Instruction.byteCount)].map { Instruction(word: $0, .host) })
      }
      // A program that is longer than the buffer is cut off; no kernel makes one longer than a million instructions.
      guard length <= 8 << 20 else { return .withheld }
      translated = [UInt64](repeating: 0, count: length / Instruction.byteCount + 1)
    }
    return .withheld
  }
}
