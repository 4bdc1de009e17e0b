import Dispatch

/// Work on several things at once.
enum Concurrently {
  /// What `body` makes of each of the items, in their order. It is called on several threads at once.
  ///
  /// - Throws: what it threw for the first of them.
  static func map<Item, Result>(_ items: [Item], _ body: (Item) throws -> Result) throws -> [Result] {
    guard items.count > 1 else { return try items.map(body) }
    var results = [Swift.Result<Result, any Error>?](repeating: nil, count: items.count)
    results.withUnsafeMutableBufferPointer { buffer in
      // Each place is written by one call alone.
      nonisolated(unsafe) let places = buffer
      nonisolated(unsafe) let (items, body) = (items, body)
      DispatchQueue.concurrentPerform(iterations: items.count) { index in
        places[index] = Swift.Result { try body(items[index]) }
      }
    }
    return try results.compactMap { try $0?.get() }
  }
}
