import ByteReading
import Foundation
import Programs

/// A BPF object: what is read is analysed, written as a corpus, and read again, the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzObject(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = ByteView(copying: UnsafeBufferPointer(start: data, count: count), place: BytePlace(file: "input.o"))
  guard let object = try? ProgramObject(bytes) else { return 0 }
  let corpus = Corpus(object.programs.map { ProgramUses($0, of: "input.o") })
  do {
    let again = try Corpus(Data(corpus.text.utf8), path: "input.json")
    precondition(again == corpus, "what was written is not what was read")
  } catch {
    preconditionFailure("what was written can't be read: \(error)")
  }
  return 0
}
