import ArgumentParser
import ByteReading
import Foundation
import Programs

/// Files that hold BPF programs: objects, corpora, and directories of both.
struct ProgramFiles {
  /// What programs are, where their sections don't tell.
  let kind: ProgramKind?

  /// The uses of all programs in `paths`, in that order; of a directory, by the names of its files.
  func uses(_ paths: [String]) throws -> [ProgramUses] {
    var result: [ProgramUses] = []
    for path in paths {
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
        let files = try files(in: path)
        guard !files.isEmpty else { throw Failure(message: "\(path): holds no BPF object and no corpus") }
        result += try Concurrently.map(files, read).joined()
      } else {
        let programs = try read(path)
        guard !programs.isEmpty else { throw Failure(message: "\(path): holds no program") }
        result += programs
      }
    }
    return result
  }

  private func read(_ path: String) throws -> [ProgramUses] {
    do throws(ProgramError) {
      let start: [UInt8]
      do { start = try RegularFile(path: path).start(64) } catch { throw .file(error) }
      if Self.isText(start) {
        guard let data = FileManager.default.contents(atPath: path) else {
          throw .corpus(path: path, problem: "can't be read")
        }
        return try Corpus(data, path: path).programs
      }
      return try ProgramObject(path: path, kind: kind).programs.map { ProgramUses($0, of: path) }
    } catch {
      throw Failure(message: error.description)
    }
  }

  private static func isText(_ start: [UInt8]) -> Bool {
    start.first { !($0 == 0x20 || (0x09...0x0d).contains($0)) } == UInt8(ascii: "{")
  }

  /// The objects and corpora of a directory and of those in it, sorted.
  private func files(in directory: String) throws -> [String] {
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: directory) else {
      throw Failure(message: "\(directory): can't be read")
    }
    return names.sorted().map { "\(directory)/\($0)" }.filter { path in
      guard let start = try? RegularFile(path: path).start(64) else { return false }
      return ProgramObject.isObject(start) || (path.hasSuffix(".json") && Self.isCorpus(path))
    }
  }

  private static func isCorpus(_ path: String) -> Bool {
    guard let start = try? RegularFile(path: path).start(256) else { return false }
    return String(decoding: start, as: UTF8.self).contains("\"\(Corpus.schema)\"")
  }
}

extension ProgramKind: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
}

/// The option that says what programs are: shared by the commands that read objects.
struct ProgramTypeOptions: ParsableArguments {
  @Option(
    name: .customLong("prog-type"),
    help: ArgumentHelp(
      "What programs are whose section does not tell: sched_cls, or with its attach type cgroup_sock_addr/cgroup_inet4_bind.",
      valueName: "type"))
  var kind: ProgramKind?
}
