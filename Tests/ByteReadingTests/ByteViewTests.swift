import ByteReading
import TestSupport
import Testing

@Suite struct ByteViewTests {
  private let view = ByteView(
    copying: [1, 2, 3, 4, 5, 6, 7, 0x80], place: BytePlace(file: "f", part: ".s"))

  @Test func integersOfBothOrders() throws {
    #expect(try view.integer(UInt8.self, at: 7, .little) == 0x80)
    #expect(try view.integer(UInt16.self, at: 0, .little) == 0x0201)
    #expect(try view.integer(UInt16.self, at: 0, .big) == 0x0102)
    #expect(try view.integer(UInt32.self, at: 1, .big) == 0x0203_0405)
    #expect(try view.integer(Int64.self, at: 0, .little) == Int64(bitPattern: 0x8007_0605_0403_0201))
    #expect(try view.integer(UInt64.self, at: 0, .big) == 0x0102_0304_0506_0780)
  }

  @Test(arguments: [-1, 5, 8, Int.max, Int.min])
  func outside(_ offset: Int) {
    let error = #expect(throws: ByteError.self) { try view.integer(UInt32.self, at: offset, .little) }
    #expect(
      error?.description
        == "f: .s: at offset \(hexadecimal(offset)): truncated: 4 bytes are needed, the whole has 8")
  }

  @Test(arguments: [(-1, 1), (0, -1), (9, 0), (8, 1), (0, Int.max), (Int.max, Int.max)])
  func slicesOutside(_ offset: Int, _ length: Int) {
    #expect(throws: ByteError.self) { _ = try view.slice(at: offset, length: length) }
  }

  @Test func slices() throws {
    let part = try view.slice(at: 2, length: 3, part: "inner")
    #expect(part.copy() == [3, 4, 5])
    let error = #expect(throws: ByteError.self) { try part.integer(UInt16.self, at: 2, .little) }
    #expect(error?.place.description == "f: inner")
    #expect(try view.slice(at: 8, length: 0).count == 0)
  }

  @Test func strings() throws {
    let text = ByteView(copying: Array("ab\0c".utf8) + [0xff], place: BytePlace(file: "f"))
    #expect(try text.string(at: 0) == "ab")
    #expect(try text.string(at: 2) == "")
    let error = #expect(throws: ByteError.self) { _ = try text.string(at: 3) }
    #expect(error?.description == "f: at offset 0x3: a string has no end")
    #expect(throws: ByteError.self) { _ = try text.string(at: 5) }
  }

  @Test func searching() {
    #expect(view.firstIndex(of: [3, 4]) == 2)
    #expect(view.firstIndex(of: [3, 5]) == nil)
    #expect(view.firstIndex(of: [7, 0x80]) == 6)
    #expect(view.firstIndex(of: [0x80, 1]) == nil)
    #expect(view.firstIndex(of: []) == nil)
    #expect(view.firstIndex(of: [1], from: 9) == nil)
  }

  @Test func emptyView() {
    let empty = ByteView(copying: [], place: BytePlace(file: "f"))
    #expect(empty.count == 0 && empty.copy() == [])
    #expect(empty.firstIndex(of: [0]) == nil)
    #expect(throws: ByteError.self) { try empty.integer(UInt8.self, at: 0, .little) }
  }
}

@Suite struct MappedFileTests {
  @Test func content() throws {
    let path = try TemporaryFile.write([1, 2, 3])
    #expect(try MappedFile(path: path).bytes.copy() == [1, 2, 3])
  }

  @Test func whatIsNoFile() throws {
    let empty = try TemporaryFile.write([])
    func problem(_ path: String) -> String? {
      #expect(throws: FileError.self) { _ = try MappedFile(path: path) }?.description
    }
    #expect(problem(empty) == "\(empty): is empty")
    #expect(problem("/") == "/: is a directory")
    #expect(problem("/dev/zero") == "/dev/zero: is not a regular file")
    #expect(problem("\(empty).none") == "\(empty).none: No such file or directory")
  }
}
