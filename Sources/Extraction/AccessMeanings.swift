import BPF
import ContextABI
import SymbolicEvaluation
import TypeGraph

extension Build {
  public func debugMeanings(_ body: (String) -> Void) throws {
    let meanings = ConversionMeanings(types, callbacks.byteOrder)
    var subjects = try subjects(unknownAttachTypes: false)
    for s in subjects { subjects += try variants(of: s) }
    for s in subjects {
      guard let ctx = s.contexts else { body("\(s.name) NO CONTEXT"); continue }
      let names = ["sk_buff": "skb", "xdp_buff": "xdp", "sock": "sk", "tcp_sock": "tp", "xdp_sock": "xs", "pt_regs": "regs"]
      let root = ConversionMeanings.Root(type: ctx.kernel, name: names[(try types.composite(ctx.kernel))?.name ?? ""] ?? "ctx", programType: s.programType, attachName: s.attachName)
      for kind in probe.kinds {
        for offset in 0..<max(s.listedOffsets,64) {
          for size in [1,2,4,8] where kind != .readSignExtending || size < 8 {
            for reg in AccessRegisters.allCases where kind != .readSignExtending {
            switch probe.outcome(s.access, kind, offset: offset, size: size, registers: reg) {
            case .rejected: break
            case .misconfigured(let m): body("\(s.name) \(kind) \(offset):\(size) MISCONF \(m)")
            case .hole(let f): body("\(s.name) \(kind) \(offset):\(size) HOLE \(f.reason) \(image.symbols.nearest(to: f.programCounter).map{"\($0)"} ?? "")")
            case .accepted(let a):
              do {
              let m = try meanings.meaning(of: a.code, isWrite: kind.isWrite, base: reg.base, value: kind == .writeImmediate ? nil : reg.value, for: root)
              body("\(s.name) \(kind) \(offset):\(size) \(reg) \(layout.registerTypes.name(of: a.registerType))\(a.needsPrivilege ? " PRIV":"")  \(m)")
              } catch { body("\(s.name) \(kind) \(offset):\(size) ERR \(error)") }
            }
            }
          }
        }
      }
    }
  }
}
