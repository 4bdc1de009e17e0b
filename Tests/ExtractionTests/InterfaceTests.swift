import ContextABI
import Extraction
import KernelImage
import TestSupport
import Testing

/// What programs of the miniature kernel get besides their contexts, against its source (helpers.c, around.c, filter.c).
@Suite struct InterfaceTests {
  private func interface(_ architecture: Architecture, _ variants: [String] = []) throws -> ProgramInterface {
    let snapshot = try MiniKernel.snapshot(architecture, variants)
    #expect(snapshot.coverage.filter(\.isHole) == [])
    return try #require(snapshot.interface)
  }

  private func grants(_ helper: String, _ interface: ProgramInterface) -> [HelperGrant] {
    interface.helpers.first { $0.name == helper }?.grants ?? []
  }

  @Test(arguments: Architecture.allCases)
  func helpers(_ architecture: Architecture) throws {
    let interface = try interface(architecture)
    #expect(
      interface.helpers.map { "\($0.name) \($0.number)" } == [
        "bpf_map_lookup_elem 1", "bpf_ktime_get_ns 5", "bpf_trace_printk 6", "bpf_skb_store_bytes 9", "bpf_redirect 23",
        "bpf_skb_load_bytes 26", "bpf_skb_pull_data 39", "bpf_bind 64", "bpf_copy_from_user 148", "bpf_sk_fullsock 200",
        "bpf_never_given 201",
      ])
    // sk_filter_func_proto, tc_cls_act_func_proto, xdp_func_proto
    #expect(grants("bpf_skb_load_bytes", interface).map(\.programs) == [["SCHED_CLS", "SOCKET_FILTER"]])
    #expect(grants("bpf_redirect", interface).map(\.programs) == [["SCHED_CLS", "XDP", "XDP/DEVMAP", "XDP/XDP"]])
    #expect(grants("bpf_never_given", interface).isEmpty)
    // sock_addr_func_proto: by the attach type.
    #expect(grants("bpf_bind", interface).map(\.programs) == [["CGROUP_SOCK_ADDR/INET4_BIND"]])
    // bpf_base_func_proto: behind capable(CAP_PERFMON).
    let print = try #require(grants("bpf_trace_printk", interface).first)
    #expect(grants("bpf_trace_printk", interface).count == 1 && print.programs.count == interface.programs.count)
    #expect(print.terms == GrantTerms(capabilities: ["CAP_PERFMON"]))
    // tracing_func_proto: prog->sleepable.
    #expect(grants("bpf_copy_from_user", interface).map(\.terms) == [GrantTerms(isSleepable: true)])
    #expect(grants("bpf_copy_from_user", interface).map(\.programs) == [["TRACING"]])
  }

  @Test(arguments: Architecture.allCases)
  func prototypes(_ architecture: Architecture) throws {
    let interface = try interface(architecture)
    func text(_ helper: String) -> String? { grants(helper, interface).first?.prototype?.description }
    #expect(
      text("bpf_map_lookup_elem")
        == "RET_PTR_TO_MAP_VALUE_OR_NULL (ARG_CONST_MAP_PTR, ARG_PTR_TO_MAP_KEY), pkt_access")
    #expect(text("bpf_ktime_get_ns") == "RET_INTEGER ()")
    #expect(text("bpf_trace_printk") == "RET_INTEGER (ARG_PTR_TO_MEM | MEM_RDONLY, ARG_CONST_SIZE), gpl_only")
    #expect(
      text("bpf_skb_store_bytes")
        == "RET_INTEGER (ARG_PTR_TO_CTX, ARG_ANYTHING, ARG_PTR_TO_MEM | MEM_RDONLY, ARG_CONST_SIZE_OR_ZERO, ARG_ANYTHING), changes_pkt_data"
    )
    #expect(
      interface.combinations == [
        "ARG_PTR_TO_UNINIT_MEM": ["ARG_PTR_TO_MEM", "MEM_UNINIT"],
        "RET_PTR_TO_MAP_VALUE_OR_NULL": ["RET_PTR_TO_MAP_VALUE", "PTR_MAYBE_NULL"],
      ])
  }

  /// A union holds the size of the memory, or a structure's id, or BPF_PTR_POISON in place of one: that is no size.
  @Test(arguments: [("HELPER_MEMORY_SIZED", 16), ("HELPER_TYPE_POISONED", nil)] as [(String, Int?)])
  func sizes(_ variant: String, _ size: Int?) throws {
    let interface = try interface(.s390x, [variant])
    let prototype = try #require(grants("bpf_skb_store_bytes", interface).first?.prototype)
    #expect(prototype.arguments[2] == HelperValue(type: "ARG_PTR_TO_MEM | MEM_RDONLY", size: size))
  }

  @Test(arguments: Architecture.allCases)
  func additions(_ architecture: Architecture) throws {
    let interface = try interface(architecture)
    let prologue = try #require(interface.additions.first { $0.place == .prologueOfPacketWriters })
    #expect(prologue.programs == ["SCHED_CLS"])
    #expect(
      prologue.steps == [
        "if skb->mark == 0 go to step 5", "bpf_skb_pull_data(skb, 0)", "if result == 0 go to step 5", "return 2",
        "the program",
      ])
    #expect(!interface.additions.contains { $0.place == .prologue || $0.place == .epilogue })
    let loads = interface.additions.filter { $0.place == .indirectLoad }
    #expect(loads.map(\.size) == [1, 2, 4] && loads.allSatisfy { $0.programs == ["SCHED_CLS", "SOCKET_FILTER"] })
    #expect(
      loads.first?.steps == ["bpf_skb_load_helper_8(skb, index + offset)", "if result s>= 0 go to what follows", "return 0"])
    #expect(interface.programs.filter { $0.hasTestRuns == true }.map(\.name) == ["SCHED_CLS", "SOCKET_FILTER"])
    #expect(interface.programs.filter(\.writesStructures).map(\.name) == ["SCHED_CLS"])
  }

  @Test(arguments: Architecture.allCases)
  func effects(_ architecture: Architecture) throws {
    let interface = try interface(architecture, ["MARK_MARKED"])
    func effect(_ field: String) -> [AccessEffect] { interface.effects.filter { $0.fields.contains(field) } }
    #expect(effect("cb[2]").map(\.marks) == [["cb_access"]])
    #expect(effect("cb[2]").map(\.programs) == [["SCHED_CLS", "SCHED_CLS+tstamp_type", "SOCKET_FILTER"]])
    // A member of struct bpf_prog_aux.
    #expect(Set(effect("mark").flatMap(\.marks)) == ["aux->kprobe_write_ctx"])
    #expect(effect("tstamp").map(\.capabilities) == [["CAP_NET_ADMIN"]])
    #expect(effect("tstamp_type").map(\.marks) == [["tstamp_type_access"]])
  }

  /// Which capability it is, where one is asked for besides another.
  @Test func bothCapabilities() throws {
    let interface = try interface(.x86_64, ["HELPER_PRIVILEGED_OTHERWISE"])
    #expect(grants("bpf_trace_printk", interface).map(\.terms.capabilities) == [["CAP_BPF", "CAP_PERFMON"]])
  }

  /// A helper's own function that refuses.
  @Test func refusedByItself() throws {
    let interface = try interface(.x86_64, ["HELPER_ALLOWED_BY_NOBODY"])
    #expect(grants("bpf_copy_from_user", interface).map(\.terms.isRefused) == [true])
  }

  /// The pairs that bpftool would find.
  @Test func pairs() throws {
    let pairs = try interface(.x86_64).pairs.map { "\($0.type) \($0.helper)" }
    #expect(pairs.filter { $0.hasSuffix("bpf_redirect") } == ["sched_cls bpf_redirect", "xdp bpf_redirect"])
    // The attach type that stands for the type; TRACING is not probed.
    #expect(pairs.contains("cgroup_sock_addr bpf_bind") && !pairs.contains { $0.hasPrefix("tracing") })
  }
}
