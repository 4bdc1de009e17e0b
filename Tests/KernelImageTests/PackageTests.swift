import ByteReading
import Foundation
import Packages
import TestSupport
import Testing

import KernelImage

private typealias Member = PackageWriter.Member

@Suite struct PackageTests {
  private static let kernel: [UInt8] = TinyKernel().vmlinux.write().bytes
  private static let configuration = Array("CONFIG_BPF=y\nCONFIG_NR_CPUS=64\n".utf8)

  private func open(_ bytes: [UInt8], member: String? = nil) throws -> KernelImage {
    let path = try TemporaryFile.write(bytes, name: "linux-image.package")
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try KernelImage(KernelFile.open(path, member: member), debugDirectories: [])
  }

  private func problem(_ bytes: [UInt8], member: String? = nil) throws -> String {
    let path = try TemporaryFile.write(bytes, name: "linux-image.package")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let error = #expect(throws: KernelImageError.self) { try KernelFile.open(path, member: member) }
    let message = error?.description ?? ""
    #expect(message.hasPrefix("\(path): "))
    return String(message.dropFirst(path.count + 2))
  }

  private static let kernelPlaces = [
    "./boot/vmlinuz-1.2.3-test", "boot/vmlinux-1.2.3-test", "/boot/vmlinuz-1.2.3-test",
    "./usr/lib/modules/1.2.3-test/vmlinuz", "lib/modules/1.2.3-test/vmlinuz",
    "usr/lib/debug/boot/vmlinux-1.2.3-test", "./usr/lib/debug/lib/modules/1.2.3-test/vmlinux",
    "usr/lib/debug/usr/lib/modules/1.2.3-test/vmlinux.debug", "boot/Image-1.2.3-test",
    "usr/lib/modules/1.2.3-test/vmlinux.xz",
  ]

  @Test(arguments: kernelPlaces)
  func places(_ place: String) throws {
    let members = [
      Member("./usr/share/doc/vmlinuz", [1]), Member("boot/System.map-1.2.3-test", [2]),
      Member(place, Self.kernel), Member("./usr/lib/modules/1.2.3-test/kernel/a.ko", [3, 4]),
    ]
    for bytes in [
      PackageWriter.deb(members),
      PackageWriter.rpm(payload: try Compressor.gzip.compress(PackageWriter.cpio(members))),
    ] {
      let image = try open(bytes)
      BootImageTests.expect(image, is: TinyKernel(), .x86_64)
      #expect(image.path.hasSuffix("linux-image.package: \(place.drop { "./".contains($0) })"))
    }
  }

  @Test(arguments: [
    (Compressor.gzip, "gz"), (.xz, "xz"), (.zstd, "zst"), (.bzip2, "bz2"), (.lzma, "lzma"),
  ])
  func compressions(_ compressor: Compressor, _ suffix: String) throws {
    let members = [Member("./boot/vmlinuz-1.2.3-test", Self.kernel)]
    let tar = try compressor.compress(PackageWriter.tar(members))
    let deb = PackageWriter.deb(data: tar, name: "data.tar.\(suffix)")
    BootImageTests.expect(try open(deb), is: TinyKernel(), .x86_64)
    let cpio = try compressor.compress(PackageWriter.cpio(members))
    BootImageTests.expect(try open(PackageWriter.rpm(payload: cpio)), is: TinyKernel(), .x86_64)
  }

  /// What is larger than a package's own memory goes through a file.
  @Test func largeKernel() throws {
    let large = Self.kernel + [UInt8](repeating: 0, count: 70 << 20)
    let tar = PackageWriter.tar([Member("./usr/lib/debug/boot/vmlinux-1.2.3-test", large)])
    BootImageTests.expect(try open(PackageWriter.deb(data: tar)), is: TinyKernel(), .x86_64)
  }

  @Test func configurations() throws {
    let members = [
      Member("./boot/config-1.2.3-test", Self.configuration),
      Member("./boot/config-0.9", Array("CONFIG_OTHER=y\n".utf8)),
      Member("./boot/vmlinuz-1.2.3-test", Self.kernel),
    ]
    #expect(try open(PackageWriter.deb(members)).configuration?["CONFIG_NR_CPUS"] == "64")
    // The order does not matter.
    #expect(try open(PackageWriter.deb(members.reversed())).configuration?["CONFIG_NR_CPUS"] == "64")
    let modules = [
      Member("lib/modules/1.2.3-test/config", Self.configuration),
      Member("lib/modules/1.2.3-test/vmlinuz", Self.kernel),
    ]
    #expect(try open(PackageWriter.deb(modules)).configuration?["CONFIG_BPF"] == "y")
    #expect(try open(PackageWriter.deb([members[1], members[2]])).configuration == nil)
  }

  @Test func severalKernels() throws {
    var other = TinyKernel()
    other.release = "4.5.6"
    let members = [
      Member("./boot/vmlinuz-1.2.3-test", Self.kernel),
      Member("./boot/vmlinuz-4.5.6", other.vmlinux.write().bytes),
    ]
    let deb = PackageWriter.deb(members)
    #expect(
      try problem(deb)
        == "the package holds several kernels; choose one with --member: boot/vmlinuz-1.2.3-test, boot/vmlinuz-4.5.6"
    )
    #expect(try open(deb, member: "boot/vmlinuz-4.5.6").banner.release == "4.5.6")
    #expect(try open(deb, member: "boot/vmlinuz-1.2.3-test").banner.release == "1.2.3-test")
    #expect(
      try problem(deb, member: "boot/vmlinuz-7")
        == "the package has no member boot/vmlinuz-7; its kernels are: boot/vmlinuz-1.2.3-test, boot/vmlinuz-4.5.6")
  }

  @Test func memberElsewhere() throws {
    let deb = PackageWriter.deb([Member("./opt/kernel", Self.kernel)])
    #expect(try open(deb, member: "opt/kernel").banner.release == "1.2.3-test")
  }

  /// Links are not kernels: they lead to one, or out of the package.
  @Test func links() throws {
    let deb = PackageWriter.deb([
      Member("./usr/lib/debug/boot/vmlinux-1.2.3-test", Self.kernel),
      Member("./usr/lib/debug/lib/modules/1.2.3-test/vmlinux", link: "../../../boot/vmlinux-1.2.3-test"),
    ])
    #expect(try open(deb).banner.release == "1.2.3-test")
    #expect(
      try problem(PackageWriter.deb([Member("./boot/vmlinuz-1", link: "/etc/passwd")])).hasPrefix(
        "the package holds no kernel image"))
  }

  @Test func noKernel() throws {
    let deb = PackageWriter.deb([Member("./usr/share/doc/linux/copyright", [1])])
    #expect(
      try problem(deb)
        == "the package holds no kernel image (boot/vmlinuz-*, lib/modules/*/vmlinuz, lib/debug/**/vmlinux*); give the package that does"
    )
    #expect(
      try problem(PackageWriter.ar([Member("debian-binary", Array("2.0\n".utf8))]))
        == "the package can't be read: Debian package: it has no member data.tar.*")
  }

  @Test func notAKernel() throws {
    let path = try TemporaryFile.write(PackageWriter.deb([Member("./boot/vmlinuz-1", Array("hello, world".utf8))]))
    let error = #expect(throws: KernelImageError.self) { try KernelFile.open(path) }
    #expect(error?.description.hasPrefix("\(path): boot/vmlinuz-1: is no kernel file: ") == true)
  }

  // MARK: - Damage

  @Test func truncated() throws {
    let tar = PackageWriter.tar([Member("./boot/vmlinuz-1.2.3-test", Self.kernel)])
    let compressed = try Compressor.xz.compress(tar)
    let deb = PackageWriter.deb(data: compressed, name: "data.tar.xz")
    // The global header, the first member, the middle of the compressed data, and just before their end.
    let data = deb.count - compressed.count - compressed.count % 2
    for length in [8, 9, 67, 68, 72, 100, data, data + 1, data + compressed.count / 2, data + compressed.count - 1] {
      #expect(try !problem(Array(deb[..<length])).isEmpty, "\(length)")
    }
    #expect(
      try problem(Array(deb[..<(data + compressed.count / 2)])).hasPrefix("the package can't be read: "))
    let rpm = PackageWriter.rpm(
      payload: try Compressor.gzip.compress(PackageWriter.cpio([Member("boot/vmlinuz-1", Self.kernel)])))
    for length in [4, 95, 96, 104, 112, 128, 200, rpm.count / 2, rpm.count - 9] {
      #expect(try !problem(Array(rpm[..<length])).isEmpty, "\(length)")
    }
  }

  @Test func brokenMember() throws {
    let tar = PackageWriter.tar([Member("./boot/vmlinuz-1.2.3-test", Self.kernel)])
    var compressed = try Compressor.xz.compress(tar)
    for index in compressed.count / 2..<(compressed.count / 2 + 20) { compressed[index] ^= 0xff }
    let message = try problem(PackageWriter.deb(data: compressed, name: "data.tar.xz"))
    #expect(message.hasPrefix("the package can't be read: data.tar.xz: "))
  }

  @Test func absurdSizes() throws {
    let large = Member("./boot/vmlinuz-1", [1, 2, 3], claimedSize: 3 << 30)
    #expect(
      try problem(PackageWriter.deb([large]))
        == "with boot/vmlinuz-1, the package expands to more than 2048 MB")
    let longer = Member("./boot/vmlinuz-1", [1, 2, 3], claimedSize: 1 << 20)
    #expect(
      try problem(PackageWriter.deb([longer])).hasPrefix("the package can't be read: data.tar: "))
    let configuration = Member("./boot/config-1", [1, 2, 3], claimedSize: 5 << 20)
    #expect(
      try problem(PackageWriter.deb([configuration]))
        == "with boot/config-1, the package expands to more than 4 MB")
  }

  /// A member that says it has more than any package has: nothing of it is read.
  @Test func bomb() throws {
    #expect(
      try problem(PackageWriter.deb([Member("./usr/share/x", [0], claimedSize: 17 << 30)]))
        == "with usr/share/x, the package expands to more than 16384 MB")
  }
}
