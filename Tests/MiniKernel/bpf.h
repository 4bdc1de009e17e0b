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

enum bpf_type_flag { PTR_MAYBE_NULL = 1 << 8, PTR_TRUSTED = 1 << 9, MEM_RDONLY = 1 << 10, MEM_UNINIT = 1 << 11 };

enum bpf_func_id {
  BPF_FUNC_unspec = 0,
  BPF_FUNC_map_lookup_elem = 1,
  BPF_FUNC_ktime_get_ns = 5,
  BPF_FUNC_trace_printk = 6,
  BPF_FUNC_skb_store_bytes = 9,
  BPF_FUNC_redirect = 23,
#ifdef HELPER_RENUMBERED
  BPF_FUNC_skb_load_bytes = 27,
#else
  BPF_FUNC_skb_load_bytes = 26,
#endif
  BPF_FUNC_skb_pull_data = 39,
  BPF_FUNC_bind = 64,
  BPF_FUNC_copy_from_user = 148,
  BPF_FUNC_sk_fullsock = 200,
  BPF_FUNC_never_given = 201,
#ifdef HELPER_ADDED
  BPF_FUNC_new_helper = 202,
#endif
};

enum bpf_return_type {
  RET_INTEGER,
  RET_VOID,
  RET_PTR_TO_MAP_VALUE,
  RET_PTR_TO_SOCK_COMMON,
  __BPF_RET_TYPE_MAX,
  RET_PTR_TO_MAP_VALUE_OR_NULL = PTR_MAYBE_NULL | RET_PTR_TO_MAP_VALUE,
};

enum bpf_arg_type {
  ARG_DONTCARE = 0,
  ARG_CONST_MAP_PTR,
  ARG_PTR_TO_MAP_KEY,
  ARG_PTR_TO_MEM,
  ARG_CONST_SIZE,
  ARG_CONST_SIZE_OR_ZERO,
  ARG_PTR_TO_CTX,
  ARG_ANYTHING,
  ARG_PTR_TO_SOCK_COMMON,
  ARG_PTR_TO_LONG,
  __BPF_ARG_TYPE_MAX,
  ARG_PTR_TO_CTX_OR_NULL = PTR_MAYBE_NULL | ARG_PTR_TO_CTX,
  ARG_PTR_TO_UNINIT_MEM = MEM_UNINIT | ARG_PTR_TO_MEM,
};

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
  bool kprobe_write_ctx;
  const void *attach_func_proto;
};

struct bpf_prog {
  u16 pages;
  u16 jited : 1, gpl_compatible : 1, cb_access : 1, sleepable : 1, tstamp_type_access : 1;
  enum bpf_prog_type type;
  enum bpf_attach_type expected_attach_type;
  u32 len;
  struct bpf_prog_aux *aux;
  struct bpf_insn insnsi[];
};

/* What a helper takes, returns and asks of programs. */
struct bpf_func_proto {
  u64 (*func)(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
  bool gpl_only;
  bool pkt_access;
  bool might_sleep;
  enum bpf_return_type ret_type;
  enum bpf_arg_type arg1_type, arg2_type, arg3_type, arg4_type, arg5_type;
  union {
    struct {
      u32 *arg1_btf_id, *arg2_btf_id, *arg3_btf_id, *arg4_btf_id, *arg5_btf_id;
    };
    struct {
      __u64 arg1_size, arg2_size, arg3_size, arg4_size, arg5_size;
    };
  };
  int *ret_btf_id;
  bool (*allowed)(const struct bpf_prog *prog);
};

struct bpf_verifier_ops {
  const struct bpf_func_proto *(*get_func_proto)(enum bpf_func_id func_id, const struct bpf_prog *prog);
  bool (*is_valid_access)(int off, int size, enum bpf_access_type type, const struct bpf_prog *prog,
                          struct bpf_insn_access_aux *info);
  u32 (*convert_ctx_access)(enum bpf_access_type type, const struct bpf_insn *src, struct bpf_insn *dst,
                            struct bpf_prog *prog, u32 *target_size);
  int (*gen_prologue)(struct bpf_insn *insn, bool direct_write, const struct bpf_prog *prog);
  int (*gen_ld_abs)(const struct bpf_insn *orig, struct bpf_insn *insn_buf);
  int (*btf_struct_access)(struct bpf_verifier_log *log, const void *reg, int off, int size);
};

struct bpf_prog_ops {
  int (*test_run)(struct bpf_prog *prog, const void *attr, void *uattr);
};

/* The helpers that a program of these types gets (helpers.c), and what it gets besides (around.c). */
const struct bpf_func_proto *sk_filter_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog);
const struct bpf_func_proto *tc_cls_act_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog);
const struct bpf_func_proto *xdp_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog);
const struct bpf_func_proto *sock_filter_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog);
const struct bpf_func_proto *sock_addr_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog);
const struct bpf_func_proto *tracing_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog);
int tc_cls_act_prologue(struct bpf_insn *insn, bool direct_write, const struct bpf_prog *prog);
int bpf_gen_ld_abs(const struct bpf_insn *orig, struct bpf_insn *insn_buf);
int tc_cls_act_btf_struct_access(struct bpf_verifier_log *log, const void *reg, int off, int size);

struct bpf_verifier_env {
  u32 insn_idx;
  struct bpf_prog *prog;
  struct bpf_insn insn_buf[32];
};

/* Answered by whoever calls the callbacks; these bodies give other answers, so that a call that gets here shows. */
bool capable(int capability);
void bpf_log(struct bpf_verifier_log *log, const char *format, ...);
#define CAP_NET_ADMIN 12
#define CAP_PERFMON 38
#define CAP_BPF 39

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
  JEQ = 0x10, JGE = 0x30, JNE = 0x50, JSGE = 0x70, JA = 0x00, CALL = 0x80, EXIT = 0x90,
  IND = 0x40, MODE = 0xe0, XOR = 0xa0,
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
