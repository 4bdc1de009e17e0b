extension Rule {
  /// Programs can no longer load from the packet by an instruction of its own.
  public static let packetLoadRemoved = Rule(
    id: "packet-load-removed", severity: .breaking,
    sentence: "Programs can no longer load from the packet by an instruction of its own.",
    rationale:
      "Programs with BPF_LD_ABS or BPF_LD_IND, as classic filters are made of, are refused.",
    example:
      "SCHED_CLS has no gen_ld_abs any more.")
}
