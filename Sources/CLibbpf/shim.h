#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/capability.h>

/* The C library has these two, and declares them nowhere: libcap's header does. */
int capget(cap_user_header_t header, cap_user_data_t data);
int capset(cap_user_header_t header, const cap_user_data_t data);

#include <linux/bpf.h>

/* The names of helpers by their numbers, without "bpf_"; NULL for a number that <linux/bpf.h> does not know. */
#define ctxabi_helper_entry(name, ...) #name
static inline const char *ctxabi_helper_name(int number)
{
  static const char *const names[] = {__BPF_FUNC_MAPPER(ctxabi_helper_entry)};

  return number > 0 && number < (int)(sizeof(names) / sizeof(names[0])) ? names[number] : (const char *)0;
}
