import ByteReading
import Foundation
import TestSupport
import Testing

import KernelImage

/// Where a kernel's configuration comes from.
@Suite struct ConfigurationSourceTests {
  private let text = Array("#\n# Automatically generated\nCONFIG_BPF_SYSCALL=y\n# CONFIG_IPV6 is not set\n".utf8)

  private func directory(_ kernel: TinyKernel, _ name: String, beside: [String: String]) throws -> String {
    let path = try TemporaryFile.write(kernel.vmlinux.write().bytes, name: name)
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
    for (name, text) in beside {
      try Data(text.utf8).write(to: directory.appendingPathComponent(name))
    }
    return path
  }

  @Test func embedded() throws {
    var kernel = TinyKernel()
    kernel.configuration = try Compressor.gzip.compress(text)
    let image = try BootImageTests.open(kernel.stripped.write().bytes)
    #expect(image.configuration?.options == ["CONFIG_BPF_SYSCALL": "y"])
    // What the kernel says itself counts more than a file beside it.
    let path = try directory(kernel, "vmlinux", beside: ["config-1.2.3-test": "CONFIG_OTHER=y\n"])
    #expect(try KernelImage.open(path).configuration?.options == ["CONFIG_BPF_SYSCALL": "y"])
  }

  @Test func none() throws {
    #expect(try BootImageTests.open(TinyKernel().stripped.write().bytes).configuration == nil)
    var kernel = TinyKernel()
    // A marker, and something else behind it.
    kernel.configuration = [1, 2, 3]
    #expect(try BootImageTests.open(kernel.stripped.write().bytes).configuration == nil)
  }

  @Test func beside() throws {
    let kernel = TinyKernel()
    let path = try directory(
      kernel, "vmlinuz-1.2.3-test",
      beside: ["config-1.2.3-test": "CONFIG_A=y\n", "config-9": "CONFIG_B=y\n", "config": "CONFIG_C=y\n"])
    #expect(try KernelImage.open(path).configuration?.options == ["CONFIG_A": "y"])
  }

  @Test func inTheModulesDirectory() throws {
    let kernel = TinyKernel()
    let path = try TemporaryFile.write([], name: "x")
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("1.2.3-test")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let file = directory.appendingPathComponent("vmlinuz")
    try Data(kernel.vmlinux.write().bytes).write(to: file)
    try Data("CONFIG_C=y\n".utf8).write(to: directory.appendingPathComponent("config"))
    #expect(try KernelImage.open(file.path).configuration?.options == ["CONFIG_C": "y"])
  }

  @Test func damaged() throws {
    var kernel = TinyKernel()
    kernel.configuration = Array(try Compressor.gzip.compress(text).prefix(40))
    #expect(
      try BootImageTests.problem(kernel.stripped.write().bytes).hasPrefix("kernel_config_data: the gzip data "))
    kernel.configuration = try Compressor.gzip.compress(Array("hello\n".utf8))
    #expect(
      try BootImageTests.problem(kernel.stripped.write().bytes)
        == "kernel_config_data: at offset 0x0: no line sets an option (CONFIG_…=…): it is no kernel configuration")
  }
}
