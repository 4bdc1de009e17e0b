import ByteReading
import Foundation
import Programs
import TestSupport
import Testing

/// Objects that somebody made to do harm: an error that names the file, or uses; never a crash, never long.
@Suite struct HostileObjectTests {
  private static let source =
    Structures.skb + """
      const volatile u32 limit = 3;
      struct { int (*type)[17]; int *key; int *value; } sockets SEC(".maps");
      static void *(*lookup)(void *, const void *) = (void *)1;
      static NOINLINE u32 inner(struct __sk_buff *skb) { asm volatile(""); return skb->mark; }
      SEC("tc") int program(struct __sk_buff *skb) {
        u32 key = 0, *socket = lookup(&sockets, &key);
        return inner(skb) + limit + (socket ? *socket : 0);
      }
      """

  private func bytes(_ order: ByteOrder = .little) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: BPFObject.compile(Self.source, order: order))))
  }

  private func read(_ bytes: [UInt8]) throws(ProgramError) -> [ProgramUses] {
    let object = try ProgramObject(ByteView(copying: bytes, place: BytePlace(file: "hostile.o")))
    return object.programs.map { ProgramUses($0, of: "hostile.o") }
  }

  /// Cut off anywhere, it names the file.
  @Test func cutOff() throws {
    let whole = try bytes()
    for length in stride(from: 0, to: whole.count, by: 7) {
      do {
        _ = try read(Array(whole.prefix(length)))
        Issue.record("\(length) of \(whole.count) bytes were read")
      } catch { #expect(error.description.hasPrefix("hostile.o: "), "\(error)") }
    }
  }

  /// Each byte set to 0 or 255, and each bit of the headers turned.
  @Test(arguments: ByteOrder.allCases)
  func bytesChanged(_ order: ByteOrder) throws {
    let whole = try bytes(order)
    for place in whole.indices {
      for value in [UInt8(0), 0xff, whole[place] ^ 0x80] {
        var changed = whole
        changed[place] = value
        _ = try? read(changed)
      }
    }
  }

  @Test func jumpsOutside() throws {
    let uses = try UsesOf(
      "SEC(\"tc\") __attribute__((naked)) int out(void *c) { asm volatile(\"if r1 == 0 goto +2000; r0 = 0; exit\"); }")
    #expect(uses["out"]?.uses == [])
    #expect(uses["out"]?.problems == ["instruction 0 jumps to 2001, outside of its function"])
  }

  /// There is no R15, and nothing begins in the second half of an ld_imm64.
  @Test(arguments: [
    (".8byte 0x0000000000001fbf; r0 = 0; exit", "instruction 0 names register 15"),
    ("if r1 == 0 goto +1; r0 = 5 ll; exit", "instruction 0 jumps to 2, into the middle of another"),
  ])
  func whatIsNoInstruction(_ code: String, _ problem: String) throws {
    let uses = try UsesOf(
      "SEC(\"tc\") __attribute__((naked)) int out(void *c) { asm volatile(\"\(code)\"); }")
    #expect(uses["out"]?.uses == [])
    #expect(uses["out"]?.problems == [problem])
  }

  @Test func recursion() throws {
    let uses = try UsesOf(
      """
      static NOINLINE int again(u32 *ctx) { asm volatile(""); return ctx[1] ? again(ctx + 1) + ctx[2] : 1; }
      SEC("tc") int start(u32 *ctx) { return again(ctx) + 1; }
      """)
    #expect(uses["start"]?.problems.first?.hasPrefix("calls are more than 8 deep") == true)
  }

  /// 2^40 ways through it.
  @Test(.timeLimit(.minutes(1)))
  func manyWays() throws {
    let branch = "r2 = *(u32 *)(r1 + 4); if r2 == 0 goto +1; r7 += 1; if r2 == 7 goto +1; r7 *= 3; *(u64 *)(r10 - 8) = r7;"
    let uses = try UsesOf(
      "SEC(\"tc\") __attribute__((naked)) int ways(void *c) { asm volatile(\"r7 = 0; \(String(repeating: branch, count: 20)) r0 = 0; exit\"); }"
    )
    #expect(uses["ways"]?.uses.count == 20)
  }

  @Test func otherFiles() throws {
    #expect(throws: ProgramError.self) { try read(Array("hello".utf8)) }
    let kernel = ElfWriter.kernel().write().bytes
    do {
      _ = try read(kernel)
      Issue.record("a kernel was read as an object")
    } catch { #expect("\(error)" == "hostile.o: is an ELF file for machine 62, not for BPF (247)") }
  }
}
