/// Where the arguments of the callbacks lie in the machine's scratch memory, in bytes from its start.
enum ScratchLayout {
  /// The instruction to convert, and the buffer for what replaces it (the kernel's is 16 or 32 instructions long).
  static let instruction = 0x0
  static let instructionBuffer = 0x1000
  static let instructionBufferSize = 0x1000
  static let targetSize = 0x2000
  static let info = 0x3000
  static let infoLimit = 0x1000
  /// `struct bpf_verifier_log`, all zero: a level of 0 means that nothing is logged.
  static let log = 0x4000
  static let logSize = 0x2000
  static let program = 0x8000
  static let programLimit = 0x1000
  static let aux = 0x10000
  static let auxLimit = 0x8000
  /// What stands for `struct btf` of the running kernel: it is handed on, and not looked into.
  static let kernelTypes = 0x20000
  /// `struct bpf_verifier_env`, and what it points to: `struct bpf_verifier_state`, `struct bpf_func_state` and `struct
  /// bpf_insn_aux_data` of one instruction.
  static let environment = 0x28000
  static let environmentLimit = 0x10000
  static let state = 0x38000
  static let stateLimit = 0x1000
  static let frame = 0x39000
  static let frameLimit = 0x4000
  static let instructionData = 0x3d000
  static let instructionDataLimit = 0x1000
  /// What instrumented code is told of memory, and of the arguments of calls: `struct kmsan_context_state`
  /// (include/linux/kmsan_types.h).
  static let memoryNotes = 0x40000
  static let sanitizerState = 0x48000
}
