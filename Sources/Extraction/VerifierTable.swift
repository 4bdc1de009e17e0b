import ByteReading
import KernelImage

/// Finds `bpf_verifier_ops` (kernel/bpf/verifier.c): an array of pointers to `struct bpf_verifier_ops`, indexed by `enum
/// bpf_prog_type`.
enum VerifierTable {
  /// The table's address.
  static func address(
    in image: KernelImage, _ layout: VerifierLayout
  ) throws(ExtractionError) -> UInt64 {
    if let address = image.symbols.address(of: "bpf_verifier_ops") { return address }
    if image.hasDataSymbols || image.symbols.address(of: "bpf_check") == nil {
      throw .kernel("has no symbol bpf_verifier_ops: it is a kernel without BPF (CONFIG_BPF_SYSCALL)")
    }
    let found = found(in: image, layout)
    guard found.count == 1 else {
      throw .kernel(
        """
        its symbols name no data (CONFIG_KALLSYMS_ALL is not set), and \(found.isEmpty ? "no table" : "\(found.count) tables") \
        in its memory look like bpf_verifier_ops; give the vmlinux of the same build
        """)
    }
    return found[0]
  }

  /// Where the table ends, as its symbol says, or at the latest: where the next symbol stands. Nil where symbols name
  /// functions alone.
  static func end(of table: UInt64, in image: KernelImage) -> UInt64? {
    guard image.hasDataSymbols else { return nil }
    if let size = image.symbols.size(at: table) { return table &+ size }
    return image.symbols.next(after: table)
  }

  /// The places in memory that are such a table, in a kernel whose symbols name functions alone.
  ///
  /// Socket filters are in every kernel with BPF: somewhere a word points to `sk_filter_is_valid_access`, as the member of
  /// a `struct bpf_verifier_ops`; somewhere else a word points to that structure, as the table's element. All the other
  /// elements must point to such structures too.
  private static func found(in image: KernelImage, _ layout: VerifierLayout) -> [UInt64] {
    guard let function = image.symbols.address(of: "sk_filter_is_valid_access"),
      let number = layout.names.programTypes.first(where: { $0.name == "SOCKET_FILTER" })?.value,
      let last = layout.names.programTypes.map(\.value).max()
    else { return [] }
    var functions: Set<UInt64> = []
    image.symbols.forEach { _, address in functions.insert(address) }
    let operations = image.memory.words(equalTo: function).map { $0 &- UInt64(layout.isValidAccessOffset) }
    let elements = operations.flatMap { image.memory.words(equalTo: $0) }
    let tables = elements.map { $0 &- UInt64(number) * 8 }
    return tables.filter { table in
      // The first element stands for no type (BPF_PROG_TYPE_UNSPEC).
      (try? image.memory.word(at: table)) == 0
        && (1...max(1, last)).allSatisfy { isElement(table &+ UInt64($0) * 8, image, layout, functions) }
    }
  }

  /// Whether a pointer at `address` is null, or leads to a structure that names one of `functions`, or none (types whose
  /// programs stand for others have no `is_valid_access`).
  private static func isElement(
    _ address: UInt64, _ image: KernelImage, _ layout: VerifierLayout, _ functions: Set<UInt64>
  ) -> Bool {
    guard let operations = try? image.memory.word(at: address) else { return false }
    guard operations != 0 else { return true }
    guard
      let isValid = try? image.memory.word(at: operations &+ UInt64(layout.isValidAccessOffset))
    else { return false }
    return isValid == 0 || functions.contains(isValid)
  }
}
