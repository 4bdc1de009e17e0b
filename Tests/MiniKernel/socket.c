/* The callbacks of sockets and socket addresses. */
#include "bpf.h"
#include "context.h"
#include "net.h"

bool bpf_sock_common_is_valid_access(int off, int size, enum bpf_access_type type,
                                     struct bpf_insn_access_aux *info)
{
  return type == BPF_READ && off == offsetof(struct bpf_sock, family) && size == 4;
}

bool bpf_sock_is_valid_access(int off, int size, enum bpf_access_type type,
                              struct bpf_insn_access_aux *info)
{
  if (off < 0 || off >= (int)sizeof(struct bpf_sock) || off & (size - 1))
    return false;
  switch (off) {
  case offsetof(struct bpf_sock, dst_port):
    info->ctx_field_size = 2;
    return size <= 2;
  case offsetof(struct bpf_sock, dst_port) + 1:
    info->ctx_field_size = 2;
    return size == 1;
  case offsetofend(struct bpf_sock, dst_port) ... offsetof(struct bpf_sock, state) - 1:
    return false;
  case offsetof(struct bpf_sock, src_ip4) ... offsetofend(struct bpf_sock, src_ip4) - 1:
  case offsetof(struct bpf_sock, family):
  case offsetof(struct bpf_sock, state):
    info->ctx_field_size = 4;
    return size <= 4;
  }
  return size == 4;
}

static bool sock_filter_is_valid_access(int off, int size, enum bpf_access_type type,
                                        const struct bpf_prog *prog, struct bpf_insn_access_aux *info)
{
  if (off == offsetof(struct bpf_sock, src_ip4))
    return prog->expected_attach_type == BPF_CGROUP_INET4_POST_BIND && type == BPF_READ && size == 4;
  if (off > (int)offsetof(struct bpf_sock, src_ip4) && off < (int)offsetofend(struct bpf_sock, src_ip4))
    return false;
  if (type == BPF_WRITE)
    return prog->expected_attach_type == BPF_CGROUP_INET_SOCK_CREATE && size == 4 &&
           (off == offsetof(struct bpf_sock, bound_dev_if) || off == offsetof(struct bpf_sock, mark));
  return bpf_sock_is_valid_access(off, size, type, info);
}

u32 bpf_sock_convert_ctx_access(enum bpf_access_type type, const struct bpf_insn *si,
                                struct bpf_insn *insn_buf, struct bpf_prog *prog, u32 *target_size)
{
  struct bpf_insn *insn = insn_buf;
  int dst = si->dst_reg, src = si->src_reg;

  switch (si->off) {
  case offsetof(struct bpf_sock, bound_dev_if):
    if (type == BPF_WRITE)
      *insn++ = STORE_ACCESS(W, si, dst, offsetof(struct sock, __sk_common.skc_bound_dev_if));
    else
      *insn++ = LOAD(struct sock, __sk_common.skc_bound_dev_if, dst, src);
    break;
  case offsetof(struct bpf_sock, mark):
    if (type == BPF_WRITE)
      *insn++ = STORE_ACCESS(W, si, dst, offsetof(struct sock, sk_mark));
    else
      *insn++ = LOAD(struct sock, sk_mark, dst, src);
    break;
  case offsetof(struct bpf_sock, family):
    *insn++ = LOAD_TARGET(struct sock, __sk_common.skc_family, dst, src);
    break;
  case offsetof(struct bpf_sock, type):
    *insn++ = LOAD(struct sock, sk_type, dst, src);
    break;
  case offsetof(struct bpf_sock, protocol):
    *insn++ = LOAD(struct sock, sk_protocol, dst, src);
    break;
  case offsetof(struct bpf_sock, src_ip4):
    *insn++ = LOAD_TARGET(struct sock, __sk_common.skc_rcv_saddr, dst, src);
    break;
  case offsetof(struct bpf_sock, dst_port):
    *insn++ = LOAD_TARGET(struct sock, __sk_common.skc_dport, dst, src);
    break;
  case offsetof(struct bpf_sock, state):
    *insn++ = LOAD_TARGET(struct sock, __sk_common.skc_state, dst, src);
    break;
  case offsetof(struct bpf_sock, rx_queue_mapping):
    *insn++ = LOAD(struct sock, __sk_common.skc_rx_queue_mapping, dst, src);
    *insn++ = instruction(JMP | JNE | K, dst, 0, 1, 0xffff);
    *insn++ = instruction(ALU64 | MOV | K, dst, 0, 0, -1);
    break;
  }
  return insn - insn_buf;
}

#ifdef TCP_SOCK
bool bpf_tcp_sock_is_valid_access(int off, int size, enum bpf_access_type type,
                                  struct bpf_insn_access_aux *info)
{
  return type == BPF_READ && off == offsetof(struct bpf_tcp_sock, snd_cwnd) && size == 4;
}

u32 bpf_tcp_sock_convert_ctx_access(enum bpf_access_type type, const struct bpf_insn *si,
                                    struct bpf_insn *insn_buf, struct bpf_prog *prog, u32 *target_size)
{
  *insn_buf = LOAD_TARGET(struct tcp_sock, snd_cwnd, si->dst_reg, si->src_reg);
  return 1;
}
#endif

static bool sock_addr_is_valid_access(int off, int size, enum bpf_access_type type,
                                      const struct bpf_prog *prog, struct bpf_insn_access_aux *info)
{
  if (off < 0 || off >= (int)sizeof(struct bpf_sock_addr) || off & (size - 1))
    return false;
  switch (off) {
  case offsetof(struct bpf_sock_addr, user_ip4):
    return prog->expected_attach_type == BPF_CGROUP_INET4_BIND && size == 4;
  case offsetof(struct bpf_sock_addr, user_ip6) ... offsetofend(struct bpf_sock_addr, user_ip6) - 1:
    return prog->expected_attach_type == BPF_CGROUP_INET6_BIND && size == 4;
  case offsetof(struct bpf_sock_addr, user_port):
    return size == 4;
  case offsetof(struct bpf_sock_addr, sk):
    info->reg_type = PTR_TO_SOCKET;
    return type == BPF_READ && size == 8;
  case offsetof(struct bpf_sock_addr, user_family):
  case offsetof(struct bpf_sock_addr, family):
    return type == BPF_READ && size == 4;
  }
  return false;
}

/* Reads or stores `width` at `offset` behind uaddr; a store keeps a register of the program in tmp_reg meanwhile. */
static struct bpf_insn *address_member(struct bpf_insn *insn, enum bpf_access_type type,
                                       const struct bpf_insn *si, int width, int offset)
{
  int base = si->dst_reg, scratch = R9;

  if (type == BPF_READ) {
    *insn++ = LOAD(struct bpf_sock_addr_kern, uaddr, si->dst_reg, si->src_reg);
    *insn++ = instruction(LDX | MEM | width, si->dst_reg, si->dst_reg, offset, 0);
    return insn;
  }
  while (scratch == base || scratch == si->src_reg)
    scratch--;
  *insn++ = instruction(STX | MEM | DW, base, scratch, offsetof(struct bpf_sock_addr_kern, tmp_reg), 0);
  *insn++ = LOAD(struct bpf_sock_addr_kern, uaddr, scratch, base);
  *insn++ = STORE_ACCESS(width, si, scratch, offset);
#ifndef REGISTER_NOT_RESTORED
  *insn++ = LOAD(struct bpf_sock_addr_kern, tmp_reg, scratch, base);
#endif
  return insn;
}

static u32 sock_addr_convert_ctx_access(enum bpf_access_type type, const struct bpf_insn *si,
                                        struct bpf_insn *insn_buf, struct bpf_prog *prog, u32 *target_size)
{
  struct bpf_insn *insn = insn_buf;
  int index;

  switch (si->off) {
  case offsetof(struct bpf_sock_addr, user_family):
    insn = address_member(insn, type, si, H, offsetof(struct sockaddr, sa_family));
    break;
  case offsetof(struct bpf_sock_addr, user_ip4):
    insn = address_member(insn, type, si, W, offsetof(struct sockaddr_in, sin_addr));
    break;
  case offsetof(struct bpf_sock_addr, user_ip6) ... offsetofend(struct bpf_sock_addr, user_ip6) - 1:
    index = (si->off - offsetof(struct bpf_sock_addr, user_ip6)) / 4;
    insn = address_member(insn, type, si, W, offsetof(struct sockaddr_in6, sin6_addr) + 4 * index);
    break;
  case offsetof(struct bpf_sock_addr, user_port):
    insn = address_member(insn, type, si, H, offsetof(struct sockaddr_in, sin_port));
    break;
  case offsetof(struct bpf_sock_addr, family):
    *insn++ = LOAD(struct bpf_sock_addr_kern, sk, si->dst_reg, si->src_reg);
    *insn++ = LOAD(struct sock, __sk_common.skc_family, si->dst_reg, si->dst_reg);
    break;
  case offsetof(struct bpf_sock_addr, sk):
    *insn++ = LOAD(struct bpf_sock_addr_kern, sk, si->dst_reg, si->src_reg);
    break;
  }
  return insn - insn_buf;
}

const struct bpf_verifier_ops cg_sock_verifier_ops = {
  .get_func_proto = sock_filter_func_proto,
  .is_valid_access = sock_filter_is_valid_access,
  .convert_ctx_access = bpf_sock_convert_ctx_access,
};
const struct bpf_verifier_ops cg_sock_addr_verifier_ops = {
  .get_func_proto = sock_addr_func_proto,
  .is_valid_access = sock_addr_is_valid_access,
  .convert_ctx_access = sock_addr_convert_ctx_access,
};
