/// How two meanings relate over the same kernel members.
enum MeaningRelation: Sendable, Hashable {
  /// They do the same.
  case equal(Certainty)
  case different(Witness)
  /// They differ only where the old one follows a null pointer.
  case differentOnFaults(Witness)

  /// How sure it is that two meanings do the same.
  enum Certainty: Sendable, Hashable {
    /// By the solver, for all inputs.
    case proved
    /// All inputs there are were tried: also a proof.
    case exhaustive(inputs: Int)
    /// They do the same for so many inputs; the reason why it is not proved.
    case tried(inputs: Int, notProved: String)

    var isProof: Bool {
      switch self {
      case .proved, .exhaustive: true
      case .tried: false
      }
    }

    /// `proved equal`
    var text: String {
      switch self {
      case .proved: "proved equal"
      case .exhaustive(let inputs): "equal on all \(inputs) inputs"
      case .tried(let inputs, let reason): "equal on \(inputs) inputs that were tried, not proved: \(reason)"
      }
    }
  }
}

/// What is taken for granted of kernel members when two meanings are compared. Members are named by path; one that neither
/// meaning uses decides nothing, whatever is assumed of it.
enum Assumption: Sendable, Hashable {
  case zero(String)
  case nonzero(String)
  case value(String, UInt64)
  case equal(String, String)
}

/// Whether a difference can be laid to the members that the old build lacks.
enum NewMembersVerdict: Sendable, Hashable {
  /// There are values of the members that both builds have for which the meanings differ, whatever the new members are.
  /// The witness names no new member; what it says the new build does is what it does where these are 0.
  case differs(Witness)
  /// For all values of the members that both builds have, some values of the new members make the meanings do the same.
  case explained
  /// The reason why neither is known.
  case undecided(String)
}
