/// The order of the bytes of a multi-byte value.
public enum ByteOrder: String, Sendable, Hashable, CaseIterable {
  case little, big

  /// The order of the machine that this program runs on.
  public static var host: ByteOrder { Int(1).littleEndian == 1 ? .little : .big }
}
