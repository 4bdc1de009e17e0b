import ByteReading
import Programs
import TestSupport
import Testing

/// What programs access: the expected accesses are those of the source, counted by hand.
@Suite struct AnalysisTests {
  @Test(arguments: ByteOrder.allCases)
  func readsAndStores(_ order: ByteOrder) throws {
    let uses = try UsesOf(
      Structures.skb + """
        SEC("tc") int classify(struct __sk_buff *skb) {
          skb->mark = skb->protocol;
          skb->cb[2] = 7;
          return *(volatile u8 *)&skb->ifindex;
        }
        """, order: order)
    #expect(Set(uses.accesses("classify")) == ["ctx read 16:4", "ctx write 8:4", "ctx write 56:4", "ctx read 40:1"])
    let line = Structures.skb.split(separator: "\n", omittingEmptySubsequences: false).count + 1
    let store = try #require(uses["classify"]?.uses.first { $0.place == "8:4" })
    #expect(store.line?.description == "test.bpf.c:\(line)")
    #expect(store.name == "__sk_buff.mark")
    #expect(uses["classify"]?.kind == ProgramKind(type: "SCHED_CLS", attachType: nil))
  }

  /// An immediate store, a sign-extending read and an atomic, as an assembler has them.
  @Test func kinds() throws {
    let uses = try UsesOf(
      """
      SEC("tc") __attribute__((naked)) int all(void *ctx) {
        asm volatile("*(u32 *)(r1 + 8) = 5; r0 = *(s32 *)(r1 + 16); lock *(u32 *)(r1 + 8) += w0; exit");
      }
      """, flags: ["-mcpu=v4"])
    #expect(uses.accesses("all") == ["ctx writeimm 8:4", "ctx readsx 16:4", "ctx atomic 8:4"])
    #expect(uses["all"]?.uses[0].immediate == 5)
  }

  /// Copies, the stack, and what a call leaves in registers.
  @Test func spills() throws {
    let uses = try UsesOf(
      """
      SEC("tc") __attribute__((naked)) int spill(void *ctx) {
        asm volatile("*(u64 *)(r10 - 8) = r1; r7 = r1; call 5; r2 = *(u64 *)(r10 - 8);"
          "r0 = *(u32 *)(r2 + 4); r0 = *(u32 *)(r7 + 8); *(u8 *)(r10 - 5) = r0; r3 = *(u64 *)(r10 - 8);"
          "r0 = *(u32 *)(r3 + 12); exit");
      }
      """)
    #expect(uses.accesses("spill") == ["ctx read 4:4", "ctx read 8:4"])
  }

  /// Only what can be reached, at the numbers of the whole program.
  @Test func branchesThatConstantsClose() throws {
    let uses = try UsesOf(
      """
      const volatile u32 wanted = 0;
      SEC("tc") int closed(u32 *skb) { return wanted ? skb[1] : skb[2]; }
      SEC("tc") __attribute__((naked)) int narrow(void *ctx) {
        asm volatile("w2 = *(u8 *)(r1 + 4); if w2 > 255 goto 1f; if w2 != 3 goto 2f; if w2 != 3 goto 1f; 2: r0 = 0; exit;"
          "1: r0 = *(u32 *)(r1 + 8); exit");
      }
      """)
    #expect(uses.accesses("closed") == ["ctx read 8:4"])
    #expect(uses.accesses("narrow") == ["ctx read 4:1"])
  }

  @Test func loopsAndJoins() throws {
    let uses = try UsesOf(
      """
      SEC("tc") __attribute__((naked)) int loop(void *ctx) {
        asm volatile("r6 = r1; r7 = 0; 1: r7 += 1; r0 = *(u32 *)(r6 + 0); if r7 != 1000000 goto 1b; r0 = *(u32 *)(r6 + 4); exit");
      }
      SEC("tc") __attribute__((naked)) int join(void *ctx) {
        asm volatile("r6 = r1; r7 = r10; r0 = *(u32 *)(r1 + 0); if r0 == 0 goto 1f; r7 = r1; 1: r0 = *(u32 *)(r7 + 8); exit");
      }
      """)
    #expect(uses.accesses("loop") == ["ctx read 0:4", "ctx read 4:4"])
    #expect(uses.accesses("join") == ["ctx read 0:4", "ctx read 8:4"])
  }

  /// Subprograms are numbered as libbpf appends them: each where it is first called.
  @Test func subprograms() throws {
    let uses = try UsesOf(
      """
      static NOINLINE u32 second(u32 *skb) { asm volatile(""); return skb[2]; }
      static NOINLINE u32 first(u32 *skb) { asm volatile(""); return second(skb) + skb[1]; }
      struct __sk_buff { u32 len; };
      NOINLINE int global(struct __sk_buff *skb) { asm volatile(""); return skb->len; }
      SEC("tc") int calls(struct __sk_buff *skb) { return first((void *)skb) + global(skb) + ((u32 *)skb)[3]; }
      SEC("tc") int other(u32 *skb) { return second((void *)skb + 4) + 1; }
      """)
    #expect(Set(uses.accesses("calls")) == ["ctx read 12:4", "ctx read 4:4", "ctx read 8:4", "ctx read 0:4"])
    #expect(uses.accesses("other") == ["ctx read 12:4"])
    #expect(uses["other"]?.uses[0].added == 4)
    // calls itself, first, second, global: in this order.
    let own = try #require(uses["calls"]?.uses.first { $0.place == "12:4" })
    let order = ["4:4", "8:4", "0:4"].compactMap { place in uses["calls"]?.uses.first { $0.place == place }?.instruction }
    #expect([own.instruction] + order == ([own.instruction] + order).sorted())
  }

  @Test func socketPointers() throws {
    let uses = try UsesOf(
      Structures.skb + """
        SEC("tc") int sockets(struct __sk_buff *skb) {
          struct bpf_sock *sk = skb->sk;
          if (!sk) return 0;
          u32 family = sk->family;
          struct bpf_sock *full = bpf_sk_fullsock(sk);
          if (!full) return family;
          struct bpf_tcp_sock *tcp = bpf_tcp_sock(full);
          return full->mark + (tcp ? tcp->srtt_us : 0);
        }
        """)
    #expect(
      Set(uses.accesses("sockets")) == [
        "ctx read 168:8", "sock_common read 4:4", "sock read 16:4", "tcp_sock read 4:4",
      ])
  }

  /// A lookup in a map of XDP sockets.
  @Test func socketMaps() throws {
    let uses = try UsesOf(
      """
      struct { int (*type)[17]; int (*max_entries)[1]; int *key; int *value; } sockets SEC(".maps");
      struct { int (*type)[2]; int (*max_entries)[1]; int *key; int *value; } numbers SEC(".maps");
      static void *(*lookup)(void *, const void *) = (void *)1;
      SEC("xdp") int queue(void *ctx) {
        int key = 0;
        u32 *number = lookup(&numbers, &key), *socket = lookup(&sockets, &key);
        return (number ? *number : 0) + (socket ? *socket : 0);
      }
      """)
    #expect(uses.accesses("queue") == ["xdp_sock read 0:4"])
  }

  /// What can't be told is said.
  @Test func variableOffset() throws {
    let uses = try UsesOf(
      """
      SEC("tc") __attribute__((naked)) int variable(void *ctx) {
        asm volatile("r2 = *(u32 *)(r1 + 0); r1 += r2; r0 = *(u32 *)(r1 + 4); exit");
      }
      """)
    #expect(uses.accesses("variable") == ["ctx read 0:4", "ctx read ?:4"])
  }

  @Test func unknownSection() throws {
    let source = "SEC(\"mine\") int program(u32 *ctx) { return ctx[1]; }"
    #expect(try UsesOf(source)["program"]?.kind == nil)
    let kind = try #require(ProgramKind(name: "cgroup_sock_addr/cgroup_inet4_bind"))
    #expect(try UsesOf(source, kind: kind)["program"]?.kind == kind)
    #expect(ProgramKind(name: "nothing") == nil)
  }
}
