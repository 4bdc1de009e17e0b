import Comparison
import Compatibility
import ContextABI
import Foundation
import Programs
import TestSupport
import Testing

/// The helpers that programs call, against what baselines give to their types.
@Suite struct CallTests {
  private static let helpers = """
    struct __sk_buff;
    static void *(*lookup)(void *, const void *) = (void *)1;
    static unsigned long long (*boot_time)(void) = (void *)125;
    static long (*set_tstamp)(void *, unsigned long long, u32) = (void *)192;
    static int (*load_bytes)(const void *, u32, void *, u32) = (void *)26;

    """

  private func judged(_ uses: UsesOf, _ name: String, on build: String) throws -> ProgramJudgement {
    try #require(uses[name]).judged(on: Baseline.rules(build))
  }

  /// bpf_skb_set_tstamp is new in 5.18, and is given to SCHED_CLS and a few others; bpf_ktime_get_boot_ns is new in 5.8
  /// (`FN(…)`, include/uapi/linux/bpf.h of the versions).
  @Test func helpersThatAKernelLacks() throws {
    let uses = try UsesOf(
      Self.helpers + """
        SEC("tc") int stamp(struct __sk_buff *skb) { return set_tstamp(skb, 1, 0) + boot_time(); }
        SEC("xdp") int queue(void *ctx) { char byte; return load_bytes(ctx, 0, &byte, 1); }
        """)
    #expect(uses["stamp"]?.calls.map(\.name) == ["bpf_skb_set_tstamp", "bpf_ktime_get_boot_ns"])
    let old = try judged(uses, "stamp", on: "debian-5.10-amd64")
    #expect(old.verdict == .refused)
    #expect(old.reason == "it has no bpf_skb_set_tstamp")
    #expect(try judged(uses, "stamp", on: "debian-6.1-amd64").verdict == .loads)
    // Nothing is called bpf_skb_… of xdp_md.
    let other = try judged(uses, "queue", on: "debian-6.12-amd64")
    #expect(other.reason == "it does not give bpf_skb_load_bytes to XDP programs")
    let table = CompatibilityTable(
      [try #require(uses["stamp"])], on: [try Baseline.rules("debian-5.10-amd64"), try Baseline.rules("debian-6.1-amd64")],
      reference: nil)
    #expect(table.rows[0].takenFrom == [1, nil])
  }

  /// How programs ask for a helper: what is behind the question is not reached where the kernel has none of the number.
  @Test func enumeratorsThatAreAskedFor() throws {
    let uses = try UsesOf(
      Self.helpers + """
        enum bpf_func_id { BPF_FUNC_skb_set_tstamp = 192 };
        #define HAS(name) __builtin_preserve_enum_value(*(typeof(enum bpf_func_id) *)name, 0)
        SEC("tc") int stamp(struct __sk_buff *skb) {
          if (HAS(BPF_FUNC_skb_set_tstamp)) set_tstamp(skb, 1, 0);
          return 0;
        }
        """)
    #expect(try judged(uses, "stamp", on: "debian-5.10-amd64").verdict == .loads)
    #expect(try judged(uses, "stamp", on: "debian-6.1-amd64").verdict == .loads)
  }

  /// What no snapshot tells may keep a program from a call: a field of a kernel structure, an option of the configuration.
  @Test(arguments: ["__builtin_preserve_field_info(((struct task *)0)->new, 2)", "VERSION > 1"])
  func whatIsNotTold(_ question: String) throws {
    let uses = try UsesOf(
      Self.helpers + """
        struct task { int new; } CORE;
        extern int VERSION __attribute__((section(".kconfig")));
        SEC("tc") int guarded(struct __sk_buff *skb) {
          if (\(question)) set_tstamp(skb, 1, 0);
          return 0;
        }
        SEC("tc") int after(struct __sk_buff *skb) {
          if (\(question)) boot_time();
          return set_tstamp(skb, 1, 0);
        }
        """)
    #expect(uses["guarded"]?.calls.map(\.isCertain) == [false])
    let old = try judged(uses, "guarded", on: "debian-5.10-amd64")
    #expect(old.verdict == .unknown)
    #expect(try judged(uses, "guarded", on: "debian-6.1-amd64").verdict == .loads)
    // Both ways lead to it.
    #expect(uses["after"]?.calls.map(\.isCertain).sorted { !$0 && $1 } == [false, true])
    #expect(try judged(uses, "after", on: "debian-5.10-amd64").verdict == .refused)
  }

  /// Of three ways two lead to the call; the third ends before it.
  @Test func doubtInDoubt() throws {
    let uses = try UsesOf(
      Self.helpers + """
        extern int VERSION __attribute__((section(".kconfig")));
        extern int OPTION __attribute__((section(".kconfig")));
        SEC("tc") int stamp(struct __sk_buff *skb) {
          if (VERSION <= 1) {
            if (OPTION == 7) return 1;
            asm volatile("");
          }
          return set_tstamp(skb, 1, 0);
        }
        """)
    #expect(uses["stamp"]?.calls.map(\.isCertain) == [false])
    #expect(try judged(uses, "stamp", on: "debian-5.10-amd64").verdict == .unknown)
  }

  /// Of a program type whose helpers could not be asked for nothing is refused.
  @Test(arguments: [CoverageItem.allHelpers, CoverageItem.access(toHelper: "bpf_skb_load_bytes")])
  func holes(_ access: String) throws {
    let uses = try UsesOf(
      Self.helpers + "SEC(\"xdp\") int queue(void *ctx) { char byte; return load_bytes(ctx, 0, &byte, 1); }")
    let build = try Baseline.rules("debian-6.12-amd64") { snapshot in
      let programs = snapshot.interface?.programs.filter { $0.type == "XDP" }.map(\.name) ?? []
      snapshot.coverage.append(CoverageItem(kind: .hole, programs: programs, accesses: [access], reason: "it does not return"))
    }
    let judgement = try #require(uses["queue"]).judged(on: build)
    #expect(judgement.verdict == .unknown)
    #expect(judgement.reason?.contains("it does not return") == true)
  }

  /// A corpus keeps the calls.
  @Test func corpus() throws {
    let uses = try UsesOf(
      Self.helpers + "SEC(\"tc\") int stamp(struct __sk_buff *skb) { return set_tstamp(skb, 1, 0) + boot_time(); }")
    let corpus = Corpus(uses.programs)
    #expect(try Corpus(Data(corpus.text.utf8), path: "corpus.json") == corpus)
    #expect(corpus.text.contains("\"helper\": 192"))
  }

  /// A finding about a helper hits those that call it, and no others.
  @Test func hits() throws {
    let uses = try UsesOf(
      Self.helpers + """
        SEC("tc") int stamp(struct __sk_buff *skb) { return set_tstamp(skb, 1, 0); }
        SEC("tc") int time(struct __sk_buff *skb) { return boot_time(); }
        """)
    let new = try Baseline.rules("debian-6.12-amd64").snapshot
    var old = new
    let index = try #require(old.interface?.helpers.firstIndex { $0.name == "bpf_skb_set_tstamp" })
    var without = new
    for number in old.interface?.helpers[index].grants.indices ?? 0..<0 {
      without.interface?.helpers[index].grants[number].programs.removeAll { $0 == "SCHED_CLS" }
    }
    old.interface?.helpers[index].number = 192
    let findings = SnapshotComparison(old: old, new: without).findings()
    let finding = try #require(findings.first { $0.rule == .helperWithheld })
    let hits = ProgramHits(uses.programs, findings, old: old, new: without)
    #expect(hits.hits(of: finding).map(\.program) == ["stamp"])
  }
}
