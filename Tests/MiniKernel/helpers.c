/* Which programs get which helper, and on what terms. Variants of them by -D; see README.md. */
#include "bpf.h"

/* The helpers themselves do nothing: nobody calls them. */
#define HELPER(name)                                                                               \
  noinline u64 name(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)                                        \
  {                                                                                                \
    __asm__ volatile("" : : "r"(&name));                                                           \
    return r1 + r2 + r3 + r4 + r5;                                                                 \
  }

u64 __bpf_call_base(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
  return 0;
}

HELPER(bpf_map_lookup_elem)
HELPER(bpf_ktime_get_ns)
HELPER(bpf_trace_printk)
HELPER(bpf_skb_store_bytes)
HELPER(bpf_redirect)
HELPER(bpf_skb_load_bytes)
HELPER(bpf_skb_pull_data)
HELPER(bpf_bind)
HELPER(bpf_copy_from_user)
HELPER(bpf_sk_fullsock)
HELPER(bpf_skb_load_helper_8)
HELPER(bpf_skb_load_helper_16)
HELPER(bpf_skb_load_helper_32)

/* Some variants give one to nobody. */
#define PROTOTYPE static const struct bpf_func_proto __attribute__((unused))

PROTOTYPE bpf_map_lookup_elem_proto = {
  .func = bpf_map_lookup_elem,
  .pkt_access = true,
  .ret_type = RET_PTR_TO_MAP_VALUE_OR_NULL,
  .arg1_type = ARG_CONST_MAP_PTR,
  .arg2_type = ARG_PTR_TO_MAP_KEY,
};
PROTOTYPE bpf_ktime_get_ns_proto = {
  .func = bpf_ktime_get_ns,
#ifdef HELPER_GPL_ONLY
  .gpl_only = true,
#endif
  .ret_type = RET_INTEGER,
};
PROTOTYPE bpf_trace_printk_proto = {
  .func = bpf_trace_printk,
  .gpl_only = true,
  .ret_type = RET_INTEGER,
  .arg1_type = ARG_PTR_TO_MEM | MEM_RDONLY,
  .arg2_type = ARG_CONST_SIZE,
};
PROTOTYPE bpf_skb_store_bytes_proto = {
  .func = bpf_skb_store_bytes,
  .ret_type = RET_INTEGER,
  .arg1_type = ARG_PTR_TO_CTX,
  .arg2_type = ARG_ANYTHING,
#ifdef HELPER_ARGUMENT_LOOSENED
  .arg3_type = ARG_PTR_TO_MEM | MEM_RDONLY | PTR_MAYBE_NULL,
#elif defined(HELPER_ARGUMENT_TIGHTENED)
  .arg3_type = ARG_PTR_TO_MEM,
#else
  .arg3_type = ARG_PTR_TO_MEM | MEM_RDONLY,
#endif
#ifdef HELPER_MEMORY_SIZED
  .arg3_size = 16,
#endif
#ifdef HELPER_TYPE_POISONED
  .arg3_btf_id = (u32 *)0xeb9f,
#endif
#ifdef HELPER_SIZE_TIGHTENED
  .arg4_type = ARG_CONST_SIZE,
#else
  .arg4_type = ARG_CONST_SIZE_OR_ZERO,
#endif
  .arg5_type = ARG_ANYTHING,
};
PROTOTYPE bpf_redirect_proto = {
  .func = bpf_redirect,
#ifdef HELPER_RESULT_CHANGED
  .ret_type = RET_VOID,
#else
  .ret_type = RET_INTEGER,
#endif
  .arg1_type = ARG_ANYTHING,
#ifndef HELPER_ARGUMENT_DROPPED
  .arg2_type = ARG_ANYTHING,
#endif
};
PROTOTYPE bpf_skb_load_bytes_proto = {
  .func = bpf_skb_load_bytes,
  .ret_type = RET_INTEGER,
  .arg1_type = ARG_PTR_TO_CTX,
  .arg2_type = ARG_ANYTHING,
  .arg3_type = ARG_PTR_TO_UNINIT_MEM,
  .arg4_type = ARG_CONST_SIZE,
};
PROTOTYPE bpf_skb_pull_data_proto = {
  .func = bpf_skb_pull_data,
  .ret_type = RET_INTEGER,
  .arg1_type = ARG_PTR_TO_CTX,
  .arg2_type = ARG_ANYTHING,
};
PROTOTYPE bpf_bind_proto = {
  .func = bpf_bind,
  .ret_type = RET_INTEGER,
  .arg1_type = ARG_PTR_TO_CTX,
#ifdef HELPER_ARGUMENT_CHANGED
  .arg2_type = ARG_PTR_TO_LONG,
#else
  .arg2_type = ARG_PTR_TO_MEM,
#endif
#ifdef HELPER_PACKET_ACCESS
  .pkt_access = true,
#endif
  .arg3_type = ARG_CONST_SIZE,
};

#ifdef HELPER_ALLOWED_BY_NOBODY
static bool copy_from_user_allowed(const struct bpf_prog *prog)
{
  return prog->len > 0;
}
#endif

PROTOTYPE bpf_copy_from_user_proto = {
  .func = bpf_copy_from_user,
#ifdef HELPER_MAY_SLEEP
  .might_sleep = true,
#endif
  .ret_type = RET_INTEGER,
  .arg1_type = ARG_PTR_TO_UNINIT_MEM,
  .arg2_type = ARG_CONST_SIZE_OR_ZERO,
  .arg3_type = ARG_ANYTHING,
#ifdef HELPER_ALLOWED_BY_NOBODY
  .allowed = copy_from_user_allowed,
#endif
};
PROTOTYPE bpf_sk_fullsock_proto = {
  .func = bpf_sk_fullsock,
#ifdef HELPER_MAY_RETURN_NULL
  .ret_type = RET_PTR_TO_SOCK_COMMON | PTR_MAYBE_NULL,
#elif defined(HELPER_RESULT_RESPELLED)
  .ret_type = RET_PTR_TO_MAP_VALUE,
#else
  .ret_type = RET_PTR_TO_SOCK_COMMON,
#endif
  .arg1_type = ARG_PTR_TO_SOCK_COMMON,
};

/* Whether a call makes what the program knows of its packet invalid; as the verifier asks it. */
noinline bool bpf_helper_changes_pkt_data(enum bpf_func_id func_id)
{
#ifndef HELPER_KEEPS_PACKET
  if (func_id == BPF_FUNC_skb_store_bytes)
    return true;
#endif
  return func_id == BPF_FUNC_skb_pull_data;
}

static const struct bpf_func_proto *bpf_base_func_proto(enum bpf_func_id func_id)
{
  switch (func_id) {
  case BPF_FUNC_map_lookup_elem:
    return &bpf_map_lookup_elem_proto;
  case BPF_FUNC_ktime_get_ns:
    return &bpf_ktime_get_ns_proto;
  default:
    break;
  }
#ifdef HELPER_PRIVILEGED_OTHERWISE
  if (!capable(CAP_BPF))
    return NULL;
#endif
  if (!capable(CAP_PERFMON))
    return NULL;
  switch (func_id) {
  case BPF_FUNC_trace_printk:
    return &bpf_trace_printk_proto;
  default:
    return NULL;
  }
}

const struct bpf_func_proto *sk_filter_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
  switch (func_id) {
  case BPF_FUNC_skb_load_bytes:
    return &bpf_skb_load_bytes_proto;
  default:
    return bpf_base_func_proto(func_id);
  }
}

const struct bpf_func_proto *tc_cls_act_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
  switch (func_id) {
  case BPF_FUNC_skb_store_bytes:
#ifdef HELPER_PRIVILEGED
    if (!capable(CAP_NET_ADMIN))
      return NULL;
#endif
    return &bpf_skb_store_bytes_proto;
#ifndef HELPER_REMOVED
  case BPF_FUNC_skb_load_bytes:
    return &bpf_skb_load_bytes_proto;
  case BPF_FUNC_skb_pull_data:
    return &bpf_skb_pull_data_proto;
#endif
  case BPF_FUNC_redirect:
    return &bpf_redirect_proto;
  case BPF_FUNC_sk_fullsock:
    return &bpf_sk_fullsock_proto;
#ifdef HELPER_ADDED
  case BPF_FUNC_new_helper:
    return &bpf_sk_fullsock_proto;
#endif
  default:
    return bpf_base_func_proto(func_id);
  }
}

const struct bpf_func_proto *xdp_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
  switch (func_id) {
#ifndef HELPER_FOR_FEWER
  case BPF_FUNC_redirect:
    return &bpf_redirect_proto;
#endif
  default:
    return bpf_base_func_proto(func_id);
  }
}

const struct bpf_func_proto *sock_filter_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
  return bpf_base_func_proto(func_id);
}

/* Only one of the attach types may bind. */
const struct bpf_func_proto *sock_addr_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
  switch (func_id) {
  case BPF_FUNC_bind:
    return prog->expected_attach_type == BPF_CGROUP_INET4_BIND ? &bpf_bind_proto : NULL;
  default:
    return bpf_base_func_proto(func_id);
  }
}

/* Only programs that may sleep may read memory of a user. */
const struct bpf_func_proto *tracing_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
  switch (func_id) {
  case BPF_FUNC_copy_from_user:
#ifdef HELPER_FOR_ALL_SLEEPERS
    return &bpf_copy_from_user_proto;
#else
    return prog->sleepable ? &bpf_copy_from_user_proto : NULL;
#endif
  default:
    return bpf_base_func_proto(func_id);
  }
}
