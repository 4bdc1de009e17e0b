import ContextABI

/// Chooses the baseline that a build is compared with when nobody names one.
public enum NearestBaseline {
  /// The name of the baseline of the build's architecture that is nearest in release: the newest that is not newer than
  /// the build, else the oldest that is; of several of one release the one whose release text has most in common with the
  /// build's.
  public static func name(
    for build: Provenance, in store: BaselineStore
  ) throws(BaselineError) -> String {
    let names = try store.names()
    var candidates: [Candidate] = []
    let wanted = KernelRelease(build.release)
    for name in names {
      let provenance = try store.provenance(of: name)
      if provenance.architecture == build.architecture {
        candidates.append(Candidate(name: name, release: KernelRelease(provenance.release), wanted: wanted))
      }
    }
    let release =
      candidates.map(\.release).filter { $0 <= wanted }.max() ?? candidates.map(\.release).min()
    guard let best = candidates.filter({ $0.release == release }).max(by: Candidate.isLessAlike) else {
      throw .noneForArchitecture(build.architecture, store: store.directory, known: names)
    }
    return best.name
  }

  private struct Candidate {
    let name: String
    let release: KernelRelease
    let wanted: KernelRelease

    /// Whether `left` has less in common with the release that is wanted; of two that have the same, the first by name
    /// is taken.
    static func isLessAlike(_ left: Candidate, _ right: Candidate) -> Bool {
      let common = (left.release.likeness(to: left.wanted), right.release.likeness(to: left.wanted))
      if common.0 != common.1 { return common.0 < common.1 }
      return right.name.utf8.lexicographicallyPrecedes(left.name.utf8)
    }
  }
}
