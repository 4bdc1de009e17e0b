import ContextABI
import Digest
import Foundation

/// The ABI part of a snapshot, with a header and the right digest around it: what is read is written and read again, the
/// same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSnapshot(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let provenance = #""provenance": {"release": "6.1", "architecture": "x86_64", "types": "BTF", "tool": "ctxabi"},\#n"#
  let body = Data(provenance.utf8) + Data(bytes: data, count: count)
  let header = """
    {
    "schema": "\(Snapshot.schema)",
    "version": \(Snapshot.schemaVersion),
    "digest": "sha256:\(sha256(body))",

    """
  let json = Data(header.utf8) + body + Data("\n}\n".utf8)
  guard let snapshot = try? Snapshot(json: json, file: "input") else { return 0 }
  do {
    let again = try Snapshot(json: Data(snapshot.json.utf8), file: "input")
    precondition(again == snapshot, "what was written is not what was read")
  } catch {
    preconditionFailure("what was written can't be read: \(error)")
  }
  return 0
}
