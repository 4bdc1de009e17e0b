import KernelImage

/// The linker script that makes a small kernel image of a few objects.
///
/// Code and data are laid out as a kernel's are. A symbol that no object defines gets an address of its own: functions that
/// an emulated call may pass through without effect, or that are answered, return at once; any other stands where there is
/// no memory, so that a call of it is noticed, by name.
struct LinkerScript {
  let architecture: Architecture
  /// What no object defines, sorted.
  let undefined: [String]
  /// What stands at `linux_banner`.
  let banner: String
  /// `CONFIG_NR_CPUS`, where it is known: what `nr_cpu_ids` starts with.
  let processorLimit: UInt32?

  /// Functions that need not be run: tracing, sanitisers, return thunks, messages; and those that are answered instead.
  private static let returning: Set<String> = [
    "capable", "ns_capable", "bpf_token_capable", "bpf_log", "_printk", "printk", "__warn_printk",
    "bpf_get_btf_vmlinux", "btf_find_by_name_kind", "__fentry__", "mcount", "_mcount",
    "security_locked_down", "___ratelimit", "queue_work_on", "trace_set_clr_event", "metadata_dst_alloc_percpu",
    "bpf_iter_get_func_proto", "__x86_return_thunk", "__stack_chk_fail", "ftrace_likely_update",
  ]
  private static let returningPrefixes = [
    "__sanitizer_", "__asan_", "__hwasan_", "__kasan_", "__tsan_", "__msan_", "__ubsan_", "__kcsan_",
    "__gcov_",
  ]

  /// Variables that code on the way to an answer reads, and hands on without a look: work queues (bpf_get_trace_printk_proto,
  /// kernel/trace/bpf_trace.c).
  private static let emptyVariables: Set<String> = ["system_wq", "system_percpu_wq"]

  /// x86-64 kernels before 6.15 find a function's stack guard in per-processor data that start at 0, and refer to no symbol for
  /// it; what tells such a kernel is where these data start.
  private var perProcessorStart: String {
    let isKnown = undefined.contains { $0.hasSuffix("stack_chk_guard") }
    return architecture == .x86_64 && !isKnown ? "  __per_cpu_start = 0;\n" : ""
  }

  private func returns(_ name: String) -> Bool {
    Self.returning.contains(name) || Self.returningPrefixes.contains { name.hasPrefix($0) }
  }

  /// The first address, where a kernel of the architecture is linked.
  private var base: UInt64 {
    switch architecture {
    case .x86_64: 0xffff_ffff_8100_0000
    case .arm64: 0xffff_8000_8000_0000
    case .riscv64: 0xffff_ffff_8000_0000
    case .s390x: 0x10_0000
    }
  }

  /// A return instruction, as the linker writes its bytes.
  private var returnInstruction: String {
    switch architecture {
    case .x86_64: bytes([0xc3])
    case .arm64: bytes([0xc0, 0x03, 0x5f, 0xd6])
    case .riscv64: bytes([0x67, 0x80, 0x00, 0x00])
    case .s390x: bytes([0x07, 0xfe])
    }
  }

  private func bytes(_ values: some Sequence<UInt8>) -> String {
    values.map { "BYTE(\($0))" }.joined(separator: " ")
  }

  var text: String {
    let stubs = undefined.filter(returns).map { "    . = ALIGN(16); \($0) = .; \(returnInstruction)\n" }
    // Within reach of a call instruction of every architecture (arm64: 128 MB).
    let nowhere = base + 0x400_0000
    let others = undefined.filter { !returns($0) && !isGiven($0) }
    let absent = others.enumerated().map { index, name in
      "  \(name) = 0x\(String(nowhere + UInt64(index) * 16, radix: 16));\n"
    }
    let limit =
      processorLimit.map { undefined.contains("nr_cpu_ids") ? "    . = ALIGN(8); nr_cpu_ids = .; LONG(\($0))\n" : "" } ?? ""
    let variables = undefined.filter(Self.emptyVariables.contains).map { "    . = ALIGN(8); \($0) = .; QUAD(0)\n" }.joined()
    return """
      SECTIONS {
        . = 0x\(String(base, radix: 16));
        .text : {
          *(.text .text.* .noinstr.text .ref.text .static_call.text .init.text .exit.text)
      \(stubs.joined())  }
        . = ALIGN(4096);
        .rodata : {
          linux_banner = .; \(bytes(Array(banner.utf8) + [0]))
          . = ALIGN(64);
          *(.rodata .rodata.* .data..ro_after_init .data.rel.ro .data.rel.ro.*)
        }
        . = ALIGN(4096);
        .data : {
          *(.data .data.* .sdata .sdata.* .init.data .init.data.* .got .got.plt)
      \(limit)\(variables)    }
        .bss : { *(.bss .bss.* .sbss .sbss.* COMMON) }
        /DISCARD/ : {
          *(.discard .discard.* .orc* .export_symbol .modinfo .note.GNU-stack .comment .eh_frame
            .eh_frame.* .initcall* .smp_locks .altinstructions __bug_table __ex_table
            __mcount_loc __patchable_function_entries .return_sites .retpoline_sites .call_sites
            .ibt_endbr_seal .cfi_sites .static_call_sites .printk_index __jump_table)
        }
      \(absent.joined())\(perProcessorStart)}

      """
  }

  private func isGiven(_ name: String) -> Bool {
    Self.emptyVariables.contains(name) || name == "nr_cpu_ids" && processorLimit != nil
      || ["__per_cpu_start", "linux_banner", "_GLOBAL_OFFSET_TABLE_"].contains(name)
  }
}
