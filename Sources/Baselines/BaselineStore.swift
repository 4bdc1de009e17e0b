import ContextABI
import Foundation

/// Snapshots kept under names, one file each, in a directory that is made to be kept in git.
public struct BaselineStore: Sendable {
  /// The directory, as the user gave it.
  public let directory: String

  public init(directory: String) { self.directory = directory }

  /// The file of a baseline.
  public func path(of name: String) -> String { "\(directory)/\(name).json" }

  /// The file of waivers.
  public var waiversPath: String { "\(directory)/waivers.yaml" }

  /// The names of the baselines, sorted; none where there is no such directory.
  public func names() throws(BaselineError) -> [String] {
    guard FileManager.default.fileExists(atPath: directory) else { return [] }
    let files: [String]
    do { files = try FileManager.default.contentsOfDirectory(atPath: directory) } catch {
      throw .file(path: directory, problem: error.localizedDescription)
    }
    return files.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
      .map { String($0.dropLast(5)) }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Reads a baseline.
  public func load(_ name: String) throws(BaselineError) -> Snapshot {
    let data = try read(name)
    do { return try Snapshot(json: data, file: path(of: name)) } catch { throw .snapshot(error) }
  }

  /// Where a baseline comes from; nothing else of it is read.
  public func provenance(of name: String) throws(BaselineError) -> Provenance {
    let data = try read(name)
    do { return try Snapshot.provenance(json: data, file: path(of: name)) } catch {
      throw .snapshot(error)
    }
  }

  private func read(_ name: String) throws(BaselineError) -> Data {
    try Self.check(name)
    let path = path(of: name)
    guard FileManager.default.fileExists(atPath: path) else {
      throw .missing(name: name, known: try names())
    }
    do { return try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw .file(path: path, problem: error.localizedDescription)
    }
  }

  /// Keeps a snapshot under a new name.
  public func add(_ name: String, _ snapshot: Snapshot) throws(BaselineError) {
    try Self.check(name)
    try makeDirectory()
    try locked { () throws(BaselineError) in
      guard !FileManager.default.fileExists(atPath: path(of: name)) else {
        throw .exists(name: name)
      }
      try AtomicFile.write(snapshot.json, to: path(of: name))
    }
  }

  /// Replaces a baseline, and whatever waivers the replacement uses up, while nobody else writes to the store.
  ///
  /// - Parameter decide: gets the baseline as it is, and says what takes its place; nil leaves all as it is.
  public func update(
    _ name: String, _ decide: (Snapshot) throws(BaselineError) -> (Snapshot, WaiverFile?)?
  ) throws(BaselineError) {
    try Self.check(name)
    try locked { () throws(BaselineError) in
      guard let (snapshot, waivers) = try decide(try load(name)) else { return }
      try AtomicFile.write(snapshot.json, to: path(of: name))
      if let waivers { try AtomicFile.write(waivers.yaml, to: waiversPath) }
    }
  }

  /// Removes a baseline.
  public func remove(_ name: String) throws(BaselineError) {
    try Self.check(name)
    try locked { () throws(BaselineError) in
      guard FileManager.default.fileExists(atPath: path(of: name)) else {
        throw .missing(name: name, known: try names())
      }
      do { try FileManager.default.removeItem(atPath: path(of: name)) } catch {
        throw .file(path: path(of: name), problem: error.localizedDescription)
      }
    }
  }

  /// The waivers of the store; none where there is no file.
  public func waivers() throws(BaselineError) -> WaiverFile {
    guard FileManager.default.fileExists(atPath: waiversPath) else { return WaiverFile([]) }
    let text: String
    do { text = try String(contentsOfFile: waiversPath, encoding: .utf8) } catch {
      throw .waivers(path: waiversPath, problem: "can't be read: \(error.localizedDescription)")
    }
    return try WaiverFile(yaml: text, path: waiversPath)
  }

  /// Changes the waivers while nobody else writes to the store.
  public func updateWaivers(
    _ change: (WaiverFile) throws(BaselineError) -> WaiverFile
  ) throws(BaselineError) {
    try makeDirectory()
    try locked { () throws(BaselineError) in
      try AtomicFile.write(try change(try waivers()).yaml, to: waiversPath)
    }
  }

  private func locked(_ body: () throws(BaselineError) -> Void) throws(BaselineError) {
    let lock = try StoreLock(directory: directory)
    defer { lock.release() }
    try body()
  }

  private func makeDirectory() throws(BaselineError) {
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch { throw .file(path: directory, problem: error.localizedDescription) }
  }

  private static func check(_ name: String) throws(BaselineError) {
    let isGood =
      !name.isEmpty && name.first != "." && name.first != "-"
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
          || [0x2b, 0x2d, 0x2e, 0x5f].contains($0)
      }
    guard isGood else { throw .badName(name) }
  }
}
