import ContextABI
import Foundation
import Glibc

/// Snapshots kept under names, one file each, in a directory that is made to be kept in git.
public struct BaselineStore: Sendable {
  /// The directory, as the user gave it.
  public let directory: String

  public init(directory: String) { self.directory = directory }

  static let fileSuffix = ".json"
  static let waiversName = "waivers.yaml"

  /// The file of a baseline.
  public func path(of name: String) -> String { "\(directory)/\(name)\(Self.fileSuffix)" }

  /// The file of waivers.
  public var waiversPath: String { "\(directory)/\(Self.waiversName)" }

  /// Whether the directory is there.
  public var exists: Bool { FileManager.default.fileExists(atPath: directory) }

  /// The names of the baselines, sorted; none where there is no such directory.
  public func names() throws(BaselineError) -> [String] {
    guard exists else { return [] }
    return try files().filter { $0.hasSuffix(Self.fileSuffix) && !$0.hasPrefix(".") }
      .map { String($0.dropLast(Self.fileSuffix.count)) }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The names of all files in the directory.
  func files() throws(BaselineError) -> [String] {
    do { return try FileManager.default.contentsOfDirectory(atPath: directory) } catch {
      throw .file(path: directory, problem: "can't be listed")
    }
  }

  // MARK: - Reading

  /// Reads a baseline.
  public func load(_ name: String) throws(BaselineError) -> Snapshot {
    let path = try existingPath(of: name)
    do { return try Snapshot(path: path) } catch { throw .snapshot(error) }
  }

  /// Reads a baseline and the waivers of the store, while nobody writes to it.
  public func loadWithWaivers(_ name: String) throws(BaselineError) -> (Snapshot, WaiverFile) {
    // Says which baselines there are, before it says that there is no such directory.
    _ = try existingPath(of: name)
    let lock = try StoreLock(directory: directory, .reading)
    defer { lock.release() }
    return (try load(name), try currentWaivers())
  }

  /// Where a baseline comes from; nothing else of it is read.
  public func provenance(of name: String) throws(BaselineError) -> Provenance {
    let path = try existingPath(of: name)
    do { return try Snapshot.provenance(path: path) } catch { throw .snapshot(error) }
  }

  /// The waivers of the store; none where there is no file.
  public func waivers() throws(BaselineError) -> WaiverFile {
    guard exists else { return WaiverFile([]) }
    let lock = try StoreLock(directory: directory, .reading)
    defer { lock.release() }
    return try currentWaivers()
  }

  private func currentWaivers() throws(BaselineError) -> WaiverFile {
    let path = try StoreTransaction(store: self).currentWaivers()
    let file = try WaiverFile(path: path)
    let names = Set(try names())
    for waiver in file.waivers {
      guard let baseline = waiver.baseline, !names.contains(baseline) else { continue }
      throw .waivers(path: path, problem: "the waiver for \(waiver.title) names a baseline that is not there: \(baseline)")
    }
    return file
  }

  private func existingPath(of name: String) throws(BaselineError) -> String {
    try Self.check(name)
    let path = path(of: name)
    guard FileManager.default.fileExists(atPath: path) else {
      throw .missing(name: name, store: directory, known: try names())
    }
    return path
  }

  // MARK: - Writing

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

  /// Replaces a baseline, and the waivers with it, while nobody else writes to the store.
  ///
  /// - Parameter decide: gets the baseline and the waivers as they are, and says what takes their place; nil leaves all as
  ///   it is.
  public func update(
    _ name: String,
    _ decide: (Snapshot, WaiverFile) throws(BaselineError) -> (snapshot: Snapshot, waivers: WaiverFile)?
  ) throws(BaselineError) {
    _ = try existingPath(of: name)
    try locked { () throws(BaselineError) in
      let waivers = try currentWaivers()
      guard let new = try decide(try load(name), waivers) else { return }
      if new.waivers == waivers {
        try AtomicFile.write(new.snapshot.json, to: path(of: name))
      } else {
        try StoreTransaction(store: self).replace(name, by: new.snapshot.json, waivers: new.waivers.yaml)
      }
    }
  }

  /// Removes a baseline and the waivers that name it.
  public func remove(_ name: String) throws(BaselineError) {
    _ = try existingPath(of: name)
    try locked { () throws(BaselineError) in
      let path = try existingPath(of: name)
      let waivers = try currentWaivers()
      let others = WaiverFile(waivers.waivers.filter { $0.baseline != name })
      if others != waivers { try AtomicFile.write(others.yaml, to: waiversPath) }
      guard unlink(path) == 0 else {
        throw .file(path: path, problem: "can't be removed: \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Changes the waivers while nobody else writes to the store.
  public func updateWaivers(
    _ change: (WaiverFile) throws(BaselineError) -> WaiverFile
  ) throws(BaselineError) {
    try locked { () throws(BaselineError) in
      try AtomicFile.write(try change(try currentWaivers()).yaml, to: waiversPath)
    }
  }

  private func locked(_ body: () throws(BaselineError) -> Void) throws(BaselineError) {
    let lock = try StoreLock(directory: directory, .writing)
    defer { lock.release() }
    try StoreTransaction(store: self).recover()
    try body()
  }

  private func makeDirectory() throws(BaselineError) {
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch {
      // Foundation's own words don't tell what is in the way.
      throw .file(path: directory, problem: "can't be made a directory")
    }
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
