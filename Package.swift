// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "ctxabi",
  products: [.executable(name: "ctxabi", targets: ["ctxabi"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // System libraries. Each is imported by exactly one module.
    .systemLibrary(name: "CLibelf", pkgConfig: "libelf", providers: [.apt(["libelf-dev"])]),
    .systemLibrary(name: "CLibdw", pkgConfig: "libdw", providers: [.apt(["libdw-dev"])]),
    .systemLibrary(name: "CUnicorn", pkgConfig: "unicorn", providers: [.apt(["libunicorn-dev"])]),
    .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLibbpf", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev"])]),
    .target(name: "CUnicornHooks", dependencies: ["CUnicorn"]),

    .target(name: "ByteReading", swiftSettings: strict),
    .target(
      name: "KernelImage", dependencies: ["ByteReading", "Digest", "CLibelf"], swiftSettings: strict),
    .target(
      name: "TypeGraph", dependencies: ["ByteReading", "CLibdw"],
      swiftSettings: strict),
    .target(
      name: "Emulation", dependencies: ["ByteReading", "KernelImage", "CUnicorn", "CUnicornHooks"],
      swiftSettings: strict),
    .target(name: "BPF", dependencies: ["ByteReading"], swiftSettings: strict),
    .target(
      name: "LiveKernel", dependencies: ["ByteReading", "BPF", "CLibbpf"], swiftSettings: strict),
    .target(name: "Digest", dependencies: ["CLibcrypto"], swiftSettings: strict),
    .target(name: "ContextABI", dependencies: ["ByteReading", "Digest"], swiftSettings: strict),
    .target(
      name: "SymbolicEvaluation", dependencies: ["ByteReading", "TypeGraph", "BPF", "ContextABI"],
      swiftSettings: strict),
    .target(
      name: "Extraction",
      dependencies: [
        "ByteReading", "KernelImage", "TypeGraph", "Emulation", "LiveKernel", "BPF", "ContextABI",
        "SymbolicEvaluation",
      ],
      swiftSettings: strict),
    .target(
      name: "Reporting", dependencies: ["ByteReading", "BPF", "ContextABI"], swiftSettings: strict),
    .executableTarget(
      name: "ctxabi",
      dependencies: [
        "ByteReading", "KernelImage", "LiveKernel", "TypeGraph", "ContextABI", "Extraction", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser")
      ],
      swiftSettings: strict),
    .testTarget(
      name: "LiveTests",
      dependencies: [
        "ByteReading", "KernelImage", "LiveKernel", "TypeGraph", "BPF", "ContextABI", "Extraction", "Reporting",
        "ctxabi",
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
