import BPF
import ByteReading
import Glibc

/// The kernel that runs this process: what it says of itself, and its types.
public struct RunningKernel: Sendable {
  /// What `uname -r` and `uname -m` print.
  public let release: String
  public let machine: String
  /// The text of /proc/version, which is that of `linux_banner`.
  public let banner: String
  /// The ELF notes of the kernel's image (/sys/kernel/notes), the build id among them; nil where it shows none.
  public let notes: ByteView?
  /// The kernel's BTF.
  public let btf: ByteView

  /// Where the kernel offers its types.
  public static let btfPath = "/sys/kernel/btf/vmlinux"

  /// Reads what the running kernel tells every process.
  public init() throws(LiveKernelError) {
    var name = utsname()
    uname(&name)
    release = Self.text(of: &name.release)
    machine = Self.text(of: &name.machine)
    do { btf = try KernelFile.read(Self.btfPath) } catch { throw .noTypes(error) }
    do {
      let version = try KernelFile.read("/proc/version")
      banner = version.withBytes { String(decoding: $0, as: UTF8.self) }
    } catch { throw .file(error) }
    notes = try? KernelFile.read("/sys/kernel/notes")
  }

  private static func text<Field>(of field: inout Field) -> String {
    withUnsafeBytes(of: &field) { bytes in
      String(decoding: bytes[..<(bytes.firstIndex(of: 0) ?? bytes.count)], as: UTF8.self)
    }
  }

  /// Something that loads programs into this kernel, tried out.
  ///
  /// - Throws: when this process may not, or when the kernel does not show what becomes of a program.
  public func loader() throws(LiveKernelError) -> SystemCallLoader {
    let loader = SystemCallLoader()
    try LoaderTrial(capabilities: Capabilities.effective, surroundings: .ofThisProcess).check(loader)
    return loader
  }

  /// `kernel.unprivileged_bpf_disabled`: whether processes without capabilities may load programs; nil where it is not told.
  public var allowsUnprivileged: Bool? {
    (try? KernelFile.number("/proc/sys/kernel/unprivileged_bpf_disabled")).map { $0 == 0 }
  }
}

extension RunningKernel {
  /// `CONFIG_NR_CPUS`: one more than the largest number that a processor may have (drivers/base/cpu.c); nil where it is not
  /// told.
  public var configuredProcessors: UInt64? {
    (try? KernelFile.number("/sys/devices/system/cpu/kernel_max")).flatMap { UInt64(exactly: $0) }.map { $0 + 1 }
  }
}

/// Small files of /proc and /sys, which tell no true size and can't all be mapped.
enum KernelFile {
  /// The largest kernel BTF is under 20 MB.
  private static let limit = 1 << 28

  static func read(_ path: String) throws(FileError) -> ByteView {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, code: errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    var count = 0
    while true {
      if count == bytes.count {
        guard count < limit else { throw FileError(path: path, problem: "is longer than \(limit) bytes") }
        bytes.append(contentsOf: repeatElement(0, count: count))
      }
      let part = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
      }
      if part < 0, errno == EINTR { continue }
      guard part >= 0 else { throw FileError(path: path, code: errno) }
      if part == 0 { break }
      count += part
    }
    guard count > 0 else { throw FileError(path: path, problem: "is empty") }
    return ByteView(copying: bytes[..<count], place: BytePlace(file: path))
  }

  static func number(_ path: String) throws(FileError) -> Int {
    let text = try read(path).withBytes { String(decoding: $0, as: UTF8.self) }
    guard let number = Int(text.filter { !$0.isWhitespace }) else {
      throw FileError(path: path, problem: "holds no number")
    }
    return number
  }
}
