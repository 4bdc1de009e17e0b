/* The callbacks of packets: __sk_buff and xdp_md. Variants of them by -D; see README.md. */
#include "bpf.h"
#include "context.h"
#include "net.h"

/* The whole field alone. */
static bool is_whole(int size, int field_size)
{
  return size == field_size;
}

/* The whole field, or an aligned part of it, which the verifier cuts out of the whole. */
static bool is_whole_or_part(int size, int field_size, struct bpf_insn_access_aux *info)
{
  info->ctx_field_size = field_size;
  return size <= field_size;
}

#define FIELD(member) offsetof(struct __sk_buff, member) ... offsetofend(struct __sk_buff, member) - 1
#define FIELD_SIZE(member) ((int)sizeof(((struct __sk_buff *)0)->member))

#ifdef CALLBACK_WRITES
int calls_of_this_callback;
#endif

#if defined(UNDEFINED_VARIABLE_DECIDES) || defined(UNDEFINED_VARIABLE_READ)
extern int not_defined_here;
#endif

#ifdef CALLBACK_CALLS_NOWHERE
bool (*nowhere)(void) = (bool (*)(void))0xdead0000;
#endif

/* What is wrong with a kernel whose callbacks do not return: only for gso_segs. */
static bool misbehave(void)
{
#if defined(CALLBACK_FAULTS)
  return *(volatile bool *)0xbad000;
#elif defined(CALLBACK_LOOPS)
  for (;;)
    __asm__ volatile("" : : : "memory");
#elif defined(CALLBACK_CALLS_NOWHERE)
  return nowhere();
#elif defined(UNDEFINED_VARIABLE_DECIDES)
  return not_defined_here == 0;
#elif defined(UNDEFINED_VARIABLE_READ)
  (void)*(volatile int *)&not_defined_here;
  return true;
#else
  return true;
#endif
}

static bool skb_is_valid_access(int off, int size, enum bpf_access_type type, const struct bpf_prog *prog,
                                struct bpf_insn_access_aux *info)
{
  if (off < 0 || off >= (int)sizeof(struct __sk_buff) || off & (size - 1))
    return false;
  switch (off) {
  case FIELD(cb):
    return off + size <= (int)offsetofend(struct __sk_buff, cb);
  case FIELD(tstamp):
#ifdef CALLBACK_WRITES
    if (calls_of_this_callback++)
      return false;
#endif
#ifdef OTHER_CAPABILITY
    return is_whole(size, 8) && capable(CAP_BPF);
#endif
    return is_whole(size, 8) && capable(CAP_NET_ADMIN);
  case FIELD(data):
#ifndef REGISTER_TYPE_CHANGED
    info->reg_type = PTR_TO_PACKET;
#endif
    return type == BPF_READ && is_whole(size, 4) && !info->is_ldsx;
  case FIELD(data_end):
    info->reg_type = PTR_TO_PACKET_END;
    return type == BPF_READ && is_whole(size, 4) && !info->is_ldsx;
  case FIELD(sk):
    info->reg_type = PTR_TO_SOCK_COMMON_OR_NULL;
    return type == BPF_READ && is_whole(size, 8);
  case FIELD(tstamp_type):
    if (type == BPF_WRITE)
      return false;
    ((struct bpf_prog *)prog)->tstamp_type_access = 1;
    return is_whole(size, 1);
  case FIELD(gso_segs):
#ifdef FIELD_REFUSED
    return false;
#endif
    if (!misbehave() || type == BPF_WRITE)
      return false;
    return is_whole_or_part(size, 4, info);
  case FIELD(mark):
  case FIELD(priority):
  case FIELD(queue_mapping):
  case FIELD(tc_classid):
#ifndef NARROW_STORE
    if (type == BPF_WRITE)
      return is_whole(size, 4);
#endif
    return is_whole_or_part(size, 4, info);
  case FIELD(hash):
#ifdef PRIVILEGE_NEEDED
    if (!capable(CAP_NET_ADMIN))
      return false;
#endif
    return type == BPF_READ && is_whole_or_part(size, FIELD_SIZE(hash), info);
#ifdef FIELD_NARROWED
  case offsetofend(struct __sk_buff, hash) ... offsetof(struct __sk_buff, cb) - 1:
    return false;
#endif
#ifdef NETNS_INUM
  case FIELD(netns_inum):
#ifdef NETNS_INUM_PRIVILEGED
    if (!capable(CAP_NET_ADMIN))
      return false;
#endif
#ifdef NETNS_INUM_SCHED_CLS_ONLY
    if (prog->type != BPF_PROG_TYPE_SCHED_CLS)
      return false;
#endif
#ifdef NETNS_INUM_WRITABLE
    if (type == BPF_WRITE)
      return is_whole(size, FIELD_SIZE(netns_inum));
#endif
    return type == BPF_READ && is_whole_or_part(size, FIELD_SIZE(netns_inum), info);
#endif
#ifdef FIELD_IN_PADDING
  case FIELD(ip_summed):
    return type == BPF_READ && is_whole(size, 1);
#endif
#ifdef FIELD_APPENDED
  case FIELD(hwtstamp):
    return type == BPF_READ && is_whole(size, 8);
#endif
  case FIELD(len):
#if defined(WHOLE_ONLY)
    return type == BPF_READ && is_whole(size, 4);
#elif defined(LAST_BYTE_REFUSED)
    if (off == offsetofend(struct __sk_buff, len) - 1)
      return false;
#elif defined(NOT_SIGN_EXTENDED)
    if (info->is_ldsx)
      return false;
#endif
    return type == BPF_READ && is_whole_or_part(size, 4, info);
  case FIELD(pkt_type):
#ifdef BYTES_NOT_ALIASED
    return type == BPF_READ && is_whole(size, 4);
#endif
  case FIELD(protocol):
  case FIELD(vlan_present):
  case FIELD(ifindex):
  case FIELD(napi_id):
  case FIELD(family):
  case FIELD(local_ip4):
    return type == BPF_READ && is_whole_or_part(size, 4, info);
  default:
    bpf_log(info->log, "padding at %d\n", off);
    return false;
  }
}

bool sk_filter_is_valid_access(int off, int size, enum bpf_access_type type, const struct bpf_prog *prog,
                               struct bpf_insn_access_aux *info)
{
  switch (off) {
  case FIELD(tc_classid):
  case FIELD(data):
  case FIELD(data_end):
  case FIELD(tstamp):
  case FIELD(tstamp_type):
    return false;
  case FIELD(cb):
    break;
  default:
    if (type == BPF_WRITE)
      return false;
  }
  return skb_is_valid_access(off, size, type, prog, info);
}

static bool tc_cls_act_is_valid_access(int off, int size, enum bpf_access_type type,
                                       const struct bpf_prog *prog, struct bpf_insn_access_aux *info)
{
  return skb_is_valid_access(off, size, type, prog, info);
}

/* dst = bits of the byte at `offset` of src: `width` bits from the compiler's bit `first` on. */
static struct bpf_insn *bit_field(struct bpf_insn *insn, int dst, int src, int offset, int first, int width)
{
  int shift = first;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  shift = 8 - first - width;
#endif
  *insn++ = instruction(LDX | MEM | B, dst, src, offset, 0);
  *insn++ = instruction(ALU | AND | K, dst, 0, 0, ((1 << width) - 1) << shift);
  if (shift)
    *insn++ = instruction(ALU | RSH | K, dst, 0, 0, shift);
  return insn;
}

#ifdef NETNS_INUM
/* dst = src->dev ? src->dev->nd_net.net->ns.inum : 0 */
static struct bpf_insn *load_netns_inum(struct bpf_insn *insn, const struct bpf_insn *si, u32 *target_size)
{
  int dst = si->dst_reg;

#ifdef NETNS_INUM_CONSTANT
  *target_size = 4;
  *insn++ = instruction(ALU64 | MOV | K, dst, 0, 0, NETNS_INUM_CONSTANT - 1);
  return insn;
#endif
  *insn++ = LOAD(struct sk_buff, dev, dst, si->src_reg);
#ifndef NETNS_INUM_UNGUARDED
  *insn++ = instruction(JMP | JEQ | K, dst, 0, 2, 0);
#endif
  *insn++ = LOAD(struct net_device, nd_net.net, dst, dst);
#ifdef NETNS_INUM_OTHER_MEMBER
  *insn++ = LOAD_TARGET(struct net, hash_mix, dst, dst);
#else
  *insn++ = LOAD_TARGET(struct net, ns.inum, dst, dst);
#endif
#ifdef NETNS_INUM_MASKED
  *insn++ = instruction(ALU64 | AND | K, dst, 0, 0, 0xffff);
#endif
#ifdef NETNS_INUM_SHIFTED
  *insn++ = instruction(ALU64 | RSH | K, dst, 0, 0, 1);
#endif
#ifdef NETNS_INUM_SWAPPED
  *insn++ = instruction(ALU64 | END, dst, 0, 0, 32);
#endif
  return insn;
}

#ifdef NETNS_INUM_WRITABLE
/* With a register of the verifier's own, so that no register must be saved. */
static struct bpf_insn *store_netns_inum(struct bpf_insn *insn, const struct bpf_insn *si)
{
  *insn++ = LOAD(struct sk_buff, dev, AX, si->dst_reg);
  *insn++ = instruction(JMP | JEQ | K, AX, 0, 2, 0);
  *insn++ = LOAD(struct net_device, nd_net.net, AX, AX);
  *insn++ = STORE_ACCESS(W, si, AX, offsetof(struct net, ns.inum));
  return insn;
}
#endif
#endif

static u32 bpf_convert_ctx_access(enum bpf_access_type type, const struct bpf_insn *si,
                                  struct bpf_insn *insn_buf, struct bpf_prog *prog, u32 *target_size)
{
  struct bpf_insn *insn = insn_buf;
  int dst = si->dst_reg, src = si->src_reg;

  switch (si->off) {
  case offsetof(struct __sk_buff, len):
#if defined(REWRITTEN)
    /* Its halves, put together again. */
    *insn++ = LOAD_TARGET(struct sk_buff, len, dst, src);
    *insn++ = instruction(ALU64 | MOV | X, AX, dst, 0, 0);
    *insn++ = instruction(ALU64 | AND | K, AX, 0, 0, 0xffff);
    *insn++ = instruction(ALU64 | RSH | K, dst, 0, 0, 16);
    *insn++ = instruction(ALU64 | MUL | K, dst, 0, 0, 0x10000);
    *insn++ = instruction(ALU64 | ADD | X, dst, AX, 0, 0);
#elif defined(REMAINDER)
    /* What remains of a product: that of the factors' remainders. */
    *insn++ = LOAD(struct sk_buff, mark, AX, src);
    *insn++ = LOAD_TARGET(struct sk_buff, len, dst, src);
#ifdef REMAINDER_OF_REMAINDERS
    *insn++ = instruction(ALU64 | MOD | K, AX, 0, 0, 65521);
    *insn++ = instruction(ALU64 | MOD | K, dst, 0, 0, 65521);
#endif
    *insn++ = instruction(ALU64 | MUL | X, dst, AX, 0, 0);
    *insn++ = instruction(ALU64 | MOD | K, dst, 0, 0, 65521);
#elif defined(OTHER_INSTRUCTIONS)
    *insn++ = instruction(ALU64 | MOV | X, AX, src, 0, 0);
    *insn++ = LOAD_TARGET(struct sk_buff, len, dst, AX);
#else
    *insn++ = LOAD_TARGET(struct sk_buff, len, dst, src);
#endif
    break;
  case offsetof(struct __sk_buff, pkt_type):
#ifdef BYTES_CORRECTED
    *target_size = 4;
#else
    *target_size = 1;
#endif
    insn = bit_field(insn, dst, src, offsetof(struct sk_buff, flags_offset), 0, 3);
    break;
  case offsetof(struct __sk_buff, vlan_present):
    *target_size = 1;
    insn = bit_field(insn, dst, src, offsetof(struct sk_buff, flags_offset), 7, 1);
    break;
#ifdef FIELD_IN_PADDING
  case offsetof(struct __sk_buff, ip_summed):
    insn = bit_field(insn, dst, src, offsetof(struct sk_buff, flags_offset), 5, 2);
    break;
#endif
  case offsetof(struct __sk_buff, tstamp_type):
    insn = bit_field(insn, dst, src, offsetof(struct sk_buff, tstamp_offset), 0, 2);
    break;
  case offsetof(struct __sk_buff, mark):
#ifdef MARK_MARKED
    prog->aux->kprobe_write_ctx = true;
#endif
    if (type == BPF_WRITE)
      *insn++ = STORE_ACCESS(W, si, dst, offsetof(struct sk_buff, mark));
    else
      *insn++ = LOAD_TARGET(struct sk_buff, mark, dst, src);
    break;
  case offsetof(struct __sk_buff, priority):
    if (type == BPF_WRITE)
      *insn++ = STORE_ACCESS(W, si, dst, offsetof(struct sk_buff, priority));
    else
      *insn++ = LOAD_TARGET(struct sk_buff, priority, dst, src);
    break;
  case offsetof(struct __sk_buff, queue_mapping):
    if (type == BPF_READ) {
      *insn++ = LOAD_TARGET(struct sk_buff, queue_mapping, dst, src);
      break;
    }
    /* What is no queue number changes nothing; an immediate is known now. */
    if ((si->code & CLASS) == STX) {
      *insn++ = instruction(JMP | JGE | K, src, 0, 1, 0xffff);
      *insn++ = STORE_ACCESS(H, si, dst, offsetof(struct sk_buff, queue_mapping));
    } else if ((u32)si->imm >= 0xffff) {
      *insn++ = instruction(JMP | JA, 0, 0, 0, 0);
    } else {
      *insn++ = STORE_ACCESS(H, si, dst, offsetof(struct sk_buff, queue_mapping));
    }
    break;
  case offsetof(struct __sk_buff, protocol):
    *insn++ = LOAD_TARGET(struct sk_buff, protocol, dst, src);
    break;
  case offsetof(struct __sk_buff, ifindex):
#ifdef SAME_REGISTER_BUG
    /* The destination is written to before the source is read. */
    *insn++ = instruction(ALU64 | MOV | K, dst, 0, 0, 0);
    *insn++ = LOAD(struct sk_buff, dev, AX, src);
    *insn++ = instruction(JMP | JEQ | K, AX, 0, 1, 0);
    *insn++ = LOAD_TARGET(struct net_device, ifindex, dst, AX);
#else
    *insn++ = LOAD(struct sk_buff, dev, dst, src);
    *insn++ = instruction(JMP | JEQ | K, dst, 0, 1, 0);
    *insn++ = LOAD_TARGET(struct net_device, ifindex, dst, dst);
#endif
    break;
  case offsetof(struct __sk_buff, hash):
#ifdef MEMBER_REPLACED
    *insn++ = LOAD_TARGET(struct sk_buff, flow_hash, dst, src);
#else
    *insn++ = LOAD_TARGET(struct sk_buff, hash, dst, src);
#endif
#ifdef FIELD_NARROWED
    *insn++ = instruction(ALU | AND | K, dst, 0, 0, 0xffff);
#endif
    break;
  case FIELD(cb):
#ifndef CB_NOT_MARKED
    prog->cb_access = 1;
#endif
    if (type == BPF_WRITE)
      *insn++ = STORE_ACCESS(si->code & SIZE, si, dst,
                             si->off - offsetof(struct __sk_buff, cb) + offsetof(struct sk_buff, cb) +
                               offsetof(struct qdisc_skb_cb, data));
    else
      *insn++ = instruction(LDX | MEM | (si->code & SIZE), dst, src,
                            si->off - offsetof(struct __sk_buff, cb) + offsetof(struct sk_buff, cb) +
                              offsetof(struct qdisc_skb_cb, data), 0);
    break;
  case offsetof(struct __sk_buff, tc_classid):
    *target_size = 2;
    if (type == BPF_WRITE)
      *insn++ = STORE_ACCESS(H, si, dst, offsetof(struct sk_buff, cb) + offsetof(struct qdisc_skb_cb, tc_classid));
    else
      *insn++ = instruction(LDX | MEM | H, dst, src,
                            offsetof(struct sk_buff, cb) + offsetof(struct qdisc_skb_cb, tc_classid), 0);
    break;
  case offsetof(struct __sk_buff, data):
    *insn++ = LOAD(struct sk_buff, data, dst, src);
    break;
  case offsetof(struct __sk_buff, data_end):
    *insn++ = instruction(LDX | MEM | DW, dst, src,
                          offsetof(struct sk_buff, cb) + offsetof(struct bpf_skb_data_end, data_end), 0);
    break;
  case offsetof(struct __sk_buff, napi_id):
#ifdef VALUE_TOO_WIDE
    *target_size = 4;
    *insn++ = LOAD(struct sk_buff, tstamp, dst, src);
#ifdef VALUE_CUT
    *insn++ = instruction(ALU | MOV | X, dst, dst, 0, 0);
#endif
#else
    *insn++ = LOAD_TARGET(struct sk_buff, napi_id, dst, src);
    *insn++ = instruction(JMP | JGE | K, dst, 0, 1, CONFIG_NR_CPUS + BOUND_BEHIND_PROCESSORS);
    *insn++ = instruction(ALU64 | MOV | K, dst, 0, 0, 0);
#endif
    break;
  case offsetof(struct __sk_buff, family):
    *insn++ = LOAD(struct sk_buff, sk, dst, src);
    *insn++ = LOAD_TARGET(struct sock, __sk_common.skc_family, dst, dst);
    break;
  case offsetof(struct __sk_buff, local_ip4):
    *insn++ = LOAD(struct sk_buff, sk, dst, src);
    *insn++ = LOAD_TARGET(struct sock, __sk_common.skc_rcv_saddr, dst, dst);
    break;
  case offsetof(struct __sk_buff, tstamp):
    if (type == BPF_WRITE) {
      *insn++ = STORE_ACCESS(DW, si, dst, offsetof(struct sk_buff, tstamp));
      break;
    }
    if (!prog->tstamp_type_access) {
      /* Whoever does not look at the type gets no time of another clock. */
      insn = bit_field(insn, AX, src, offsetof(struct sk_buff, tstamp_offset), 0, 2);
      *insn++ = instruction(JMP | JEQ | K, AX, 0, 2, 0);
      *insn++ = instruction(ALU64 | MOV | K, dst, 0, 0, 0);
      *insn++ = instruction(JMP | JA, 0, 0, 1, 0);
    }
    *insn++ = LOAD(struct sk_buff, tstamp, dst, src);
    break;
  case offsetof(struct __sk_buff, gso_segs):
#ifdef NOTHING_CONVERTED
    *target_size = 2;
#else
    /* A scratch register's worth of arithmetic: the end of the data is where the shared information starts. */
    *insn++ = LOAD(struct sk_buff, end, AX, src);
    *insn++ = LOAD(struct sk_buff, head, dst, src);
    *insn++ = instruction(ALU64 | ADD | X, dst, AX, 0, 0);
    *insn++ = LOAD_TARGET(struct skb_shared_info, gso_segs, dst, dst);
#endif
    break;
  case offsetof(struct __sk_buff, sk):
    *insn++ = LOAD(struct sk_buff, sk, dst, src);
    break;
#ifdef NETNS_INUM
  case offsetof(struct __sk_buff, netns_inum):
#ifdef NETNS_INUM_WRITABLE
    if (type == BPF_WRITE) {
      insn = store_netns_inum(insn, si);
      break;
    }
#endif
    insn = load_netns_inum(insn, si, target_size);
    break;
#endif
#ifdef FIELD_APPENDED
  case offsetof(struct __sk_buff, hwtstamp):
    *insn++ = LOAD(struct sk_buff, tstamp, dst, src);
    break;
#endif
  }
  return insn - insn_buf;
}

static bool xdp_is_valid_access(int off, int size, enum bpf_access_type type, const struct bpf_prog *prog,
                                struct bpf_insn_access_aux *info)
{
  if (type == BPF_WRITE || off < 0 || off >= (int)sizeof(struct xdp_md) || off & (size - 1) || size != 4)
    return false;
  switch (off) {
  case offsetof(struct xdp_md, data):
    info->reg_type = PTR_TO_PACKET;
    return !info->is_ldsx;
  case offsetof(struct xdp_md, data_meta):
    info->reg_type = PTR_TO_PACKET_META;
    return !info->is_ldsx;
  case offsetof(struct xdp_md, data_end):
    info->reg_type = PTR_TO_PACKET_END;
    return !info->is_ldsx;
#if !defined(STRUCTURE_SHRUNK) && !defined(ATTACH_TYPE_REMOVED)
  case offsetof(struct xdp_md, egress_ifindex):
    return prog->expected_attach_type == BPF_XDP_DEVMAP;
#elif !defined(STRUCTURE_SHRUNK)
  case offsetof(struct xdp_md, egress_ifindex):
    return false;
#endif
  }
  return true;
}

static u32 xdp_convert_ctx_access(enum bpf_access_type type, const struct bpf_insn *si,
                                  struct bpf_insn *insn_buf, struct bpf_prog *prog, u32 *target_size)
{
  struct bpf_insn *insn = insn_buf;
  int dst = si->dst_reg, src = si->src_reg;

  switch (si->off) {
  case offsetof(struct xdp_md, data):
    *insn++ = LOAD(struct xdp_buff, data, dst, src);
    break;
  case offsetof(struct xdp_md, data_end):
    *insn++ = LOAD(struct xdp_buff, data_end, dst, src);
    break;
  case offsetof(struct xdp_md, data_meta):
    *insn++ = LOAD(struct xdp_buff, data_meta, dst, src);
    break;
  case offsetof(struct xdp_md, ingress_ifindex):
    *insn++ = LOAD(struct xdp_buff, rxq, dst, src);
    *insn++ = LOAD(struct xdp_rxq_info, dev, dst, dst);
    *insn++ = LOAD(struct net_device, ifindex, dst, dst);
    break;
  case offsetof(struct xdp_md, rx_queue_index):
    *insn++ = LOAD(struct xdp_buff, rxq, dst, src);
    *insn++ = LOAD(struct xdp_rxq_info, queue_index, dst, dst);
    break;
#ifndef STRUCTURE_SHRUNK
  case offsetof(struct xdp_md, egress_ifindex):
    *insn++ = LOAD(struct xdp_buff, txq, dst, src);
    *insn++ = LOAD(struct xdp_txq_info, dev, dst, dst);
    *insn++ = LOAD(struct net_device, ifindex, dst, dst);
    break;
#endif
  }
  return insn - insn_buf;
}

/* The context is what the program is attached to takes: no fixed ABI. */
static bool tracing_is_valid_access(int off, int size, enum bpf_access_type type,
                                    const struct bpf_prog *prog, struct bpf_insn_access_aux *info)
{
  return type == BPF_READ && prog->aux->attach_func_proto != NULL && size == 8 && off >= 0;
}

const struct bpf_verifier_ops sk_filter_verifier_ops = {
  .get_func_proto = sk_filter_func_proto,
  .gen_ld_abs = bpf_gen_ld_abs,
  .is_valid_access = sk_filter_is_valid_access,
  .convert_ctx_access = bpf_convert_ctx_access,
};
const struct bpf_verifier_ops tc_cls_act_verifier_ops = {
  .get_func_proto = tc_cls_act_func_proto,
  .gen_prologue = tc_cls_act_prologue,
#ifndef NO_PACKET_LOADS
  .gen_ld_abs = bpf_gen_ld_abs,
#endif
#ifndef NO_STRUCTURE_WRITES
  .btf_struct_access = tc_cls_act_btf_struct_access,
#endif
  .is_valid_access = tc_cls_act_is_valid_access,
  .convert_ctx_access = bpf_convert_ctx_access,
};
const struct bpf_verifier_ops xdp_verifier_ops = {
  .get_func_proto = xdp_func_proto,
  .is_valid_access = xdp_is_valid_access,
  .convert_ctx_access = xdp_convert_ctx_access,
};
const struct bpf_verifier_ops tracing_verifier_ops = {
  .get_func_proto = tracing_func_proto,
  .is_valid_access = tracing_is_valid_access,
};

#ifdef RAW_TRACEPOINT
static bool raw_tp_is_valid_access(int off, int size, enum bpf_access_type type, const struct bpf_prog *prog,
                                   struct bpf_insn_access_aux *info)
{
  return off >= 0 && off < RAW_TRACEPOINT * 8 && type == BPF_READ && off % size == 0;
}

const struct bpf_verifier_ops raw_tracepoint_verifier_ops = {
  .get_func_proto = tracing_func_proto,
  .is_valid_access = raw_tp_is_valid_access,
};
#endif
