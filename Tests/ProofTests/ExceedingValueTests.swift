import Testing

@testable import Comparison

/// Whether reads can give more bits than they read.
@Suite struct ExceedingValueTests {
  private func verdict(_ text: String, bits: Int) throws -> ExceedingValue.Verdict {
    ExceedingValue(try TinyWorld.meaning(text), bits: bits, TinyWorld.world).verdict
  }

  @Test(
    arguments: [
      ("ctx->word", 32), ("ctx->flag ? ctx->half : 0", 16),
      // Only arithmetic tells.
      ("ctx->half + ctx->half", 32), ("ctx->wide % 256", 8), ("ctx->wide < 65536 ? ctx->wide : 65535", 16),
      ("(ctx->byte ^ 0xff) & 0xff", 8),
    ])
  func never(_ text: String, _ bits: Int) throws {
    #expect(try verdict(text, bits: bits) == .never)
  }

  @Test func undecided() throws {
    let same = "ctx->word * ctx->pair % 65521 == ((ctx->word % 65521) * (ctx->pair % 65521)) % 65521"
    #expect(try verdict("\(same) ? 1 : 256", bits: 8) == .undecided("the solver gave up at its limit of work"))
  }

  @Test(
    arguments: [
      ("ctx->half != 65535 ? ctx->half : 0xffffffffffffffff", 32, "with ctx->half = 65535: 0xffffffffffffffff"),
      ("ctx->half + 1", 16, "with ctx->half = 65535: 0x10000"),
      // 2^64 values, one of which is too large: 0x...f3 / 3.
      (
        "ctx->wide * 3 == 0x123456789abcdef3 ? 256 : 0", 8,
        "with ctx->wide = 0x\(String(0x1234_5678_9abc_def3 &* UInt64(0xaaaa_aaaa_aaaa_aaab), radix: 16)): 0x100"
      ),
    ])
  func exceeds(_ text: String, _ bits: Int, _ witness: String) throws {
    #expect(try verdict(text, bits: bits) == .exceeds(witness))
  }
}
