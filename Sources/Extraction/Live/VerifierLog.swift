/// Reads the verifier's log (kernel/bpf/log.c; kernel/bpf/verifier.c before 6.1).
enum VerifierLog {
  /// What the register `register` holds after each of the instructions, by their numbers, in the log's own words: `pkt`,
  /// `sock_common_or_null`, `trusted_ptr_sk_buff`.
  ///
  /// The state stands on the instruction's line behind a semicolon; before 5.18, on a line of its own before the next
  /// instruction.
  static func register(_ register: UInt8, in log: String) -> [Int: String] {
    let name = Array("R\(register)".utf8)
    var result: [Int: String] = [:]
    var number: Int?
    for line in log.utf8.split(separator: UInt8(ascii: "\n")) {
      if let colon = line.firstIndex(of: UInt8(ascii: ":")), line[colon...].starts(with: ": (".utf8) {
        number = Int(Substring(line[..<colon]))
      }
      guard let number else { continue }
      for word in line.split(separator: UInt8(ascii: " ")) where word.starts(with: name) {
        // `R2=`, and `R2_w=`, `R2_rw=` where the log marks what was read or written
        let rest = word.dropFirst(name.count)
        guard let sign = rest.firstIndex(of: UInt8(ascii: "=")),
          sign == rest.startIndex || rest.first == UInt8(ascii: "_")
        else { continue }
        result[number] = String(
          decoding: rest[rest.index(after: sign)...].prefix { $0 != UInt8(ascii: "(") }, as: UTF8.self)
      }
    }
    return result
  }

  /// The last line that says something, of the log of a program that was refused.
  static func lastWords(_ log: String) -> String? {
    log.split(separator: "\n").last { line in
      !["processed ", "verification time", "stack depth"].contains { line.hasPrefix($0) }
    }.map(String.init)
  }
}

/// Finds the register type that the log's wording stands for (`reg_type_str`, kernel/bpf/log.c).
///
/// The log does not print every flag of a register type (`MEM_UNINIT`, `MEM_ALLOC`); none of these is given to what a
/// context's field holds.
struct LoggedRegisterTypes {
  let registerTypes: RegisterTypes

  /// A register type, and the name of the structure that it points to.
  struct Found: Equatable {
    let type: UInt32
    let structure: String?
  }

  private static let names = [
    "scalar": "SCALAR_VALUE", "inv": "SCALAR_VALUE", "ctx": "PTR_TO_CTX", "pkt": "PTR_TO_PACKET",
    "pkt_meta": "PTR_TO_PACKET_META", "pkt_end": "PTR_TO_PACKET_END", "flow_keys": "PTR_TO_FLOW_KEYS",
    "sock": "PTR_TO_SOCKET", "sock_common": "PTR_TO_SOCK_COMMON", "tcp_sock": "PTR_TO_TCP_SOCK",
    "xdp_sock": "PTR_TO_XDP_SOCK", "tp_buffer": "PTR_TO_TP_BUFFER", "mem": "PTR_TO_MEM",
  ]
  private static let prefixes = [
    ("rdonly_", "MEM_RDONLY"), ("ringbuf_", "MEM_RINGBUF"), ("user_", "MEM_USER"),
    ("percpu_", "MEM_PERCPU"), ("rcu_", "MEM_RCU"), ("untrusted_", "PTR_UNTRUSTED"),
    ("trusted_", "PTR_TRUSTED"),
  ]

  /// The register type that `words` stand for; nil where this kernel has no enumerator that it could be.
  func find(_ words: String) -> Found? {
    if Self.isNumber(words) { return find("SCALAR_VALUE", flags: [], isNullable: false, nil) }
    var rest = words[...]
    var flags: [String] = []
    while let prefix = Self.prefixes.first(where: { rest.hasPrefix($0.0) }) {
      flags.append(prefix.1)
      rest = rest.dropFirst(prefix.0.count)
    }
    for (prefix, isNullable) in [("ptr_or_null_", true), ("ptr_", false)] where rest.hasPrefix(prefix) {
      let structure = String(rest.dropFirst(prefix.count))
      return structure.isEmpty
        ? nil : find("PTR_TO_BTF_ID", flags: flags, isNullable: isNullable, structure)
    }
    let isNullable = rest.hasSuffix("_or_null")
    if isNullable { rest = rest.dropLast("_or_null".count) }
    return Self.names[String(rest)].flatMap {
      find($0, flags: flags, isNullable: isNullable, nil)
    }
  }

  /// A scalar whose value is known is printed as that number: `0`, `-1`, `0x5eed`, `inv0`, `P0`.
  private static func isNumber(_ words: String) -> Bool {
    let number = words.drop { !$0.isNumber && $0 != "-" }
    let prefix = words[..<number.startIndex]
    guard ["", "P", "inv", "invP"].contains(prefix), !number.isEmpty else { return false }
    let digits = number.hasPrefix("-") ? number.dropFirst() : number
    return digits.hasPrefix("0x")
      ? UInt64(digits.dropFirst(2), radix: 16) != nil : UInt64(digits) != nil
  }

  private func find(
    _ base: String, flags: [String], isNullable: Bool, _ structure: String?
  ) -> Found? {
    // Before 5.17, what may be null had an enumerator of its own, and there were no flags.
    if isNullable, let type = registerTypes.value(of: "\(base)_OR_NULL"), flags.isEmpty {
      return Found(type: type, structure: structure)
    }
    guard var type = registerTypes.value(of: base) else { return nil }
    for flag in flags + (isNullable ? ["PTR_MAYBE_NULL"] : []) {
      guard let bit = registerTypes.value(ofFlag: flag) else { return nil }
      type |= bit
    }
    return Found(type: type, structure: structure)
  }
}
