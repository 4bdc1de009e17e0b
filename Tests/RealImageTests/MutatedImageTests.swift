import ByteReading
import Decompression
import Foundation
import KernelImage
import TestSupport
import Testing

/// Images that were damaged, or made to harm: a snapshot of each ends soon, with status 0 or 2.
@Suite(.serialized) struct MutatedImageTests {
  /// How many images are tried: a sample, unless this says otherwise (2000).
  private static let count =
    ProcessInfo.processInfo.environment["CTXABI_MUTATED_IMAGES"].flatMap { Int($0) } ?? Damage.allCases.count

  /// What a snapshot may take: seconds of the processor, and megabytes.
  private static let seconds = 5
  private static let megabytes = 500

  /// The kernel of one package, as it is booted and unpacked.
  private static let kernel = Result { () throws -> VictimKernel in
    let file = try TestFile.found.get().first {
      $0.form == .vmlinuz && $0.release.hasPrefix("6.12.") && $0.release.hasSuffix("amd64")
    }
    return try VictimKernel(try #require(file).path)
  }

  @Test func endsSoon() throws {
    let kernel = try Self.kernel.get()
    for number in 0..<Self.count {
      let damage = Damage.allCases[number % Damage.allCases.count]
      var generator = Generator(seed: UInt64(number))
      let file = try TemporaryFile.write(kernel.damaged(damage, &generator))
      defer { try? FileManager.default.removeItem(at: URL(fileURLWithPath: file).deletingLastPathComponent()) }
      let run = try MeasuredRun(["snapshot", file], seconds: 2 * Self.seconds)
      #expect(run.status == 0 || run.status == 2, "\(damage), \(number): signal \(run.signal), \(run.messages)")
      #expect(run.seconds < Double(Self.seconds), "\(damage), \(number)")
      #expect(run.megabytes < Self.megabytes, "\(damage), \(number)")
    }
  }

  /// Of a kernel whose callbacks never return nothing is known, and each callback is one item of coverage.
  @Test(arguments: [Damage.jump, .push])
  func runawayIsOneItem(_ damage: Damage) throws {
    let kernel = try Self.kernel.get()
    var generator = Generator(seed: 0)
    let file = try TemporaryFile.write(kernel.damaged(damage, &generator))
    let snapshot = try TestBuild.snapshot(file, useBTF: true)
    #expect(snapshot.contexts.allSatisfy { $0.rules.isEmpty })
    let holes = snapshot.coverage.filter(\.isHole)
    #expect(!holes.isEmpty)
    #expect(holes.allSatisfy { $0.reason.contains("called no more") })
    // Function by function, whatever it was asked.
    #expect(Set(holes.map(\.reason)).count == holes.count)
    #expect(holes.count <= kernel.callbacks.count)
    #expect(holes.allSatisfy { $0.accesses.isEmpty || $0.accesses == ["helpers"] || $0.accesses == ["added instructions"] })
  }
}
