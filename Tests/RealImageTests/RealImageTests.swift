import ContextABI
import Extraction
import Foundation
import TestSupport
import Testing
import TypeGraph

import KernelImage

@Suite struct TestFilesTests {
  @Test func filesAreThere() throws { #expect(try !TestFile.found.get().isEmpty) }
}

/// What ctxabi finds in the kernels of distributions, in every form that they are handed out in.
@Suite struct RealImageTests {
  private func snapshot(_ file: TestFile, useBTF: Bool = false) throws -> Snapshot {
    let image = try KernelImage(KernelFile.open(file.path), debugDirectories: [])
    let source: any TypeSource
    if !useBTF, let dwarf = image.dwarf {
      source = try DWARFReader(dwarf, near: Build.anchors(of: image))
    } else {
      source = try BTFReader(try #require(image.btf), order: image.architecture.byteOrder)
    }
    return try SnapshotBuilder(Build(image, TypeGraph(source))).snapshot(
      Provenance(
        release: image.banner.release, architecture: image.architecture.rawValue, buildID: image.buildID,
        compiler: image.banner.compiler, types: "", tool: "", configuration: nil))
  }

  @Test(arguments: TestFile.all)
  func wholeSnapshot(_ file: TestFile) throws {
    let snapshot = try snapshot(file)
    #expect(snapshot.coverage.filter(\.isHole) == [])
    #expect(snapshot.programs.count > 30)
    #expect(snapshot.provenance.release == file.release)
    #expect(snapshot.provenance.buildID?.utf8.count == 40)
  }

  /// What the running verifier of this very build answered, access by access.
  @Test(arguments: TestFile.all.filter { $0.form == .vmlinuz && $0.oracle != nil })
  func everyAccess(_ file: TestFile) throws {
    let oracle = try #require(file.oracle)
    let wanted = Set(try Command.run("gzip", ["-dc", oracle]).split(separator: "\n").map(String.init))
    #expect(wanted.count > 10_000)
    let image = try KernelImage(KernelFile.open(file.path), debugDirectories: [])
    let types = TypeGraph(try BTFReader(try #require(image.btf), order: image.architecture.byteOrder))
    var found: Set<String> = []
    #expect(try AccessListing(Build(image, types)).forEachLine { found.insert($0) }.isEmpty)
    #expect(wanted.subtracting(found).sorted().prefix(10) == [], "not found")
    #expect(found.subtracting(wanted).sorted().prefix(10) == [], "the verifier does not accept them so")
  }

  /// vmlinux by DWARF and by BTF, the image that is booted, and the package: one ABI.
  @Test(arguments: TestFile.builds.filter { $0.count > 1 })
  func everyFormIsTheSame(_ build: [TestFile]) throws {
    let first = try #require(build.first)
    let wanted = try snapshot(first, useBTF: true)
    for file in build {
      let image = try KernelImage(KernelFile.open(file.path), debugDirectories: [])
      for useBTF in image.dwarf == nil ? [true] : [true, false] {
        var found = try snapshot(file, useBTF: useBTF)
        #expect(found.provenance.buildID == wanted.provenance.buildID)
        #expect(found.provenance.compiler == wanted.provenance.compiler)
        found.provenance = wanted.provenance
        #expect(found.json == wanted.json, "\(file), \(useBTF ? "BTF" : "DWARF")")
      }
    }
  }

  // MARK: - Symbols

  private struct Entry: Hashable {
    let name: String
    let address: UInt64
  }

  private func entries(_ symbols: SymbolTable) -> Set<Entry> {
    var result: Set<Entry> = []
    symbols.forEach { name, address in result.insert(Entry(name: name, address: address)) }
    return result
  }

  /// The symbols that the build puts into the kernel's own table: what nm lists, but for what scripts/mksysmap and
  /// scripts/kallsyms.c leave out (absolute and undefined symbols, local labels, stubs), and what the last link adds.
  private func expected(_ path: String) throws -> Set<Entry> {
    let prefixes = [
      "$", ".L", "L0", "__efistub_", "__pi_$", "__pi_.L", "__kvm_nvhe_$", "__kvm_nvhe_.L", "__crc_", "__kstrtab_",
      "__kstrtabns_", "__AArch64ADRPThunk_", "__ksymtab_", "kallsyms_", "__kcfi_typeid_", "_GLOBAL_OFFSET_TABLE_",
    ]
    var result: Set<Entry> = []
    for line in try Command.run("nm", [path]).split(separator: "\n") {
      // Sixteen digits, a space, the type, a space, the name.
      guard let address = UInt64(line.prefix(16), radix: 16), let type = line.dropFirst(17).first,
        !"aANUw".contains(type)
      else { continue }
      let name = String(line.dropFirst(19))
      if prefixes.contains(where: { name.hasPrefix($0) }) || name.hasSuffix("_veneer") { continue }
      result.insert(Entry(name: name, address: address))
    }
    return result
  }

  /// Every symbol of a vmlinux that has both tables is the same in both.
  @Test(arguments: TestFile.all.filter { $0.form == .vmlinux })
  func bothTablesOfSymbols(_ file: TestFile) throws {
    let image = try KernelImage(KernelFile.open(file.path), debugDirectories: [])
    let kallsyms = try Kallsyms(image.memory)
    let one = entries(image.symbols)
    let other = entries(kallsyms.symbols)
    #expect(other.count > 40_000)
    #expect(other.subtracting(one).map(\.name).sorted().prefix(20) == [])
    guard kallsyms.hasData else { return }
    #expect(try expected(file.path).subtracting(other).map(\.name).sorted().prefix(20) == [])
  }

  /// The image that is booted has the same table as the vmlinux that it was made of.
  @Test(arguments: TestFile.builds.filter { $0.count > 1 })
  func sameTableInEveryForm(_ build: [TestFile]) throws {
    var wanted: Set<Entry>?
    for file in build {
      let image = try KernelImage(KernelFile.open(file.path), debugDirectories: [])
      let found = entries(try Kallsyms(image.memory).symbols)
      if let wanted { #expect(found == wanted, "\(file)") }
      wanted = wanted ?? found
    }
  }
}
