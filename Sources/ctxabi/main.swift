import KernelImage
import TypeGraph
import Extraction
import Glibc
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
if CommandLine.arguments.count > 3 { var o: [String] = []; try b.debugMeanings { o.append($0) }; lap("meanings \(o.count)"); print(o.joined(separator: "\n")); exit(0) }
let f = try AccessListing(b).forEachLine { out.append($0) }
lap("list \(out.count) \(f.count)")
for x in f.prefix(5) { err("\(x)\n") }
print(out.joined(separator: "\n"))
