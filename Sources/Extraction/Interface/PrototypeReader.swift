import ByteReading
import ContextABI
import Foundation
import KernelImage

/// Reads the prototypes of helpers (`struct bpf_func_proto`) in a kernel image.
final class PrototypeReader {
  private let image: KernelImage
  private let layout: InterfaceLayout
  private let callbacks: Callbacks
  private let structureName: (UInt32) -> String?
  private var known: [Key: Reading] = [:]
  private let packetChanges: UInt64?
  /// What the enumerators that prototypes name stand for, where they are others with flags.
  private(set) var combinations: [String: [String]] = [:]

  private struct Key: Hashable {
    let address: UInt64
    let helper: Int
  }

  /// What a prototype's address leads to.
  enum Reading: Hashable {
    case prototype(HelperPrototype)
    /// The prototype names no function: the build does not have the helper, and the verifier refuses programs that call it.
    case empty
    /// The object that holds it is not part of the image.
    case absent
  }

  /// - Parameter structureName: the name of the structure with an id of the kernel's BTF.
  init(
    _ image: KernelImage, _ layout: InterfaceLayout, _ callbacks: Callbacks, structureName: @escaping (UInt32) -> String?
  ) {
    self.image = image
    self.layout = layout
    self.callbacks = callbacks
    self.structureName = structureName
    packetChanges = image.symbols.address(of: "bpf_helper_changes_pkt_data")
  }

  /// The prototype at `address`, as the helper of this number.
  func prototype(at address: UInt64, of helper: (name: String, number: Int)) -> Reading {
    let key = Key(address: address, helper: helper.number)
    if let reading = known[key] { return reading }
    let reading = (try? read(address, helper)) ?? .absent
    known[key] = reading
    return reading
  }

  private func read(_ address: UInt64, _ helper: (name: String, number: Int)) throws(ByteError) -> Reading {
    let place = layout.prototype
    let function = try image.memory.word(at: address &+ UInt64(place.functionOffset))
    // What replaces a tail call needs no function (do_misc_fixups, kernel/bpf/verifier.c).
    if function == 0, helper.name != "bpf_tail_call" { return .empty }
    let none = layout.argumentTypes.value(of: "ARG_DONTCARE") ?? 0
    var arguments: [HelperValue] = []
    for argument in place.arguments {
      let type = try half(at: address, argument.typeOffset)
      // check_helper_call stops at the first that the helper does not take.
      if type == none { break }
      let detail = try argument.detailOffset.map { offset throws(ByteError) in
        try image.memory.word(at: address &+ UInt64(offset))
      }
      arguments.append(value(layout.argumentTypes, type, detail ?? 0))
    }
    let structure = try place.returnStructureOffset.map { offset throws(ByteError) in
      try image.memory.word(at: address &+ UInt64(offset))
    }
    let result = value(layout.returnTypes, try half(at: address, place.returnTypeOffset), structure ?? 0)
    var flags: [String] = []
    for flag in place.flags where try half(at: address, flag.offset & ~3).isSet(byte: flag.offset & 3, image) {
      flags.append(flag.name)
    }
    if changesPacket(helper.number, function) { flags.append("changes_pkt_data") }
    return .prototype(HelperPrototype(result: result, arguments: arguments, flags: flags.sorted()))
  }

  /// The 32-bit word `offset` bytes behind `address`, which is a multiple of four.
  private func half(at address: UInt64, _ offset: Int) throws(ByteError) -> UInt32 {
    let place = address &+ UInt64(offset)
    let word = try image.memory.word(at: place & ~7)
    let isFirst = place & 4 == 0
    let isLow = isFirst == (image.architecture.byteOrder == .little)
    return UInt32(truncatingIfNeeded: isLow ? word : word >> 32)
  }

  /// `BPF_PTR_POISON` (include/linux/poison.h), in place of the id of a structure that the program's own types tell, where the
  /// architecture adds nothing to it (CONFIG_ILLEGAL_POINTER_VALUE).
  private static let poison: UInt64 = 0xeb9f

  private func value(_ names: FlaggedNames, _ type: UInt32, _ detail: UInt64) -> HelperValue {
    let name = names.name(of: type) ?? "type \(type)"
    if !name.contains(" "), let parts = names.parts(of: type) { combinations[name] = parts }
    // A union: the size of what the argument points to, or the address of a structure's id. No kernel's data lie that low.
    if detail < 0x1_0000 {
      return HelperValue(type: name, size: detail == 0 || detail == Self.poison ? nil : Int(detail))
    }
    let id = try? half(at: detail, 0)
    return HelperValue(type: name, structure: id.flatMap(structureName) ?? structureNamedBySymbol(at: detail))
  }

  /// Before a kernel is linked as a whole, the place of a structure's id is empty, and has a symbol that names the structure:
  /// `__BTF_ID__struct__task_struct__12` (include/linux/btf_ids.h).
  private func structureNamedBySymbol(at address: UInt64) -> String? {
    let prefix = "__BTF_ID__struct__"
    guard let (symbol, offset) = image.symbols.nearest(to: address), offset == 0, symbol.hasPrefix(prefix),
      let end = symbol.range(of: "__", options: .backwards)?.lowerBound
    else { return nil }
    let start = symbol.index(symbol.startIndex, offsetBy: prefix.count)
    return start < end ? String(symbol[start..<end]) : nil
  }

  /// Whether calls of helpers that change the packet can't be told from others.
  private(set) var packetChangesAreUnknown = false

  /// The function takes the helper's number, up to 6.12 its address; it answers no to what is neither of its kind.
  private func changesPacket(_ number: Int, _ function: UInt64) -> Bool {
    guard let packetChanges, let byNumber = try? callbacks.ask(packetChanges, UInt64(number)),
      let byAddress = try? callbacks.ask(packetChanges, function)
    else {
      packetChangesAreUnknown = true
      return false
    }
    return (byNumber | byAddress) & 0xff != 0
  }
}

extension UInt32 {
  /// Whether the byte at this place in memory is not zero.
  fileprivate func isSet(byte: Int, _ image: KernelImage) -> Bool {
    let shift = image.architecture.byteOrder == .little ? byte * 8 : 24 - byte * 8
    return self >> UInt32(shift) & 0xff != 0
  }
}
