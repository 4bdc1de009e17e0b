import Emulation
import KernelImage

/// Answers the functions that instrumented code calls as if nothing was ever found.
///
/// Most of them report, or count, and need not be run (compilers call them by these names; the kernel's are in mm/kasan,
/// mm/kmsan/instrumentation.c, kernel/kcsan/core.c, kernel/kcov.c, lib/ubsan.c). Those of KMSAN lead to notes on memory; and
/// copies that were taken over from C's functions must be made.
struct Instrumentation {
  private let machine: Machine
  private let symbols: SymbolTable

  init(_ machine: Machine, _ image: KernelImage) {
    self.machine = machine
    symbols = image.symbols
  }

  func answer() throws(EmulationError) {
    for name in Self.silent { try forEach(name) { address throws(EmulationError) in try machine.answer(address) { 0 } } }
    for name in Self.notes {
      try forEach(name) { address throws(EmulationError) in
        try machine.answerTwoPointers(address, with: memory(ScratchLayout.memoryNotes))
      }
    }
    let state = memory(ScratchLayout.sanitizerState)
    try forEach("__msan_get_context_state") { address throws(EmulationError) in try machine.answer(address) { state } }
    for prefix in ["__asan_", "__hwasan_", "__msan_", "__"] + (isLinked ? [""] : []) {
      for (name, fills) in [("memset", true), ("memcpy", false), ("memmove", false)] {
        // The kernel's own memset and memcpy can be run.
        if prefix == "__", !isLinked { continue }
        try forEach(prefix + name) { address throws(EmulationError) in
          try machine.answerMemoryFunction(address, fills: fills)
        }
      }
    }
  }

  /// Whether the image was linked of a few objects: functions that none of them defines do nothing.
  private var isLinked: Bool { symbols.address(of: "__ctxabi_undefined_start") != nil }

  private func memory(_ offset: Int) -> UInt64 { machine.scratch.address + UInt64(offset) }

  private func forEach(
    _ name: String, _ body: (UInt64) throws(EmulationError) -> Void
  ) throws(EmulationError) {
    for address in symbols.addresses(of: name) { try body(address) }
  }

  /// `struct shadow_origin_ptr __msan_metadata_ptr_for_load_4(void *addr)` and the like.
  private static let notes = ["load", "store"].flatMap { access in
    ["1", "2", "4", "8", "n"].map { "__msan_metadata_ptr_for_\(access)_\($0)" }
  }

  private static let silent: [String] = addressChecks + accessNotes + coverage + undefinedBehaviour + others

  /// KASAN's.
  private static let addressChecks: [String] = ["load", "store"].flatMap { access in
    ["1", "2", "4", "8", "16", "N", "_n"].flatMap { size in
      [
        "__asan_\(access)\(size)", "__asan_\(access)\(size)_noabort", "__asan_report_\(access)\(size)_noabort",
        "__hwasan_\(access)\(size)_noabort",
      ]
    }
  }

  /// KCSAN's.
  private static let accessNotes: [String] = [
    "read", "write", "unaligned_read", "unaligned_write", "volatile_read", "volatile_write", "read_write",
  ].flatMap { access in ["1", "2", "4", "8", "16"].map { size in "__tsan_\(access)\(size)" } }

  /// KCOV's.
  private static let coverage: [String] =
    ["__sanitizer_cov_trace_pc", "__sanitizer_cov_trace_switch"]
    + ["1", "2", "4", "8"].flatMap { ["__sanitizer_cov_trace_cmp\($0)", "__sanitizer_cov_trace_const_cmp\($0)"] }

  private static let undefinedBehaviour: [String] = [
    "add_overflow", "sub_overflow", "mul_overflow", "divrem_overflow", "negate_overflow", "out_of_bounds",
    "shift_out_of_bounds", "load_invalid_value", "type_mismatch", "type_mismatch_v1", "alignment_assumption",
    "implicit_conversion",
  ].map { "__ubsan_handle_\($0)" }

  private static let others: [String] = [
    "__tsan_func_entry", "__tsan_func_exit", "__tsan_init", "__asan_handle_no_return", "__hwasan_tag_memory",
    "__msan_warning", "__msan_poison_alloca", "__msan_unpoison_alloca", "__msan_instrument_asm_store", "__cfi_slowpath",
    "__cfi_slowpath_diag",
  ]
}
