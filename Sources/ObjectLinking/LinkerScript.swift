import KernelImage

/// The linker script that makes a small kernel image of a few objects.
///
/// Code and data are laid out as a kernel's are. A symbol that no object defines gets an address of its own: functions that
/// an emulated call may pass through without effect, or that are answered, return at once; any other stands, by name, between
/// `__ctxabi_undefined_start` and `__ctxabi_undefined_end`, where there is no code, so that a call of it is noticed, and no
/// known data, so that an answer is noticed that hangs on them.
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
    "memset", "memcpy", "memmove", "__memset", "__memcpy", "__memmove",
  ]
  private static let returningPrefixes = [
    "__sanitizer_", "__asan_", "__hwasan_", "__kasan_", "__tsan_", "__msan_", "__ubsan_", "__kcsan_",
    "__gcov_", "__cfi_slowpath",
  ]

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

  /// The instructions at a symbol that is called; nil for one that must not be, or is no function.
  private func stub(_ name: String) -> String? {
    returns(name) ? returnInstruction : indirectJump(name).map(bytes)
  }

  /// A jump to where a register points, in place of the function that makes it harder to predict.
  private func indirectJump(_ name: String) -> [UInt8]? {
    switch architecture {
    case .x86_64:
      // __x86_indirect_thunk_r11 and the like (arch/x86/lib/retpoline.S): jmp *%r11
      let prefixes = ["__x86_indirect_thunk_", "__x86_indirect_call_thunk_", "__x86_indirect_jump_thunk_"]
      guard let prefix = prefixes.first(where: name.hasPrefix),
        let number = Self.x86Registers.firstIndex(of: String(name.dropFirst(prefix.count)))
      else { return nil }
      return (number < 8 ? [] : [0x41]) + [0xff, 0xe0 | UInt8(number & 7)]
    case .s390x:
      // __s390_indirect_jump_r14 (arch/s390/lib/expoline.S): br %r14
      let prefix = "__s390_indirect_jump_r"
      guard name.hasPrefix(prefix), let number = UInt8(name.dropFirst(prefix.count)), number < 16 else { return nil }
      return [0x07, 0xf0 | number]
    case .arm64, .riscv64: return nil
    }
  }

  /// In the order of their numbers.
  private static let x86Registers = [
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
  ]

  private func bytes(_ values: some Sequence<UInt8>) -> String {
    values.map { "BYTE(\($0))" }.joined(separator: " ")
  }

  var text: String {
    let stubs = undefined.compactMap { name in
      stub(name).map { "    . = ALIGN(16); \(name) = .; \($0)\n" }
    }
    // Within reach of a call instruction of every architecture (arm64: 128 MB).
    let nowhere = base + 0x400_0000
    let others = undefined.filter { stub($0) == nil && !isGiven($0) }
    // A page behind the last, where what is a large structure goes on.
    let end = (nowhere + UInt64(others.count) * 16 + 0x1fff) & ~0xfff
    let absent = others.enumerated().map { index, name in
      "  \(name) = 0x\(String(nowhere + UInt64(index) * 16, radix: 16));\n"
    }
    let limit =
      processorLimit.map { undefined.contains("nr_cpu_ids") ? "    . = ALIGN(8); nr_cpu_ids = .; LONG(\($0))\n" : "" } ?? ""
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
      \(limit)    }
        .bss : { *(.bss .bss.* .sbss .sbss.* COMMON) }
        /DISCARD/ : {
          *(.discard .discard.* .orc* .export_symbol .modinfo .note.GNU-stack .comment .eh_frame
            .eh_frame.* .initcall* .smp_locks .altinstructions __bug_table __ex_table
            __mcount_loc __patchable_function_entries .return_sites .retpoline_sites .call_sites
            .ibt_endbr_seal .cfi_sites .static_call_sites .printk_index __jump_table)
        }
      \(absent.joined())  __ctxabi_undefined_start = 0x\(String(nowhere, radix: 16));
        __ctxabi_undefined_end = 0x\(String(end, radix: 16));
      \(perProcessorStart)}

      """
  }

  private func isGiven(_ name: String) -> Bool {
    name == "nr_cpu_ids" && processorLimit != nil
      || ["__per_cpu_start", "linux_banner", "_GLOBAL_OFFSET_TABLE_"].contains(name)
  }
}
