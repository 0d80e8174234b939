#include "wiping.h"

#include "util/base.h"

#include <curl/curl.h>
#include <jansson.h>
#include <malloc.h>

static void wiping_free(void *memory)
{
    if (memory) {
        explicit_bzero(memory, malloc_usable_size(memory));
        free(memory);
    }
}

/* Always copies, because realloc() leaves the old bytes in memory when it moves a block. */
static void *wiping_realloc(void *memory, size_t size)
{
    size_t old = memory ? malloc_usable_size(memory) : 0;
    void *moved = malloc(size);
    if (moved && memory) {
        memcpy(moved, memory, old < size ? old : size);
        wiping_free(memory);
    }
    return moved;
}

void wiping_init(void)
{
    json_set_alloc_funcs(malloc, wiping_free);
    json_object_seed(0); /* must be called before threads start */
    (void)curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wiping_free, wiping_realloc, strdup,
                               calloc);
}
