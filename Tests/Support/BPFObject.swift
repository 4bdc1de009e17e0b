import ByteReading
import Foundation

/// Compiles BPF programs for a test, with the clang that comes with Swift.
public enum BPFObject {
  /// The object's path.
  ///
  /// - Parameter source: C without includes.
  public static func compile(
    _ source: String, name: String = "test.bpf", order: ByteOrder = .little, flags: [String] = []
  ) throws -> String {
    let file = try TemporaryFile.write(Array((header + source).utf8), name: "\(name).c")
    let directory = URL(fileURLWithPath: file).deletingLastPathComponent().path
    let target = order == .little ? "bpfel" : "bpfeb"
    try Command.run(
      Toolchain.found.get().clang,
      ["-target", target, "-O2", "-g", "-mcpu=v3", "-Wno-everything", "-c", "\(name).c", "-o", "\(name).o"] + flags,
      in: directory)
    return "\(directory)/\(name).o"
  }

  /// What every program begins with. Lines count from the source itself.
  private static let header = """
    typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64;
    #define SEC(name) __attribute__((section(name), used))
    #define CORE __attribute__((preserve_access_index))
    #define NOINLINE __attribute__((noinline))
    #define field_exists(field) __builtin_preserve_field_info(field, 2)
    #define field_size(field) __builtin_preserve_field_info(field, 1)
    #line 1

    """
}
