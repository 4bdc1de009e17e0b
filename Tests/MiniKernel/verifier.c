/* The tables of the verifier, and what the callbacks call. */
#include "bpf.h"

const char linux_banner[] = "Linux version 6.18.0-mini (us@here) (clang, LLD) #1 SMP\n";

extern const struct bpf_verifier_ops sk_filter_verifier_ops, tc_cls_act_verifier_ops, xdp_verifier_ops,
  cg_sock_verifier_ops, cg_sock_addr_verifier_ops, tracing_verifier_ops, raw_tracepoint_verifier_ops;

#ifndef NO_VERIFIER_OPS
const struct bpf_verifier_ops *const bpf_verifier_ops[] = {
#ifndef PROGRAM_TYPE_REMOVED
  [BPF_PROG_TYPE_SOCKET_FILTER] = &sk_filter_verifier_ops,
#endif
  [BPF_PROG_TYPE_SCHED_CLS] = &tc_cls_act_verifier_ops,
#ifndef XDP_REMOVED
  [BPF_PROG_TYPE_XDP] = &xdp_verifier_ops,
#endif
#ifdef CONTEXT_CHANGED
  [BPF_PROG_TYPE_CGROUP_SOCK] = &xdp_verifier_ops,
#else
  [BPF_PROG_TYPE_CGROUP_SOCK] = &cg_sock_verifier_ops,
#endif
  [BPF_PROG_TYPE_CGROUP_SOCK_ADDR] = &cg_sock_addr_verifier_ops,
#ifdef RAW_TRACEPOINT
  [BPF_PROG_TYPE_RAW_TRACEPOINT] = &raw_tracepoint_verifier_ops,
#endif
  [BPF_PROG_TYPE_TRACING] = &tracing_verifier_ops,
};
#endif

extern const struct bpf_prog_ops sk_filter_prog_ops, tc_cls_act_prog_ops, other_prog_ops;

const struct bpf_prog_ops *const bpf_prog_types[] = {
  [BPF_PROG_TYPE_SOCKET_FILTER] = &sk_filter_prog_ops,
  [BPF_PROG_TYPE_SCHED_CLS] = &tc_cls_act_prog_ops,
  [BPF_PROG_TYPE_XDP] = &other_prog_ops,
  [BPF_PROG_TYPE_CGROUP_SOCK] = &other_prog_ops,
  [BPF_PROG_TYPE_CGROUP_SOCK_ADDR] = &other_prog_ops,
  [BPF_PROG_TYPE_TRACING] = &other_prog_ops,
};

/* What kernel/smp.c starts it with. */
unsigned int nr_cpu_ids = CONFIG_NR_CPUS;

struct bpf_verifier_env *bpf_check_env;
struct bpf_verifier_log bpf_check_log;

noinline bool capable(int capability)
{
  __asm__ volatile("" : : "r"(capability));
  return false;
}

noinline void bpf_log(struct bpf_verifier_log *log, const char *format, ...)
{
  __asm__ volatile("" : : "r"(log), "r"(format));
  __builtin_trap();
}

/* Which codes the verifier knows: all, and loads that extend the sign unless the variant is older than them. */
noinline bool bpf_opcode_in_insntable(u8 code)
{
#ifdef NO_SIGN_EXTENDING_LOADS
  if ((code & 0xe7) == 0x81)
    return false;
#endif
  return code != 0xff;
}

int bpf_check(int kind)
{
#ifdef NO_IMMEDIATE_STORES
  bpf_log(&bpf_check_log, "BPF_ST stores into R%d %s is not allowed\n", kind, "ctx");
#endif
  return capable(kind) || bpf_opcode_in_insntable(kind);
}
