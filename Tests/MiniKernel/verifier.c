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

/* The part of the kernel's that is about contexts. */
static int check_register(struct bpf_verifier_env *env, int insn_idx, struct bpf_reg_state *reg, int off, int bpf_size,
                          enum bpf_access_type t, bool is_ldsx)
{
  struct bpf_insn_access_aux info;
  bool takes_added = false;
#ifdef ADDED_AS_NUMBER
  long added = reg->var_off.value;
#else
  long added = reg->off;
#endif

  /* Member by member: compilers call memset for an initialiser, which this image does not have. */
  info.reg_type = SCALAR_VALUE;
  info.is_ldsx = is_ldsx;
  info.btf = 0;
  info.btf_id = 0;
  info.log = &bpf_check_log;
#ifdef MODIFIED_POINTERS_TAKEN
  takes_added = !env->ops->convert_ctx_access;
#endif
  if (reg->type != PTR_TO_CTX || added < 0 || (added && !takes_added))
    return -13;
  if (!env->ops->is_valid_access(off + added, bpf_size == DW ? 8 : bpf_size == W ? 4 : bpf_size == H ? 2 : 1, t,
                                 env->prog, &info))
    return -13;
  env->insn_aux_data[insn_idx].ctx_field_size = info.ctx_field_size;
  return 0;
}

#if defined(NO_CHECK_MEM_ACCESS)
int (*const check_register_user)(struct bpf_verifier_env *, int, struct bpf_reg_state *, int, int, enum bpf_access_type,
                                 bool) = check_register;
#elif defined(CHECK_MEM_ACCESS_OTHERWISE)
noinline int check_mem_access(struct bpf_verifier_env *env, struct bpf_reg_state *reg, bool is_ldsx)
{
  return check_register(env, 0, reg, 0, DW, BPF_READ, is_ldsx);
}
#elif defined(ADDED_AS_NUMBER)
noinline int check_mem_access(struct bpf_verifier_env *env, int insn_idx, struct bpf_reg_state *reg, argno_t argno, int off,
                              int bpf_size, enum bpf_access_type t, int value_regno, bool strict_alignment_once,
                              bool is_ldsx)
{
  __asm__ volatile("" : : "r"(argno.number), "r"(value_regno), "r"(strict_alignment_once));
  return check_register(env, insn_idx, reg, off, bpf_size, t, is_ldsx);
}
#else
noinline int check_mem_access(struct bpf_verifier_env *env, int insn_idx, u32 regno, int off, int bpf_size,
                              enum bpf_access_type t, int value_regno, bool strict_alignment_once, bool is_ldsx)
{
  __asm__ volatile("" : : "r"(value_regno), "r"(strict_alignment_once));
  return check_register(env, insn_idx, &env->cur_state->frame[env->cur_state->curframe]->regs[regno], off, bpf_size, t,
                        is_ldsx);
}
#endif

int bpf_check(int kind)
{
#ifdef NO_IMMEDIATE_STORES
  bpf_log(&bpf_check_log, "BPF_ST stores into R%d %s is not allowed\n", kind, "ctx");
#endif
  return capable(kind) || bpf_opcode_in_insntable(kind);
}
