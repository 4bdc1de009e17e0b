/* What programs see: the user's side. Variants of it by -D; see README.md. */
#ifndef MINIKERNEL_CONTEXT_H
#define MINIKERNEL_CONTEXT_H

#include "types.h"

#ifdef NETNS_INUM_RENAMED
#define netns_inum netns_identifier
#endif
#if defined(NETNS_INUM_NARROW)
typedef __u16 netns_inum_t;
#elif defined(NETNS_INUM_SIGNED)
typedef __s32 netns_inum_t;
#elif defined(NETNS_INUM_BIG_ENDIAN)
typedef __be32 netns_inum_t;
#endif

struct bpf_sock;

struct __sk_buff {
  __u32 len;
  __u32 pkt_type;
#ifdef FIELD_ALIASED
  union {
    __u32 mark;
    __u32 fwmark;
  };
#else
  __u32 mark;
#endif
  __u32 queue_mapping;
  __u32 protocol;
  __u32 vlan_present;
  __u32 ifindex;
#ifdef RUN_MOVED
  __u32 reserved;
#endif
#if defined(FIELD_NARROWED)
  __u16 hash;
  __u16 : 16;
#elif defined(FIELD_SIGNED)
  __s32 hash;
#elif defined(FIELD_BIG_ENDIAN)
  __be32 hash;
#elif defined(FIELD_SPELT_OTHERWISE)
  unsigned int hash;
#else
  __u32 hash;
#endif
  __u32 cb[5];
  __u32 tc_classid;
  __u32 data;
  __u32 data_end;
  __u32 napi_id;
  __u32 family;
  __u32 local_ip4;
  __u32 priority;
  __u64 tstamp;
  __u32 gso_segs;
  __u8 tstamp_type;
#ifdef FIELD_IN_PADDING
  __u8 ip_summed;
  __u32 : 16;
#else
  __u32 : 24;
#endif
  union {
    struct bpf_sock *sk;
    __u64 : 64;
  } __attribute__((aligned(8)));
#ifdef NETNS_INUM
#ifdef NETNS_INUM_MOVED
  __u32 : 32;
#endif
#if defined(NETNS_INUM_NARROW) || defined(NETNS_INUM_SIGNED) || defined(NETNS_INUM_BIG_ENDIAN)
  netns_inum_t netns_inum;
#else
  __u32 netns_inum;
#endif
#endif
#ifdef FIELD_APPENDED
  __u64 hwtstamp;
#endif
#ifdef STRUCTURE_GROWN
  __u64 grown[2];
#endif
#ifdef STRUCTURE_PADDED
  __u64 : 64;
#endif
};

struct xdp_md {
#ifdef STRUCTURE_REALIGNED
  union {
    struct {
      __u32 data;
      __u32 data_end;
    };
    __u64 both;
  };
#else
  __u32 data;
  __u32 data_end;
#endif
  __u32 data_meta;
  __u32 ingress_ifindex;
  __u32 rx_queue_index;
#ifndef STRUCTURE_SHRUNK
  __u32 egress_ifindex;
#endif
};

struct bpf_sock {
  __u32 bound_dev_if;
  __u32 family;
  __u32 type;
  __u32 protocol;
  __u32 mark;
  __u32 src_ip4;
  __be16 dst_port;
  __u16 : 16;
  __u32 state;
  __s32 rx_queue_mapping;
};

#ifdef TCP_SOCK
struct bpf_tcp_sock {
  __u32 snd_cwnd;
};
#endif

struct bpf_sock_addr {
  __u32 user_family;
  __u32 user_ip4;
  __u32 user_ip6[4];
  __u32 user_port;
  __u32 family;
  union {
    struct bpf_sock *sk;
    __u64 : 64;
  } __attribute__((aligned(8)));
};

#ifdef RAW_TRACEPOINT
struct bpf_raw_tracepoint_args {
  __u64 args[0];
};
#endif

#endif
