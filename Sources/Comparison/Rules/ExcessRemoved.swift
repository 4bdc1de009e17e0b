extension Rule {
  /// A read no longer gives more bits than it reads.
  public static let excessRemoved = Rule(
    id: "excess-removed", severity: .correction,
    sentence: "A read no longer gives more bits than it reads.",
    rationale:
      "The verifier believes that the bits above a read are 0. They were not always, and are now; the bits that are read are the same.",
    example:
      "From 7.2 on bpf_sock.rx_queue_mapping gives 0xffffffff for no queue, and no longer 64 bits of ones.")
}
