/// The path of a file in a package, as far as it tells what the file is.
struct MemberPath {
  private let directories: [Substring]
  private let name: Substring

  init(_ path: String) {
    let parts = path.split(separator: "/")
    directories = Array(parts.dropLast())
    name = parts.last ?? ""
  }

  /// Where kernels lie, as distributions put them there: `boot/vmlinuz-RELEASE`, `lib/modules/RELEASE/vmlinuz` (with or
  /// without `usr/`), and with debug information somewhere under `usr/lib/debug`.
  var isKernel: Bool {
    if isInDebugDirectory { return isNamed("vmlinux") }
    guard directories == ["boot"] || modulesRelease != nil else { return false }
    return ["vmlinuz", "vmlinux", "Image", "image", "bzImage"].contains { isNamed($0) }
  }

  /// The release that a kernel's path names.
  var release: String? {
    if let modulesRelease { return modulesRelease }
    guard let dash = name.firstIndex(of: "-") else { return nil }
    return String(name[name.index(after: dash)...])
  }

  /// The release that this file is the configuration of, where it is one.
  var configurationRelease: String? {
    if name == "config" { return modulesRelease }
    guard directories == ["boot"], name.hasPrefix("config-") else { return nil }
    return String(name.dropFirst("config-".count))
  }

  /// Whether it is a file with debug information.
  var isInDebugDirectory: Bool { directories.starts(with: ["usr", "lib", "debug"]) }

  /// The release in `lib/modules/RELEASE/`.
  private var modulesRelease: String? {
    let parts = directories.first == "usr" ? directories.dropFirst() : directories[...]
    guard parts.count == 3, parts.starts(with: ["lib", "modules"]) else { return nil }
    return parts.last.map(String.init)
  }

  /// Whether the file is called `kernel`, with or without a release, a compression or `.debug` behind it.
  private func isNamed(_ kernel: String) -> Bool {
    guard name.hasPrefix(kernel) else { return false }
    let rest = name.dropFirst(kernel.count)
    if rest.isEmpty { return true }
    if rest.hasSuffix(".sig") || rest.hasSuffix(".hmac") || rest.hasSuffix(".sha512hmac") { return false }
    return rest.hasPrefix("-") || Self.endings.contains { rest == $0 }
  }

  private static let endings = [".gz", ".xz", ".zst", ".bz2", ".lz4", ".lzma", ".lzo", ".debug"]
}
