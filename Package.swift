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
    .target(name: "Digest", dependencies: ["CLibcrypto"], swiftSettings: strict),
    .target(name: "ContextABI", dependencies: ["ByteReading", "Digest"], swiftSettings: strict),
    .target(
      name: "SymbolicEvaluation", dependencies: ["ByteReading", "TypeGraph", "BPF", "ContextABI"],
      swiftSettings: strict),
    .target(
      name: "Extraction",
      dependencies: [
        "ByteReading", "KernelImage", "TypeGraph", "Emulation", "BPF", "ContextABI",
        "SymbolicEvaluation",
      ],
      swiftSettings: strict),
    .target(name: "Comparison", dependencies: ["ByteReading", "ContextABI"], swiftSettings: strict),
    .target(
      name: "Reporting", dependencies: ["ByteReading", "BPF", "ContextABI", "Comparison"],
      swiftSettings: strict),
    .executableTarget(
      name: "ctxabi",
      dependencies: [
        "KernelImage", "TypeGraph", "ContextABI", "Extraction", "Comparison", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser")
      ],
      swiftSettings: strict),

    .testTarget(
      name: "ReportingTests", dependencies: ["ctxabi", "ByteReading", "ContextABI", "Comparison", "Reporting"],
      exclude: ["Goldens", "validate-json", "check-page", "sarif-2.1.0"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
