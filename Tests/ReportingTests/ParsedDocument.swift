import Foundation
import FoundationXML
import Testing

/// An XML document, or a page that is written like one, read strictly.
final class ParsedDocument: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    /// The names of the elements around it, the outermost first.
    let path: [String]
  }

  private(set) var elements: [Element] = []
  private(set) var text = ""
  private var path: [String] = []

  init(_ source: String) throws {
    super.init()
    let parser = XMLParser(data: Data(source.replacing("<!DOCTYPE html>", with: "").utf8))
    parser.delegate = self
    guard parser.parse() else {
      throw Malformed(line: parser.lineNumber, reason: parser.parserError.map { "\($0)" } ?? "")
    }
  }

  struct Malformed: Error {
    let line: Int
    let reason: String
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append(Element(name: name, attributes: attributes, path: path))
    path.append(name)
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    path.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }
}

/// Expects that a page loads nothing, runs nothing, and links to nothing but its own parts.
func expectSelfContained(_ page: ParsedDocument) throws {
  let names = Set(page.elements.map(\.name))
  let loading: Set = ["script", "img", "iframe", "object", "embed", "base", "form", "video", "audio"]
  #expect(names.intersection(loading) == [])
  let ids = page.elements.compactMap { $0.attributes["id"] }
  #expect(Set(ids).count == ids.count, "an id is given twice")
  for element in page.elements {
    for (name, value) in element.attributes {
      #expect(!name.hasPrefix("on"), "<\(element.name) \(name)>")
      #expect(name != "src" && name != "action" && name != "style")
      if name == "href", element.name != "link" {
        #expect(value.hasPrefix("#") && ids.contains(String(value.dropFirst())), "\(value) leads nowhere")
      }
      if name == "aria-labelledby" { #expect(ids.contains(value), "\(value) is no id") }
    }
  }
  for link in page.all("link") { #expect(link.attributes["href"] == "data:,") }
  let policy = page.all("meta").first { $0.attributes["http-equiv"] == "Content-Security-Policy" }
  #expect(policy?.attributes["content"]?.hasPrefix("default-src 'none'") == true)
}
