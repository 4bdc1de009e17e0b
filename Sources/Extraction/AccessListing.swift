import BPF
import ContextABI
import TypeGraph

/// Lists every accepted access in the columns that a dump of a running verifier has, so that the two can be compared.
public struct AccessListing {
  private let build: Build

  public init(_ build: Build) { self.build = build }

  /// An access, or all of a configuration, that can't be told, so that it is missing from the listing.
  public struct Hole: Sendable {
    public let configuration: String
    /// `read 84:4`; nil for all.
    public let access: String?
    public let reason: String
  }

  /// Calls `body` with each access, in the order of the columns of their lines.
  ///
  /// - Parameter progress: called with each configuration's name and how many there are, before it is listed.
  /// - Returns: the accesses that can't be told.
  public func forEach(
    progress: (_ configuration: String, _ number: Int, _ count: Int) -> Void = { _, _, _ in },
    _ body: (ListedAccess) -> Void
  ) throws(ExtractionError) -> [Hole] {
    var holes: [Hole] = []
    var subjects = try build.subjects(unknownAttachTypes: true).filter { $0.listedOffsets > 0 }
    for subject in subjects where subject.listedRegistersAfter != .none {
      subjects += try build.variants(of: subject)
    }
    subjects.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    var untold: [(subject: Subject, key: AccessKey, reason: UntoldReason)] = []
    for (number, subject) in subjects.enumerated() {
      progress(subject.name, number + 1, subjects.count)
      list(subject, body) { untold.append((subject, $0, $1)) }
    }
    var isGivenUp: Set<[String]> = []
    for (subject, key, reason) in untold {
      let last = build.oracle.lastReason(reason)
      let text = build.oracle.describe(last ?? reason)
      if last != nil, !isGivenUp.insert([subject.name, text]).inserted { continue }
      holes.append(Hole(configuration: subject.name, access: last == nil ? key.text : nil, reason: text))
    }
    for remark in build.oracle.remarks where remark.kind == .hole {
      holes.append(Hole(configuration: remark.name, access: nil, reason: remark.reason))
    }
    return holes
  }

  /// Calls `body` with each access's line.
  ///
  /// - Returns: the accesses that can't be told.
  public func forEachLine(_ body: (String) -> Void) throws(ExtractionError) -> [Hole] {
    try forEach { body($0.line) }
  }

  private func list(
    _ subject: Subject, _ body: (ListedAccess) -> Void, untold: (AccessKey, UntoldReason) -> Void
  ) {
    for kind in build.oracle.kinds {
      for size in [1, 2, 4, 8] where kind != .readSignExtending || size < 8 {
        for offset in 0..<subject.listedOffsets {
          for registers in variants(kind, subject.listedRegisters) {
            switch build.oracle.outcome(
              subject, kind, offset: offset, size: size, registers: registers)
            {
            case .accepted(let access):
              body(
                listed(
                  access,
                  ListedAccess.Key(
                    configuration: subject.name, kind: kind, size: size, offset: offset,
                    registers: registers)))
            case .hole(let reason): untold(AccessKey(kind: kind, offset: offset, size: size), reason)
            case .rejected, .misconfigured: break
            }
          }
        }
      }
    }
  }

  private func listed(_ access: AcceptedAccess, _ key: ListedAccess.Key) -> ListedAccess {
    ListedAccess(
      key: key,
      code: access.code.map { $0.hexadecimal(build.oracle.byteOrder) }.joined(separator: " "),
      registerType: key.kind.isWrite ? nil : build.registerType(access),
      needsPrivilege: access.needsPrivilege)
  }

  /// The choices of registers in the order of their names.
  private func variants(
    _ kind: AccessKind, _ listed: ProgramConfiguration.ListedRegisters
  ) -> [AccessRegisters] {
    guard listed == .all, kind != .readSignExtending else { return [.different] }
    return kind == .writeImmediate
      ? [.different, .highest, .high] : [.different, .highest, .high, .same]
  }
}

extension Build {
  /// The programs that `subject` becomes by accesses that change what others are converted to, each named after the field
  /// that was accessed.
  func variants(of subject: Subject) throws(ExtractionError) -> [Subject] {
    guard let context = subject.contexts?.program else { return [] }
    var result: [Subject] = []
    do throws(TypeError) {
      for member in try types.composite(context)?.members ?? [] {
        guard !member.name.isEmpty, let size = try types.byteSize(of: member.type),
          [1, 2, 4, 8].contains(size),
          case .accepted(let access) = oracle.outcome(
            subject, .read, offset: member.bitOffset / 8, size: size),
          let state = access.newState
        else { continue }
        if !result.contains(where: { $0.state == state }) {
          result.append(subject.after(accessing: member.name, state: state))
        }
      }
    } catch { throw .typeGraph(error) }
    return result
  }
}
