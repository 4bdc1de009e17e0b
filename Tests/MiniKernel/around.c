/* What the kernel adds to programs, and whether it runs them for a test. Variants by -D; see README.md. */
#include "bpf.h"
#include "context.h"
#include "net.h"

#define TC_ACT_SHOT 2

/* Of this image, as a kernel's functions are to each other. */
#pragma GCC visibility push(hidden)
u64 __bpf_call_base(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
u64 bpf_skb_load_helper_8(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
u64 bpf_skb_load_helper_16(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
u64 bpf_skb_load_helper_32(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
#pragma GCC visibility pop

/* A program that writes to the packet must own it: if (skb->mark) { if (bpf_skb_pull_data(skb, 0)) return 2; } */
int tc_cls_act_prologue(struct bpf_insn *insn_buf, bool direct_write, const struct bpf_prog *prog)
{
  struct bpf_insn *insn = insn_buf;
  int verdict = TC_ACT_SHOT;

#ifdef PROLOGUE_CHANGED
  verdict = 0;
#endif
#ifdef PROLOGUE_REMOVED
  return 0;
#endif
  if (!direct_write)
    return 0;
#ifdef PROLOGUE_REWRITTEN
  *insn++ = LOAD(struct sk_buff, mark, R7, R1);
  *insn++ = instruction(JMP | JEQ | K, R7, 0, 7, 0);
#else
  *insn++ = LOAD(struct sk_buff, mark, R6, R1);
  *insn++ = instruction(JMP | JEQ | K, R6, 0, 7, 0);
#endif
  *insn++ = instruction(ALU64 | MOV | X, R6, R1, 0, 0);
  *insn++ = instruction(ALU64 | XOR | X, R2, R2, 0, 0);
  *insn++ = instruction(JMP | CALL, 0, 0, 0, BPF_FUNC_skb_pull_data);
  *insn++ = instruction(JMP | JEQ | K, R0, 0, 2, 0);
  *insn++ = instruction(ALU | MOV | K, R0, 0, 0, verdict);
  *insn++ = instruction(JMP | EXIT, 0, 0, 0, 0);
  *insn++ = instruction(ALU64 | MOV | X, R1, R6, 0, 0);
  *insn++ = prog->insnsi[0];
  return insn - insn_buf;
}

/* Loads from the packet become calls of functions, whose distance the call holds. */
int bpf_gen_ld_abs(const struct bpf_insn *orig, struct bpf_insn *insn_buf)
{
  struct bpf_insn *insn = insn_buf;
  u64 (*function)(u64, u64, u64, u64, u64) = bpf_skb_load_helper_32;

  if ((orig->code & MODE) == IND) {
    *insn++ = instruction(ALU64 | MOV | X, R2, orig->src_reg, 0, 0);
    *insn++ = instruction(ALU64 | ADD | K, R2, 0, 0, orig->imm);
  } else {
    *insn++ = instruction(ALU64 | MOV | K, R2, 0, 0, orig->imm);
  }
  *insn++ = instruction(ALU64 | MOV | X, R1, R6, 0, 0);
  if ((orig->code & SIZE) == B)
    function = bpf_skb_load_helper_8;
  if ((orig->code & SIZE) == H)
    function = bpf_skb_load_helper_16;
  *insn++ = instruction(JMP | CALL, 0, 0, 0, (int)((long)function - (long)__bpf_call_base));
  *insn++ = instruction(JMP | JSGE | K, R0, 0, 2, 0);
  *insn++ = instruction(ALU | XOR | X, R0, R0, 0, 0);
  *insn++ = instruction(JMP | EXIT, 0, 0, 0, 0);
  return insn - insn_buf;
}

int tc_cls_act_btf_struct_access(struct bpf_verifier_log *log, const void *reg, int off, int size)
{
  return -1;
}

static int bpf_prog_test_run_skb(struct bpf_prog *prog, const void *attr, void *uattr)
{
  return 0;
}

const struct bpf_prog_ops sk_filter_prog_ops = {.test_run = bpf_prog_test_run_skb};
const struct bpf_prog_ops tc_cls_act_prog_ops = {
#ifndef NO_TEST_RUNS
  .test_run = bpf_prog_test_run_skb,
#endif
};
const struct bpf_prog_ops other_prog_ops = {};
