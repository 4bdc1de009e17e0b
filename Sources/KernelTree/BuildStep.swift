/// What a build of a tree is about to do.
public enum BuildStep: Sendable, CustomStringConvertible {
  case checkingOut
  case configuring
  /// The kernel's make does what every object needs.
  case preparing
  /// The file's name, as make writes it: `net/core/filter.c`.
  case compiling(String)
  case making(String)
  case searching(symbols: Int)
  case linking

  public var description: String {
    switch self {
    case .checkingOut: "checking out"
    case .configuring: "configuring"
    case .preparing: "preparing the build"
    case .compiling(let file): "compiling \(file)"
    case .making(let file): "building \(file)"
    case .searching(let count): "looking for \(count) symbols"
    case .linking: "linking"
    }
  }

  /// The stage that it begins; nil where it goes on with what was begun: between what every object needs make compiles some
  /// tools and files of its own.
  public var stage: String? {
    switch self {
    case .checkingOut: "check out"
    case .configuring: "configure"
    case .preparing: "make prepare"
    case .compiling(let file): file.hasPrefix("scripts/") || file.hasPrefix("arch/") ? nil : "compile"
    case .making: nil
    case .searching: "look for definitions"
    case .linking: "link"
    }
  }
}
