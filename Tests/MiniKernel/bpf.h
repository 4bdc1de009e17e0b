/* What the verifier and its callbacks share. */
#ifndef MINIKERNEL_BPF_H
#define MINIKERNEL_BPF_H

#include "types.h"

enum bpf_prog_type {
  BPF_PROG_TYPE_UNSPEC = 0,
  BPF_PROG_TYPE_SOCKET_FILTER = 1,
  BPF_PROG_TYPE_SCHED_CLS = 3,
#ifdef PROGRAM_TYPE_RENUMBERED
  BPF_PROG_TYPE_XDP = 7,
#else
  BPF_PROG_TYPE_XDP = 6,
#endif
  BPF_PROG_TYPE_CGROUP_SOCK = 9,
#ifdef RAW_TRACEPOINT
  BPF_PROG_TYPE_RAW_TRACEPOINT = 17,
#endif
  BPF_PROG_TYPE_CGROUP_SOCK_ADDR = 18,
  BPF_PROG_TYPE_TRACING = 26,
};

enum bpf_attach_type {
  BPF_CGROUP_INET_SOCK_CREATE = 2,
  BPF_CGROUP_INET4_BIND = 8,
  BPF_CGROUP_INET6_BIND = 9,
  BPF_CGROUP_INET4_POST_BIND = 12,
#ifndef ATTACH_TYPE_REMOVED
  BPF_XDP_DEVMAP = 33,
#endif
  BPF_XDP = 37,
};

enum bpf_access_type { BPF_READ = 1, BPF_WRITE = 2 };

enum bpf_type_flag { PTR_MAYBE_NULL = 1 << 8, PTR_TRUSTED = 1 << 9 };

enum bpf_reg_type {
  NOT_INIT = 0,
  SCALAR_VALUE,
  PTR_TO_CTX,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_PACKET_END,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  __BPF_REG_TYPE_MAX,
  PTR_TO_SOCK_COMMON_OR_NULL = PTR_MAYBE_NULL | PTR_TO_SOCK_COMMON,
};

struct bpf_insn {
  __u8 code;
  __u8 dst_reg : 4;
  __u8 src_reg : 4;
  __s16 off;
  __s32 imm;
};

struct bpf_verifier_log {
  u64 start_pos;
  u32 level;
};

struct btf;

struct bpf_insn_access_aux {
  enum bpf_reg_type reg_type;
  bool is_ldsx;
  union {
    int ctx_field_size;
    struct {
      struct btf *btf;
      u32 btf_id;
    };
  };
  struct bpf_verifier_log *log;
};

struct bpf_prog_aux {
  u64 refcnt;
  const void *attach_func_proto;
};

struct bpf_prog {
  u16 pages;
  u16 jited : 1, gpl_compatible : 1, tstamp_type_access : 1;
  enum bpf_prog_type type;
  enum bpf_attach_type expected_attach_type;
  u32 len;
  struct bpf_prog_aux *aux;
};

struct bpf_verifier_ops {
  const void *(*get_func_proto)(int func, const struct bpf_prog *prog);
  bool (*is_valid_access)(int off, int size, enum bpf_access_type type, const struct bpf_prog *prog,
                          struct bpf_insn_access_aux *info);
  u32 (*convert_ctx_access)(enum bpf_access_type type, const struct bpf_insn *src, struct bpf_insn *dst,
                            struct bpf_prog *prog, u32 *target_size);
};

struct bpf_verifier_env {
  u32 insn_idx;
  struct bpf_prog *prog;
  struct bpf_insn insn_buf[32];
};

/* Answered by whoever calls the callbacks; these bodies give other answers, so that a call that gets here shows. */
bool capable(int capability);
void bpf_log(struct bpf_verifier_log *log, const char *format, ...);
#define CAP_NET_ADMIN 12

/* How many processors the kernel is configured for, and the first napi_id behind them. */
#ifndef CONFIG_NR_CPUS
#define CONFIG_NR_CPUS 256
#endif
#ifndef BOUND_BEHIND_PROCESSORS
#define BOUND_BEHIND_PROCESSORS 1
#endif

/* Register numbers and codes of instructions (Documentation/bpf/standardization/instruction-set.rst). */
enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10, AX };
enum {
  LDX = 0x01, ST = 0x02, STX = 0x03, ALU = 0x04, JMP = 0x05, ALU64 = 0x07, CLASS = 0x07,
  B = 0x10, H = 0x08, W = 0x00, DW = 0x18, SIZE = 0x18, MEM = 0x60,
  K = 0x00, X = 0x08, ADD = 0x00, MUL = 0x20, AND = 0x50, LSH = 0x60, RSH = 0x70, MOD = 0x90, MOV = 0xb0, END = 0xd0,
  JEQ = 0x10, JGE = 0x30, JNE = 0x50, JA = 0x00,
};

static inline struct bpf_insn instruction(int code, int dst, int src, int off, int imm)
{
  struct bpf_insn insn = {.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm};

  return insn;
}

#define SIZE_OF(type, member)                                                                      \
  (sizeof(((type *)0)->member) == 1 ? B                                                            \
   : sizeof(((type *)0)->member) == 2 ? H : sizeof(((type *)0)->member) == 4 ? W : DW)

/* dst = src->member */
#define LOAD(type, member, dst, src)                                                               \
  instruction(LDX | MEM | SIZE_OF(type, member), dst, src, offsetof(type, member), 0)
/* The same of a member that the access stands for: its size is told to the verifier. */
#define LOAD_TARGET(type, member, dst, src)                                                        \
  (*target_size = sizeof(((type *)0)->member), LOAD(type, member, dst, src))
/* dst->member = what the access stores: its register, or its immediate. */
#define STORE_ACCESS(size, si, base, offset)                                                       \
  instruction(((si)->code & CLASS) | MEM | (size), base,                                           \
              ((si)->code & CLASS) == STX ? (si)->src_reg : 0, offset,                             \
              ((si)->code & CLASS) == STX ? 0 : (si)->imm)

#endif
