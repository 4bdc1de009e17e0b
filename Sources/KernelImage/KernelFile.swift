import ByteReading
import Packages

/// A file that holds a kernel, taken out of whatever it was packed in: a vmlinux, a boot image, or a package.
public struct KernelFile: Sendable {
  /// The file's path as the user gave it; of a kernel in a package, that and the path inside.
  public let path: String
  let content: KernelContent
  /// The `config-RELEASE` file that came in the same package.
  let packagedConfiguration: ByteView?

  /// Opens the file at `path` and expands what is compressed in it.
  ///
  /// - Parameter member: the kernel's path inside a package; needed only where one holds several.
  public static func open(
    _ path: String, member: String? = nil
  ) throws(KernelImageError) -> KernelFile {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .file(error) }
    if KernelPackage.recognises(file.bytes) {
      let kernel: PackagedKernel
      do { kernel = try KernelPackage.kernel(in: file.bytes, at: path, member: member) } catch {
        throw .package(error)
      }
      return try KernelFile(kernel.bytes, packagedConfiguration: kernel.configuration)
    }
    if let member {
      throw .notAKernel(path: path, problem: "is no package, so it has no member \(member)")
    }
    return try KernelFile(file.bytes)
  }

  /// The kernel in `bytes`.
  init(_ bytes: ByteView, packagedConfiguration: ByteView? = nil) throws(KernelImageError) {
    path = bytes.place.file
    content = try Unwrapping.content(of: bytes)
    self.packagedConfiguration = packagedConfiguration
  }
}
