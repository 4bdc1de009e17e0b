// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// A module whose parts tests put together anew, in release builds too.
let testable = strict + [.unsafeFlags(["-enable-testing"])]

let package = Package(
  name: "ctxabi",
  products: [.executable(name: "ctxabi", targets: ["ctxabi"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    // System libraries. Each is imported by exactly one module.
    .systemLibrary(name: "CLibelf", pkgConfig: "libelf", providers: [.apt(["libelf-dev"])]),
    .systemLibrary(name: "CLibdw", pkgConfig: "libdw", providers: [.apt(["libdw-dev"])]),
    .systemLibrary(name: "CUnicorn", pkgConfig: "unicorn", providers: [.apt(["libunicorn-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLibbz2", providers: [.apt(["libbz2-dev"])]),
    .systemLibrary(name: "CLiblzma", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
    .systemLibrary(name: "CLiblzo2", pkgConfig: "lzo2", providers: [.apt(["liblzo2-dev"])]),
    .systemLibrary(name: "CLiblz4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CLibzstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CLibarchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLibbpf", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev"])]),
    .target(name: "CUnicornHooks", dependencies: ["CUnicorn"]),
    // libz3, loaded when it is first needed: nothing links to it.
    .target(name: "CZ3", linkerSettings: [.linkedLibrary("dl")]),

    .target(name: "ByteReading", swiftSettings: strict),
    .target(
      name: "Decompression",
      dependencies: [
        "ByteReading", "CZlib", "CLibbz2", "CLiblzma", "CLiblzo2", "CLiblz4", "CLibzstd",
      ],
      swiftSettings: strict),
    .target(name: "Packages", dependencies: ["ByteReading", "CLibarchive"], swiftSettings: strict),
    .target(
      name: "KernelImage",
      dependencies: ["ByteReading", "Decompression", "Digest", "Packages", "CLibelf"],
      swiftSettings: strict),
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
      swiftSettings: testable),
    .target(name: "Solver", dependencies: ["CZ3"], swiftSettings: strict),
    .target(
      name: "Comparison", dependencies: ["ByteReading", "ContextABI", "Digest", "Solver"], swiftSettings: testable),
    .target(
      name: "Programs",
      dependencies: ["ByteReading", "KernelImage", "LiveKernel", "TypeGraph", "BPF", "ContextABI"],
      swiftSettings: strict),
    .target(
      name: "Compatibility", dependencies: ["ByteReading", "ContextABI", "Comparison", "Programs"],
      swiftSettings: strict),
    .target(name: "Processes", swiftSettings: strict),
    .target(
      name: "ObjectLinking", dependencies: ["ByteReading", "KernelImage", "Processes"],
      swiftSettings: strict),
    .target(
      name: "KernelTree", dependencies: ["Digest", "KernelImage", "ObjectLinking", "Processes"],
      swiftSettings: strict),
    .target(
      name: "Baselines",
      dependencies: ["ByteReading", "ContextABI", "Comparison", .product(name: "Yams", package: "Yams")],
      swiftSettings: strict),
    .target(
      name: "Reporting",
      dependencies: ["ByteReading", "BPF", "ContextABI", "Comparison", "Programs", "Compatibility"],
      swiftSettings: strict),
    .executableTarget(
      name: "ctxabi",
      dependencies: [
        "ByteReading", "KernelImage", "LiveKernel", "TypeGraph", "ContextABI", "Extraction", "Comparison",
        "Baselines", "Reporting", "ObjectLinking", "KernelTree", "Programs", "Compatibility",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // What tests share: the miniature kernel, writers of tiny files, a second way from code to values.
    .target(
      name: "TestSupport",
      dependencies: [
        "ByteReading", "BPF", "KernelImage", "TypeGraph", "ContextABI", "SymbolicEvaluation",
        "Extraction", "Digest", "LiveKernel",
      ],
      path: "Tests/Support", swiftSettings: strict),
    // Writes the inputs that Fuzz/run starts from.
    .executableTarget(
      name: "FuzzSeeds", dependencies: ["ByteReading", "TestSupport"], path: "Fuzz/Seeding", swiftSettings: strict),
    .testTarget(
      name: "ByteReadingTests", dependencies: ["ByteReading", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "TypeGraphTests", dependencies: ["ByteReading", "KernelImage", "TypeGraph", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "BPFTests", dependencies: ["ByteReading", "BPF"], swiftSettings: strict),
    .testTarget(
      name: "ContextABITests",
      dependencies: ["ByteReading", "ContextABI", "Digest", "KernelImage", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "SymbolicEvaluationTests",
      dependencies: [
        "ByteReading", "BPF", "TypeGraph", "ContextABI", "SymbolicEvaluation", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ExtractionTests",
      dependencies: [
        "ByteReading", "BPF", "KernelImage", "TypeGraph", "ContextABI", "Extraction", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ComparisonTests",
      dependencies: ["ContextABI", "Comparison", "KernelImage", "TestSupport"],
      swiftSettings: strict),
    .testTarget(name: "SolverTests", dependencies: ["Solver"], swiftSettings: strict),
    .testTarget(
      name: "ProofTests",
      dependencies: ["ctxabi", "ByteReading", "ContextABI", "Comparison", "Solver", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "JudgementTests", dependencies: ["ContextABI", "Comparison"], swiftSettings: strict),
    .testTarget(
      name: "BaselineTests",
      dependencies: ["ctxabi", "Baselines", "Comparison", "ContextABI", "KernelImage", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "CommandLineTests", dependencies: ["ctxabi", "ContextABI", "TestSupport"],
      exclude: ["complete-in-bash"], swiftSettings: strict),
    .testTarget(
      name: "KernelTreeTests", dependencies: ["ctxabi", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "RealTreeTests", dependencies: ["ctxabi", "TestSupport"],
      exclude: ["Series"], swiftSettings: strict),
    .testTarget(
      name: "RealKernelTests",
      dependencies: [
        "ByteReading", "BPF", "KernelImage", "TypeGraph", "ContextABI", "Extraction", "TestSupport",
      ],
      swiftSettings: strict),

    .testTarget(
      name: "DecompressionTests", dependencies: ["ByteReading", "Decompression", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "KernelImageTests",
      dependencies: ["ByteReading", "Decompression", "KernelImage", "Packages", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RealImageTests",
      dependencies: ["ByteReading", "Decompression", "KernelImage", "TypeGraph", "ContextABI", "Extraction", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "LiveTests",
      dependencies: [
        "ByteReading", "KernelImage", "LiveKernel", "TypeGraph", "BPF", "ContextABI", "Extraction", "Reporting",
        "ctxabi", "TestSupport",
      ],
      swiftSettings: strict),

    .testTarget(
      name: "ProgramsTests",
      dependencies: [
        "ByteReading", "Extraction", "TypeGraph", "LiveKernel", "ContextABI", "Comparison", "Programs", "Compatibility", "ctxabi",
        "TestSupport",
      ],
      swiftSettings: strict),

    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "ctxabi", "Baselines", "ByteReading", "ContextABI", "Comparison", "Reporting",
        .product(name: "Yams", package: "Yams"),
      ],
      exclude: ["Goldens", "validate-json", "check-page", "sarif-2.1.0"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
