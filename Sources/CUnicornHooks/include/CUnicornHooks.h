/* uc_hook_add is variadic, which Swift can't call; and a hook that counts must not cost a call into Swift. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <unicorn/unicorn.h>

/* SHADOW_BLOCK is in bytes. */
enum { OBSERVED_READS_LIMIT = 64, OVERWRITTEN_LIMIT = 512, SHADOW_BLOCK = 0x10000, SHADOW_BLOCK_LIMIT = 64 };

struct observed_read {
  uint64_t address;
  int size;
};

struct overwritten_memory {
  uint64_t address;
  uint64_t before;
  int size;
};

/* What happened while a function ran. Cleared by the caller before each call. */
struct observation {
  uint64_t blocks;        /* basic blocks entered */
  uint64_t block_limit;   /* after this many the emulation stops */
  bool limit_reached;

  bool faulted;           /* an access to memory that is not there, or not to be accessed so */
  uint64_t fault_address;
  int fault_kind;         /* uc_mem_type */

  unsigned read_count;    /* reads of the observed range; counts on beyond the limit */
  struct observed_read reads[OBSERVED_READS_LIMIT];

  uint64_t shadow_first, shadow_last; /* where instrumented code finds notes on memory; none where both are 0 */
  unsigned shadow_blocks; /* how much of it the engine has */

  unsigned absent_reads;  /* reads of what the image does not define; the caller clears it */
  uint64_t absent_address;

  unsigned overwritten_count; /* writes to the kernel's own memory, with what stood there before */
  struct overwritten_memory overwritten[OVERWRITTEN_LIMIT];
};

/* Swift sees no array of 64 structures. */
static inline const struct observed_read *observed_reads(const struct observation *observation) {
  return observation->reads;
}

static inline const struct overwritten_memory *overwritten_memory(const struct observation *observation) {
  return observation->overwritten;
}

/* Counts basic blocks, and stops the emulation at the limit. */
uc_err observe_blocks(uc_engine *engine, struct observation *observation);

/* Notes accesses to memory that is not mapped, or not with that permission. Of the shadow as much is made, all zero, as is
 * accessed. */
uc_err observe_faults(uc_engine *engine, struct observation *observation);

/* Notes the reads from first to last. */
uc_err observe_reads(uc_engine *engine, struct observation *observation, uint64_t first, uint64_t last);

/* Notes the reads from first to last as those of what the image does not define. */
uc_err observe_absent(uc_engine *engine, struct observation *observation, uint64_t first, uint64_t last);

/* Notes the writes from first to last, so that they can be undone. */
uc_err observe_writes(uc_engine *engine, struct observation *observation, uint64_t first, uint64_t last);

/* uc_emu_start, but for an emulator that fails: QEMU's code generator ends the process on instructions that it can't
 * translate (an assertion, an abort). Such a signal is caught and put into `signal`; the engine must not be used again. */
uc_err start_guarded(uc_engine *engine, uint64_t begin, uint64_t until, int *signal);

/* Calls `callback` before the instruction at `address`. */
uc_err hook_instruction(uc_engine *engine, uc_hook *hook, uint64_t address, uc_cb_hookcode_t callback, void *user_data);
