import ByteReading
import CLibelf

extension ElfFile {
  /// The architecture of the kernel that this file is.
  func kernelArchitecture() throws(KernelImageError) -> Architecture {
    guard let architecture = Architecture(elfMachine: machine) else {
      throw .unsupported(
        path: path,
        problem: "its ELF machine is \(machine); x86-64, arm64, riscv64 and s390x kernels are read")
    }
    guard architecture.byteOrder == byteOrder else {
      throw .unsupported(path: path, problem: "a \(byteOrder)-endian \(architecture.rawValue) kernel")
    }
    if section(".gnu.linkonce.this_module") != nil {
      throw .notAKernel(path: path, problem: "is a kernel module, not a kernel")
    }
    return architecture
  }

  /// Whether a part of the file is to be loaded at address 0: the template of the per-CPU data, see `loadableSegments`.
  var hasSegmentAtZero: Bool {
    programHeaders.contains { $0.type == UInt32(PT_LOAD) && $0.memorySize > 0 && $0.address == 0 }
  }

  /// The segments that make up the kernel's memory.
  ///
  /// Left out is what is loaded at address 0: the template of the per-CPU data of x86 kernels before 6.15, which is no
  /// memory of the kernel, and would make null pointers readable.
  func loadableSegments() throws(KernelImageError) -> [Segment] {
    var segments: [Segment] = []
    for header in programHeaders
    where header.type == UInt32(PT_LOAD) && header.memorySize > 0 && header.address >= 0x10000 {
      // A memory size is taken as it is written only up to a bound no kernel reaches: it is mapped later.
      guard header.memorySize <= 1 << 32, header.fileSize <= header.memorySize,
        header.address <= UInt64.max - header.memorySize
      else {
        throw .elf(
          path: path,
          problem:
            "the segment at \(hexadecimal(header.address)) has a memory size of \(hexadecimal(header.memorySize)) and a file size of \(hexadecimal(header.fileSize))"
        )
      }
      do throws(ByteError) {
        segments.append(
          Segment(
            address: header.address, memorySize: Int(header.memorySize),
            bytes: try bytes.slice(
              at: Int(clamping: header.offset), length: Int(header.fileSize),
              part: "segment at \(hexadecimal(header.address))")))
      } catch {
        throw .bytes(error)
      }
    }
    segments.sort { $0.address < $1.address }
    for (lower, upper) in zip(segments, segments.dropFirst())
    where upper.address - lower.address < UInt64(lower.memorySize) {
      throw .elf(
        path: path,
        problem: "the segments at \(hexadecimal(lower.address)) and \(hexadecimal(upper.address)) overlap")
    }
    guard !segments.isEmpty else {
      throw .notAKernel(path: path, problem: "has no loadable segment, so it is no linked kernel")
    }
    return segments
  }
}
