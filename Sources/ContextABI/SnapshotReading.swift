import ByteReading
import Digest
import Foundation

/// Why a file is no snapshot that can be used.
public struct SnapshotError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Problem: Sendable, Hashable {
    /// It can't be read at all.
    case unreadable(String)
    /// It is no JSON, or cut off.
    case syntax(String)
    /// It is JSON, but no snapshot of ctxabi.
    case foreign
    /// It is of a version of the format that this ctxabi does not know.
    case version(Int)
    /// The ABI was changed by hand, or the file is a mixture of two.
    case edited
    /// Something in it contradicts the format.
    case content(String)
  }

  public let file: String
  public let problem: Problem

  public init(file: String, problem: Problem) {
    self.file = file
    self.problem = problem
  }

  public var description: String {
    switch problem {
    case .unreadable(let detail): "\(file): \(detail)"
    case .syntax(let detail): "\(file): is cut off, or no JSON: \(detail)"
    case .foreign: "\(file): is no snapshot (its \"schema\" is not \"\(Snapshot.schema)\")"
    case .version(let version):
      "\(file): is a snapshot of format version \(version); this ctxabi reads version \(Snapshot.schemaVersion). \(version < Snapshot.schemaVersion ? "Make it again from the kernel" : "Use a newer ctxabi, or make the snapshot again")"
    case .edited:
      "\(file): its content does not agree with its digest: it was edited, or torn. Make it again from the kernel"
    case .content(let detail): "\(file): \(detail)"
    }
  }
}

extension Snapshot {
  /// No snapshot is larger: a whole kernel takes a third of a megabyte.
  public static let sizeLimit = 64 << 20

  /// Reads a snapshot from the file at `path`.
  public init(path: String) throws(SnapshotError) {
    try self.init(json: try Self.content(of: path), file: path)
  }

  /// The provenance alone of the snapshot in the file at `path`: to choose among many files.
  public static func provenance(path: String) throws(SnapshotError) -> Provenance {
    try provenance(json: try content(of: path), file: path)
  }

  private static func content(of path: String) throws(SnapshotError) -> Data {
    do { return Data(try RegularFile(path: path).bytes(limit: sizeLimit)) } catch {
      throw SnapshotError(file: path, problem: .unreadable(error.problem))
    }
  }

  /// Reads a snapshot from the bytes of a file.
  ///
  /// - Parameter file: the file's name, for messages.
  public init(json: Data, file: String) throws(SnapshotError) {
    guard json.count <= Self.sizeLimit else {
      throw SnapshotError(
        file: file, problem: .content("is \(json.count) bytes long; no snapshot is over \(Self.sizeLimit)"))
    }
    let header = try Self.header(json, file)
    guard let body = Self.digestedBytes(of: json), header.digest == "sha256:" + sha256(body) else {
      throw SnapshotError(file: file, problem: .edited)
    }
    let record: SnapshotRecord
    do { record = try JSONDecoder().decode(SnapshotRecord.self, from: json) } catch {
      throw SnapshotError(file: file, problem: .content(Self.explain(error)))
    }
    do { self = try record.snapshot() } catch {
      throw SnapshotError(file: file, problem: .content(error.description))
    }
  }

  /// The provenance alone: what stands behind it is not read, and its digest not checked.
  static func provenance(json: Data, file: String) throws(SnapshotError) -> Provenance {
    guard let end = json.range(of: Data(",\n\"byteOrder\": ".utf8)) else {
      // What it is instead, if that can be told.
      _ = try header(json, file)
      throw SnapshotError(file: file, problem: .edited)
    }
    let start = json[..<end.lowerBound] + Data("\n}".utf8)
    _ = try header(start, file)
    guard json.suffix(3) == Data("\n}\n".utf8) else {
      throw SnapshotError(file: file, problem: .syntax("its last line is no }"))
    }
    do { return try JSONDecoder().decode(OriginRecord.self, from: start).provenance.provenance } catch {
      throw SnapshotError(file: file, problem: .content(explain(error)))
    }
  }

  /// What says whether the rest can be understood.
  private static func header(_ json: Data, _ file: String) throws(SnapshotError) -> HeaderRecord {
    let header: HeaderRecord
    do { header = try JSONDecoder().decode(HeaderRecord.self, from: json) } catch {
      throw SnapshotError(file: file, problem: .syntax(Self.explain(error)))
    }
    guard header.schema == schema else { throw SnapshotError(file: file, problem: .foreign) }
    guard let version = header.version, version == schemaVersion else {
      throw SnapshotError(file: file, problem: .version(header.version ?? 0))
    }
    return header
  }

  /// The bytes that the digest is taken of: from the provenance to the end of the outermost object.
  private static func digestedBytes(of json: Data) -> Data? {
    guard let start = json.range(of: Data("\n\"provenance\": ".utf8)),
      let end = json.range(of: Data("\n}\n".utf8), options: .backwards),
      start.lowerBound + 1 <= end.lowerBound
    else { return nil }
    return json[(start.lowerBound + 1)..<end.lowerBound]
  }

  private static func explain(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
    switch error {
    case .dataCorrupted(let context): return place(context)
    case .keyNotFound(let key, let context): return "\(place(context)) (\(key.stringValue))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context): return place(context)
    @unknown default: return "\(error)"
    }
  }
}

private struct HeaderRecord: Decodable {
  let schema: String?
  let version: Int?
  let digest: String?
}

private struct OriginRecord: Decodable { let provenance: ProvenanceRecord }
