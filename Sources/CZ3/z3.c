#define _GNU_SOURCE
#include "CZ3.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

static struct z3_functions functions;
static bool is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  /* The name without a version comes with libz3-dev alone. */
  static const char *const names[] = {"libz3.so.4", "libz3.so"};
  void *library = NULL;
  for (size_t index = 0; library == NULL && index < sizeof(names) / sizeof(names[0]); index++) {
    library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
  }
  if (library == NULL) return;
#define FIND(name)                                                        \
  *(void **)&functions.name = dlsym(library, "Z3_" #name);                \
  if (*(void **)&functions.name == NULL) {                                \
    dlclose(library);                                                     \
    return;                                                               \
  }
  CTXABI_Z3_FUNCTIONS(FIND)
#undef FIND
  is_loaded = true;
}

const struct z3_functions *z3_functions(void) {
  pthread_once(&once, load);
  return is_loaded ? &functions : NULL;
}
