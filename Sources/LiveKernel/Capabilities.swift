import CLibbpf

/// The capabilities of this thread, as capabilities(7) has them.
enum Capabilities {
  /// The effective ones, a bit each; 0 where the kernel does not say.
  static var effective: UInt64 {
    guard let data = read() else { return 0 }
    return UInt64(data.0.effective) | UInt64(data.1.effective) << 32
  }

  /// Calls `body` with no effective capability in this thread. Where they can't be laid down, it is not called.
  static func withoutAny(_ body: () -> Void) {
    guard let before = read() else { return }
    var none = before
    none.0.effective = 0
    none.1.effective = 0
    guard write(none) else { return }
    body()
    _ = write(before)
  }

  private typealias Data = (__user_cap_data_struct, __user_cap_data_struct)

  private static var header: __user_cap_header_struct {
    __user_cap_header_struct(version: UInt32(_LINUX_CAPABILITY_VERSION_3), pid: 0)
  }

  private static func read() -> Data? {
    var header = header
    var data: Data = (__user_cap_data_struct(), __user_cap_data_struct())
    let status = withUnsafeMutableBytes(of: &data) {
      capget(&header, $0.baseAddress?.assumingMemoryBound(to: __user_cap_data_struct.self))
    }
    return status == 0 ? data : nil
  }

  private static func write(_ data: Data) -> Bool {
    var header = header
    var data = data
    return withUnsafeMutableBytes(of: &data) {
      capset(&header, $0.baseAddress?.assumingMemoryBound(to: __user_cap_data_struct.self))
    } == 0
  }
}
