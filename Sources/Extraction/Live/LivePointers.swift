import BPF
import LiveKernel
import TypeGraph

/// Set-up that gets a program the pointer whose accesses are asked for.
struct LivePointers {
  let types: TypeGraph
  let loader: any ProgramLoader

  /// The instructions that leave `pointer` in r6; nil where this kernel's programs can't get one.
  ///
  /// - Parameter result: what a program returns that gets none.
  func setUp(_ pointer: SocketPointer, returning result: Int32) throws(TypeError) -> [Instruction]? {
    switch pointer.source {
    case .contextMember(let member, let helper):
      guard let context = try types.composite(named: "__sk_buff"),
        let found = try types.member(member, of: context),
        let offset = Int16(exactly: found.byteOffset)
      else { return nil }
      // BPF_LDX | BPF_MEM | BPF_DW
      let load = Instruction(code: 0x79, destination: 1, source: 1, offset: offset)
      var code = [load] + returnIfNull(1, result)
      if let helper { code += [.call(helper), .move(1, from: 0)] + returnIfNull(1, result) }
      return code + [.move(6, from: 1)]
    case .socketMap:
      guard let map = loader.socketMap() else { return nil }
      // BPF_LD | BPF_IMM | BPF_DW with BPF_PSEUDO_MAP_FD takes two instructions.
      return [
        Instruction(code: 0x62, destination: 10, offset: -4),
        Instruction(code: 0x18, destination: 1, source: 1, immediate: map), Instruction(code: 0),
        .move(2, from: 10), Instruction(code: 0x07, destination: 2, immediate: -4),
        .call(Helper.lookUpElement),
      ] + returnIfNull(0, result) + [.move(6, from: 0)]
    }
  }

  /// `if register != 0 goto +2; r0 = result; exit`
  private func returnIfNull(_ register: UInt8, _ result: Int32) -> [Instruction] {
    [Instruction(code: 0x55, destination: register, offset: 2), .move(0, result), .exit]
  }
}

/// Numbers of helper functions (`enum bpf_func_id`, include/uapi/linux/bpf.h), which never change.
enum Helper {
  static let lookUpElement: Int32 = 1
  static let fullSocket: Int32 = 95
  static let tcpSocket: Int32 = 96
}

extension Instruction {
  /// `BPF_JMP | BPF_CALL`
  fileprivate static func call(_ helper: Int32) -> Instruction {
    Instruction(code: 0x85, immediate: helper)
  }
}
