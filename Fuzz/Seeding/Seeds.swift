import ByteReading
import Foundation
import TestSupport

/// Writes inputs to start from: `Seeds DIRECTORY SNAPSHOT` makes a directory for each fuzz target.
@main
struct Seeds {
  let directory: URL

  static func main() throws {
    let seeds = Seeds(directory: URL(fileURLWithPath: CommandLine.arguments[1]))
    try seeds.types()
    try seeds.symbols()
    try seeds.images()
    try seeds.objects()
    try seeds.snapshot(URL(fileURLWithPath: CommandLine.arguments[2]))
  }

  private func write(_ bytes: [UInt8], _ target: String, _ name: String) throws {
    let target = directory.appendingPathComponent(target)
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    try Data(bytes).write(to: target.appendingPathComponent(name))
  }

  private func types() throws {
    for order in ByteOrder.allCases {
      var kernel = TinyKernel()
      kernel.order = order
      try write(kernel.types, "Types", order.rawValue)
    }
  }

  /// Programs with subprograms, maps, relocations and lines.
  private func objects() throws {
    let source = """
      struct __sk_buff { u32 len, pkt_type, mark; } CORE;
      struct __sk_buff___new { u32 netns_inum; } CORE;
      const volatile u32 limit = 3;
      struct { int (*type)[17]; int *key; int *value; } sockets SEC(".maps");
      static void *(*lookup)(void *, const void *) = (void *)1;
      static NOINLINE u32 inner(struct __sk_buff *skb) { asm volatile(""); return skb->mark; }
      SEC("tc") int program(struct __sk_buff *skb) {
        struct __sk_buff___new *new = (void *)skb;
        u32 key = 0, *socket = lookup(&sockets, &key);
        if (field_exists(new->netns_inum)) return new->netns_inum;
        return inner(skb) + limit + (socket ? *socket : 0);
      }
      """
    for order in ByteOrder.allCases {
      let path = try BPFObject.compile(source, order: order)
      try write(Array(Data(contentsOf: URL(fileURLWithPath: path))), "Object", order.rawValue)
    }
  }

  private func symbols() throws {
    for form in KallsymsWriter.Form.allCases {
      for (number, order) in ByteOrder.allCases.enumerated() {
        var kernel = TinyKernel()
        (kernel.form, kernel.order, kernel.functionCount) = (form, order, 20)
        kernel.base = 0xffff_ffff_8100_0000 - UInt64(TinyKernel.Offset.tables)
        try write([UInt8(number)] + kernel.tables.bytes, "Symbols", "\(form)-\(order)")
      }
    }
  }

  /// Small kernels: what fills up memory compresses to nothing.
  private func images() throws {
    var kernel = TinyKernel()
    (kernel.functionCount, kernel.configuration) = (20, try Compressor.gzip.compress(Array("CONFIG_BPF=y\n".utf8)))
    let elf = kernel.stripped.write().bytes
    try write(elf, "Image", "vmlinux")
    for compressor in Compressor.allCases {
      let payload = try compressor.compress(elf)
      try write(
        ImageWriter.bootImage(payload: payload, size: compressor == .gzip ? nil : elf.count), "Image",
        "bootImage-\(compressor)")
      try write(payload, "Image", "vmlinux-\(compressor)")
    }
    kernel.form = .placeRelative
    kernel.base = 0xffff_8000_8000_0000
    for magic in ["ARM\u{64}", "RSC\u{5}"] {
      let image = ImageWriter.flatImage(kernel.memory, magic: magic, memorySize: 0x70000)
      try write(image, "Image", "flat-\(magic.prefix(3))")
      let compressed = try Compressor.gzip.compress(image)
      try write(compressed, "Image", "flat-\(magic.prefix(3))-gzip")
      try write(
        ImageWriter.compressedEFIImage(payload: compressed, compression: "gzip"), "Image",
        "zboot-\(magic.prefix(3))")
    }
    (kernel.pointersAreZero, kernel.relocationType) = (true, 1027)
    try write(
      Compressor.zstd.compress(
        ImageWriter.flatImage(kernel.memory, magic: "ARM\u{64}", memorySize: 0x70000)), "Image", "relocations")
    (kernel.order, kernel.base, kernel.relocationType) = (.big, 0x10_0000, 12)
    try write(
      ImageWriter.s390Image(payload: Compressor.zstd.compress(kernel.memory)), "Image", "s390")
  }

  /// The ABI part of a snapshot.
  private func snapshot(_ file: URL) throws {
    let text = try String(contentsOf: file, encoding: .utf8)
    guard let start = text.range(of: "\n\"byteOrder\": "), let end = text.range(of: "\n}\n", options: .backwards) else {
      throw CommandFailure(command: file.path, output: "is no snapshot")
    }
    let body = text[text.index(after: start.lowerBound)..<end.lowerBound]
    try write(Array(body.utf8), "Snapshot", "whole")
  }
}
