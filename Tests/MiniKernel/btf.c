/* Which context belongs to which program type; the one unit that says so, as kernel/bpf/btf.c is. */
#include "bpf.h"
#include "context.h"
#include "net.h"

#define CONTEXT(type, program, kernel)                                                             \
  program type##_prog;                                                                             \
  kernel type##_kern;

struct bpf_ctx_convert {
  CONTEXT(BPF_PROG_TYPE_SOCKET_FILTER, struct __sk_buff, struct sk_buff)
  CONTEXT(BPF_PROG_TYPE_SCHED_CLS, struct __sk_buff, struct sk_buff)
  CONTEXT(BPF_PROG_TYPE_XDP, struct xdp_md, struct xdp_buff)
#ifdef CONTEXT_CHANGED
  CONTEXT(BPF_PROG_TYPE_CGROUP_SOCK, struct xdp_md, struct xdp_buff)
#else
  CONTEXT(BPF_PROG_TYPE_CGROUP_SOCK, struct bpf_sock, struct sock)
#endif
  CONTEXT(BPF_PROG_TYPE_CGROUP_SOCK_ADDR, struct bpf_sock_addr, struct bpf_sock_addr_kern)
#ifdef RAW_TRACEPOINT
  CONTEXT(BPF_PROG_TYPE_RAW_TRACEPOINT, struct bpf_raw_tracepoint_args, u64)
#endif
  CONTEXT(BPF_PROG_TYPE_TRACING, const void *, const void *)
};

struct bpf_ctx_convert *bpf_ctx_convert_types;

int btf_ctx_access(int off)
{
  return bpf_ctx_convert_types != NULL && off >= 0;
}
