import ContextABI
import Foundation

/// Uses of many programs as one file: small, and the same for the same programs.
public struct Corpus: Hashable, Sendable {
  /// What the file calls itself, and the version of its format.
  public static let schema = "ctxabi-corpus"
  public static let version = 1
  /// The uses of all programs that a distribution ships are a tenth of that.
  private static let sizeLimit = 256 << 20

  public var programs: [ProgramUses]

  public init(_ programs: [ProgramUses]) { self.programs = programs }

  /// Reads the file `path`, whose bytes are `data`.
  public init(_ data: Data, path: String) throws(ProgramError) {
    guard data.count <= Self.sizeLimit else {
      throw .corpus(path: path, problem: "is \(data.count) bytes long; \(Self.sizeLimit) are the most that is read")
    }
    let record: CorpusRecord
    do { record = try JSONDecoder().decode(CorpusRecord.self, from: data) } catch {
      throw .corpus(path: path, problem: "is no corpus: \(Self.reason(error))")
    }
    guard record.schema == Self.schema else {
      throw .corpus(path: path, problem: "is no corpus (its \"schema\" is not \"\(Self.schema)\")")
    }
    guard record.version == Self.version else {
      throw .corpus(
        path: path, problem: "is a corpus of version \(record.version) of the format; this ctxabi knows \(Self.version)")
    }
    var programs: [ProgramUses] = []
    for program in record.programs {
      do throws(CorpusProblem) { programs.append(try program.programUses()) } catch {
        throw .corpus(path: path, problem: "\(program.object), \(program.program): \(error.text)")
      }
    }
    self.programs = programs
  }

  private static func reason(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .dataCorrupted(let context)?: context.debugDescription
    case .keyNotFound(let key, _)?: "it has no \"\(key.stringValue)\""
    case .typeMismatch(_, let context)?, .valueNotFound(_, let context)?:
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    default: "\(error)"
    }
  }

  /// The file: a line a program, and a line a use.
  public var text: String {
    let programs = programs.map { CorpusWriter.program($0) }.joined(separator: ",\n")
    return """
      {
      "schema": \(JSONWriter.string(Self.schema)),
      "version": \(Self.version),
      "programs": [
      \(programs)
      ]
      }

      """
  }
}

/// Something in a corpus that contradicts the format.
struct CorpusProblem: Error {
  let text: String
}
