import BPF
import ContextABI
import TypeGraph

/// Lists every accepted access in the columns that a dump of a running verifier has, so that the two can be compared.
public struct AccessListing {
  private let build: Build

  public init(_ build: Build) { self.build = build }

  /// An access that can't be told, so that it is missing from the listing.
  public struct Hole: Sendable {
    public let configuration: String
    public let kind: AccessKind
    /// In bytes.
    public let offset: Int
    public let size: Int
    public let reason: String
  }

  /// Calls `body` with each line: configuration, access, size, offset, registers, code; tab separated, in the order of
  /// these columns.
  ///
  /// - Returns: the accesses that can't be told.
  public func forEachLine(_ body: (String) -> Void) throws(ExtractionError) -> [Hole] {
    var holes: [Hole] = []
    var subjects = try build.subjects(unknownAttachTypes: true).filter { $0.listedOffsets > 0 }
    for subject in subjects where subject.listedRegistersAfter != .none {
      subjects += try build.variants(of: subject)
    }
    for subject in subjects.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      list(subject, &holes, body)
    }
    return holes
  }

  private func list(_ subject: Subject, _ holes: inout [Hole], _ body: (String) -> Void) {
    for kind in build.oracle.kinds {
      for size in [1, 2, 4, 8] where kind != .readSignExtending || size < 8 {
        for offset in 0..<subject.listedOffsets {
          for registers in variants(kind, subject.listedRegisters) {
            switch build.oracle.outcome(
              subject, kind, offset: offset, size: size, registers: registers)
            {
            case .accepted(let access):
              let code = access.code.map { $0.hexadecimal(build.oracle.byteOrder) }
              body(
                "\(subject.name)\t\(kind.rawValue)\t\(size)\t\(offset)\t\(registers.rawValue)\t\(code.joined(separator: " "))"
              )
            case .hole(let reason):
              holes.append(
                Hole(
                  configuration: subject.name, kind: kind, offset: offset, size: size,
                  reason: build.oracle.describe(reason)))
            case .rejected, .misconfigured: break
            }
          }
        }
      }
    }
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
