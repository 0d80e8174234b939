#include "util/lazy.h"

#include <dlfcn.h>

struct err *lazy_symbol(struct arena *arena, const char *const *libraries, const char *name,
                        void (**out)(void))
{
    const struct err *cause = NULL;
    for (const char *const *library = libraries; *library; library++) {
        /* A second dlopen of a loaded library only counts up, so no handle has to be kept. */
        void *handle = dlopen(*library, RTLD_NOW | RTLD_LOCAL);
        void *symbol = handle ? dlsym(handle, name) : NULL;
        if (symbol) {
            /* ISO C has no conversion from an object pointer to a function pointer, POSIX does. */
            memcpy(out, &symbol, sizeof(symbol));
            return NULL;
        }
        cause = err_new(arena, "%s", dlerror());
    }
    return err_wrap(arena, cause, "failed to load %s", libraries[0]);
}
