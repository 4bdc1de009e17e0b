import ArgumentParser
import ContextABI
import Extraction
import Foundation
import KernelImage
import LiveKernel
import Reporting

/// `ctxabi verify`
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compares what the running kernel's verifier says with what its image says, access by access.",
    discussion: """
      The two ways to the same facts must agree: programs loaded into the running kernel, and the callbacks of its image \
      run in an emulator. Loading them needs privilege. The image is /boot/vmlinuz-RELEASE or /usr/lib/modules/RELEASE/vmlinuz, unless another file of \
      the same build is given.

      Exit status: 0, they agree; 1, they do not; 2, they can't be compared.

      Examples:
        ctxabi verify
        ctxabi verify live /usr/lib/debug/boot/vmlinux-$(uname -r)
      """)

  @Argument(
    help: ArgumentHelp(
      "The image of the running kernel; the word live may stand before it.", valueName: "image"),
    completion: .file())
  var arguments: [String] = []

  @OptionGroup var settings: BuildSettings

  @Flag(help: "Compare even if the image is another build than the running kernel.")
  var anyBuild = false

  private var images: [String] {
    arguments.first == LiveBuild.name ? Array(arguments.dropFirst()) : arguments
  }

  func validate() throws {
    guard images.count <= 1 else { throw ValidationError("verify takes one image.") }
  }

  func run() throws {
    let live = try LiveBuild()
    let image = try images.first ?? Self.image(of: live.kernel.release)
    let (imageBuild, imageProvenance) = try settings.open(image)
    if !anyBuild { try check(image, imageProvenance, isOf: live) }
    let (liveBuild, provenance) = try live.open(config: nil, tellsRules: true)
    let comparison = ListingComparison(
      try list(liveBuild, provenance.release, LiveBuild.name),
      try list(imageBuild, imageProvenance.release, image))
    let text = ListingDifferences("running kernel", "image", liveBuild.byteOrder)
    for difference in comparison.differences {
      Console.output(text.lines(difference).joined(separator: "\n") + "\n")
    }
    Console.output(
      "\(provenance.release): \(comparison.firstCount) accesses of the running kernel, \(comparison.secondCount) of \(image): \(comparison.differences.count) differences\n"
    )
    if !comparison.differences.isEmpty { throw ExitCode(1) }
  }

  /// The image that distributions put where a release is booted from.
  private static func image(of release: String) throws -> String {
    let places = ["/boot/vmlinuz-\(release)", "/usr/lib/modules/\(release)/vmlinuz"]
    if let found = places.first(where: FileManager.default.fileExists) { return found }
    throw Failure(
      message: "there is no image of the running kernel at \(places.joined(separator: " or ")); give its path")
  }

  /// Only the same build has to agree.
  private func check(
    _ image: String, _ provenance: Provenance, isOf live: LiveBuild
  ) throws {
    var differences: [String] = []
    if provenance.release != live.kernel.release {
      differences.append("its release is \(provenance.release), not \(live.kernel.release)")
    }
    if let id = provenance.buildID, let running = live.buildID, id != running {
      differences.append("its build id is \(id), not \(running)")
    }
    guard differences.isEmpty else {
      throw Failure(
        message:
          "\(image): is another build than the running kernel: \(differences.joined(separator: ", ")). --any-build compares them all the same"
      )
    }
  }

  /// Every access that the verifier of `build` accepts.
  private func list(_ build: Build, _ release: String, _ name: String) throws -> [ListedAccess] {
    var accesses: [ListedAccess] = []
    let holes: [AccessListing.Hole]
    let progress = Console.Progress()
    do {
      defer { progress.finish() }
      holes = try AccessListing(build).forEach(progress: progress.asking(release)) {
        accesses.append($0)
      }
    } catch {
      throw Failure(message: "\(name): \(error)")
    }
    try Console.report(holes, of: name)
    return accesses
  }
}
