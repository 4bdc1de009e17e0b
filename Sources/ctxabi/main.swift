import KernelImage
import TypeGraph
import Extraction
import Glibc
import ContextABI
func ms() -> Double { var t = timespec(); clock_gettime(CLOCK_MONOTONIC, &t); return Double(t.tv_sec)*1000+Double(t.tv_nsec)/1e6 }
nonisolated(unsafe) var t0 = ms()
func err(_ s: String) { s.withCString { _ = write(2, $0, strlen($0)) } }
func lap(_ s: String) { let t = ms(); err("\(s) \(t-t0) ms\n"); t0 = t }
let img = try KernelImage.open(CommandLine.arguments[1])
lap("open \(img.banner.release) \(img.banner.compiler ?? "-") \(img.buildID ?? "-") \(img.symbols.count) \(img.dwarfFile ?? "")")
let src: any TypeSource
if CommandLine.arguments[2] == "btf" { src = try BTFReader(img.btf!, order: img.architecture.byteOrder) } else {
 src = try DWARFReader(path: img.dwarfFile!, near: Build.anchors(of: img)) }
lap("types open")
let b = try Build(img, TypeGraph(src))
lap("build")
var out: [String] = []
if CommandLine.arguments.count > 3 {
  let sb = SnapshotBuilder(b)
  let snap = try sb.snapshot(Provenance(release: img.banner.release, architecture: img.architecture.rawValue, buildID: img.buildID, compiler: img.banner.compiler, types: src.format, tool: "0", configuration: nil))
  lap("snapshot")
  let j = snap.json
  lap("json \(j.utf8.count)")
  for c in snap.contexts { for r in c.rules {
    let kc = snap.programs.first { $0.name == r.programs[0] }!.kernelContext
    let w = Dictionary(snap.kernel.members[kc]!.map { ($0.path, $0.width) }, uniquingKeysWith: { a, _ in a })
    for m in [r.meaning] + r.deviations.map(\.meaning) {
    do { let p = try Meaning(text: m.description, width: { w[$0] })
      if p != m { err("MISMATCH \(m) -> \(p)\n\(m.tree)\n\(p.tree)\n") } } catch { err("PARSE \(error)\n") } }
  } }
  lap("parse")
  print(j)
  exit(0)
}
let f = try AccessListing(b).forEachLine { out.append($0) }
lap("list \(out.count) \(f.count)")
for x in f.prefix(5) { err("\(x)\n") }
print(out.joined(separator: "\n"))
