#include "CUnicornHooks.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

static void count_block(uc_engine *engine, uint64_t address, uint32_t size, void *user_data) {
  struct observation *observation = user_data;
  (void)address;
  (void)size;
  if (++observation->blocks > observation->block_limit) {
    observation->limit_reached = true;
    uc_emu_stop(engine);
  }
}

/* Whether the access was to the shadow, and there is memory for it now. */
static bool make_shadow(uc_engine *engine, struct observation *observation, uc_mem_type type, uint64_t address) {
  if (type != UC_MEM_READ_UNMAPPED && type != UC_MEM_WRITE_UNMAPPED) return false;
  if (address < observation->shadow_first || address > observation->shadow_last) return false;
  if (observation->shadow_blocks >= SHADOW_BLOCK_LIMIT) return false;
  uint64_t start = address & ~(uint64_t)(SHADOW_BLOCK - 1);
  if (uc_mem_map(engine, start, SHADOW_BLOCK, UC_PROT_READ | UC_PROT_WRITE) != UC_ERR_OK) return false;
  observation->shadow_blocks++;
  return true;
}

static bool note_fault(uc_engine *engine, uc_mem_type type, uint64_t address, int size, int64_t value,
                       void *user_data) {
  struct observation *observation = user_data;
  (void)size;
  (void)value;
  if (make_shadow(engine, observation, type, address)) return true;
  if (!observation->faulted) {
    observation->faulted = true;
    observation->fault_address = address;
    observation->fault_kind = type;
  }
  return false;
}

static void note_read(uc_engine *engine, uc_mem_type type, uint64_t address, int size, int64_t value,
                      void *user_data) {
  struct observation *observation = user_data;
  (void)engine;
  (void)type;
  (void)value;
  if (observation->read_count < OBSERVED_READS_LIMIT) {
    observation->reads[observation->read_count].address = address;
    observation->reads[observation->read_count].size = size;
  }
  observation->read_count++;
}

static void note_absent(uc_engine *engine, uc_mem_type type, uint64_t address, int size, int64_t value,
                        void *user_data) {
  struct observation *observation = user_data;
  (void)engine;
  (void)type;
  (void)size;
  (void)value;
  if (observation->absent_reads++ == 0) observation->absent_address = address;
}

static void note_write(uc_engine *engine, uc_mem_type type, uint64_t address, int size, int64_t value,
                       void *user_data) {
  struct observation *observation = user_data;
  (void)type;
  (void)value;
  if (observation->overwritten_count < OVERWRITTEN_LIMIT && size <= 8) {
    unsigned index = observation->overwritten_count;
    observation->overwritten[index].address = address;
    observation->overwritten[index].size = size;
    observation->overwritten[index].before = 0;
    uc_mem_read(engine, address, &observation->overwritten[index].before, size);
    observation->overwritten_count++;
  } else {
    /* More than can be undone: no callback writes that much. */
    observation->limit_reached = true;
    uc_emu_stop(engine);
  }
}

uc_err observe_blocks(uc_engine *engine, struct observation *observation) {
  uc_hook hook;
  return uc_hook_add(engine, &hook, UC_HOOK_BLOCK, (void *)count_block, observation, (uint64_t)1, (uint64_t)0);
}

uc_err observe_faults(uc_engine *engine, struct observation *observation) {
  uc_hook hook;
  observation->shadow_blocks = 0;
  return uc_hook_add(engine, &hook, UC_HOOK_MEM_INVALID, (void *)note_fault, observation, (uint64_t)1, (uint64_t)0);
}

uc_err observe_reads(uc_engine *engine, struct observation *observation, uint64_t first, uint64_t last) {
  uc_hook hook;
  return uc_hook_add(engine, &hook, UC_HOOK_MEM_READ, (void *)note_read, observation, first, last);
}

uc_err observe_absent(uc_engine *engine, struct observation *observation, uint64_t first, uint64_t last) {
  uc_hook hook;
  return uc_hook_add(engine, &hook, UC_HOOK_MEM_READ, (void *)note_absent, observation, first, last);
}

uc_err observe_writes(uc_engine *engine, struct observation *observation, uint64_t first, uint64_t last) {
  uc_hook hook;
  return uc_hook_add(engine, &hook, UC_HOOK_MEM_WRITE, (void *)note_write, observation, first, last);
}

uc_err hook_instruction(uc_engine *engine, uc_hook *hook, uint64_t address, uc_cb_hookcode_t callback,
                        void *user_data) {
  return uc_hook_add(engine, hook, UC_HOOK_CODE, (void *)callback, user_data, address, address);
}

static const int caught_signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE};
enum { CAUGHT_SIGNALS = sizeof(caught_signals) / sizeof(caught_signals[0]) };

static _Thread_local sigjmp_buf escape;
static _Thread_local volatile sig_atomic_t is_emulating;
static struct sigaction previous[CAUGHT_SIGNALS];

static void leave_emulation(int number) {
  if (is_emulating) {
    is_emulating = 0;
    siglongjmp(escape, number);
  }
  /* Somebody else's: as if this handler were not there. */
  for (int index = 0; index < CAUGHT_SIGNALS; index++) {
    if (caught_signals[index] == number) sigaction(number, &previous[index], NULL);
  }
  raise(number);
}

static void install_handlers(void) {
  struct sigaction action = {0};
  action.sa_handler = leave_emulation;
  /* Not blocked while it is handled: the handler does not return. */
  action.sa_flags = SA_NODEFER;
  for (int index = 0; index < CAUGHT_SIGNALS; index++) {
    sigaction(caught_signals[index], &action, &previous[index]);
  }
}

uc_err start_guarded(uc_engine *engine, uint64_t begin, uint64_t until, int *signal) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, install_handlers);
  /* The signal mask is not saved: SA_NODEFER leaves it alone, and saving costs a system call a call. */
  int number = sigsetjmp(escape, 0);
  if (number != 0) {
    *signal = number;
    return UC_ERR_EXCEPTION;
  }
  *signal = 0;
  is_emulating = 1;
  uc_err status = uc_emu_start(engine, begin, until, 0, 0);
  is_emulating = 0;
  return status;
}
