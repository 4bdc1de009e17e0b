import ByteReading

/// The kernel proper, out of whatever it was packed in.
enum KernelContent {
  /// An ELF vmlinux, stripped or not.
  case elf(ByteView)
  /// Memory from the kernel's first byte on, without any headers that say where it goes.
  case flat(FlatImage)
}

/// A kernel as a boot loader copies it to memory: no sections, no symbols, no addresses.
struct FlatImage {
  let architecture: Architecture
  let bytes: ByteView
  /// How many bytes of memory it takes, memory that starts as zeroes included; at least as many as there are bytes.
  let memorySize: Int
}
