/* What the kernel has behind the contexts. */
#ifndef MINIKERNEL_NET_H
#define MINIKERNEL_NET_H

#include "types.h"

struct ns_common {
#ifdef NS_INUM_MOVED
  void *ops;
  unsigned int count;
  unsigned int inum;
#else
  void *ops;
  unsigned int inum;
  unsigned int count;
#endif
};

struct net {
  u32 hash_mix;
#ifdef NS_INUM_MOVED
  u64 generation[3];
#endif
  struct ns_common ns;
};

typedef struct {
  struct net *net;
} possible_net_t;

struct net_device {
  char name[16];
  int ifindex;
  unsigned int mtu;
  possible_net_t nd_net;
};

struct in_addr {
  __be32 s_addr;
};

struct in6_addr {
  union {
    __u8 u6_addr8[16];
    __be32 u6_addr32[4];
  } in6_u;
};

struct sockaddr {
  u16 sa_family;
  char sa_data[14];
};

struct sockaddr_in {
  u16 sin_family;
  __be16 sin_port;
  struct in_addr sin_addr;
};

struct sockaddr_in6 {
  u16 sin6_family;
  __be16 sin6_port;
  __be32 sin6_flowinfo;
  struct in6_addr sin6_addr;
};

struct sock_common {
  union {
    u64 skc_addrpair;
    struct {
      __be32 skc_daddr;
      __be32 skc_rcv_saddr;
    };
  };
  union {
    u32 skc_portpair;
    struct {
      __be16 skc_dport;
      __u16 skc_num;
    };
  };
  u16 skc_family;
  volatile u8 skc_state;
  u8 skc_reuse : 4;
  u8 skc_reuseport : 1;
  int skc_bound_dev_if;
  u16 skc_rx_queue_mapping;
};

struct sock {
  struct sock_common __sk_common;
  u32 sk_mark;
  u32 sk_priority;
  u16 sk_type;
#ifdef MEMBER_WIDENED
  u32 sk_protocol;
#else
  u16 sk_protocol;
#endif
};

#ifdef TCP_SOCK
struct tcp_sock {
  struct sock sk;
  u32 snd_cwnd;
};
#endif

struct skb_shared_info {
  __u8 flags;
  __u8 nr_frags;
  u16 gso_size;
  u16 gso_segs;
};

struct qdisc_skb_cb {
  struct {
    unsigned int pkt_len;
    u16 slave_dev_queue_mapping;
    u16 tc_classid;
  };
  unsigned char data[20];
};

struct bpf_skb_data_end {
  struct qdisc_skb_cb qdisc_cb;
  void *data_meta;
  void *data_end;
};

struct sk_buff {
#ifdef SKB_MOVED
  u64 moved[2];
  struct sock *sk;
  struct net_device *dev;
#else
  struct net_device *dev;
  struct sock *sk;
#endif
  u64 tstamp;
  char cb[48] __attribute__((aligned(8)));
  unsigned int len;
  u16 queue_mapping;
  u8 flags_offset[0];
  u8 pkt_type : 3;
  u8 ignore_df : 1;
  u8 nf_trace : 1;
  u8 ip_summed : 2;
  u8 vlan_present : 1;
  u8 tstamp_offset[0];
  u8 tstamp_type : 2;
  u8 tc_at_ingress : 1;
  u8 redirected : 1;
  u32 priority;
#ifdef MEMBER_REPLACED
  u32 flow_hash;
#else
  u32 hash;
#endif
  u32 mark;
  u32 napi_id;
  __be16 protocol;
  unsigned int end;
  unsigned char *head;
  unsigned char *data;
};

struct xdp_rxq_info {
  struct net_device *dev;
  u32 queue_index;
};

struct xdp_txq_info {
  struct net_device *dev;
};

struct xdp_buff {
  void *data;
  void *data_end;
  void *data_meta;
  struct xdp_rxq_info *rxq;
  struct xdp_txq_info *txq;
};

struct bpf_sock_addr_kern {
  struct sock *sk;
  struct sockaddr *uaddr;
  u64 tmp_reg;
};

#endif
