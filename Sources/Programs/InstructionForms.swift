import BPF
import KernelImage

extension Instruction {
  /// `ld_imm64`, which takes two places.
  var isLongLoad: Bool { code == 0x18 }
  /// A call of a helper, a function of the kernel, or a subprogram.
  var isCall: Bool { code == 0x85 }
  /// A call of a subprogram (`BPF_PSEUDO_CALL`).
  var isSubprogramCall: Bool { isCall && source == 1 }
  /// A call of a helper by its number.
  var isHelperCall: Bool { isCall && source == 0 }
  var isExit: Bool { code == 0x95 }
  var isJump: Bool { instructionClass == .jump || instructionClass == .jump32 }
  /// A jump without condition: `goto`, and `gotol`, whose distance is the immediate.
  var isGoto: Bool { code == 0x05 || code == 0x06 }
  /// `may_goto`, which may fall through or not (`BPF_JCOND`).
  var isMayGoto: Bool { code == 0xe5 }
  /// How far a jump goes, from the next instruction on.
  var jumpDistance: Int { code == 0x06 ? Int(immediate) : Int(offset) }
}

/// `BPF_MODE` values besides those of `AccessMode`.
enum OtherMode {
  static let absolute: UInt8 = 0x20
  static let indirect: UInt8 = 0x40
  static let atomic: UInt8 = 0xc0
}

extension ElfFile {
  /// Whether a section holds instructions.
  func isCode(_ section: Int) -> Bool { sections.indices.contains(section) && sections[section].flags & 4 != 0 }
}
