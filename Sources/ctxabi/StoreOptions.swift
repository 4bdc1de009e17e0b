import ArgumentParser
import Baselines

/// Where baselines are kept: shared by all commands that use them.
struct StoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The directory that baselines and waivers are kept in.", valueName: "directory"),
    completion: .directory)
  var store: String = "Baselines"

  var baselines: BaselineStore { BaselineStore(directory: store) }

  /// For commands about all of the store: one that is not there is no empty one.
  func requireDirectory() throws {
    guard baselines.exists else {
      throw Failure(message: "\(store): there is no such directory; 'ctxabi baseline add' makes it, --store names another")
    }
  }
}

/// Turns what the store refuses into a failure of the command.
func withStore<R>(_ body: () throws(BaselineError) -> R) throws -> R {
  do { return try body() } catch { throw Failure(message: error.description) }
}
