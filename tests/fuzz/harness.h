/*
 * Shared by all harnesses. A harness is one file fuzz_NAME.c with LLVMFuzzerTestOneInput: it runs
 * the program's code on any bytes, and checks with HOLDS what must always be true. libFuzzer
 * searches for bytes for which this fails (tests/fuzz/run). replay.c runs the seeds and all inputs
 * that were found (./test).
 *
 * The memory is that of strict_arena.c. Each allocation is separate, so that the address sanitizer
 * notices an access after its end, or through a pointer that was kept while a buffer grew.
 */
#ifndef TESTS_FUZZ_HARNESS_H
#define TESTS_FUZZ_HARNESS_H

#include "util/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process with the property's text. */
#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            harness_fail(__FILE__, __LINE__, #condition);                                          \
        }                                                                                          \
    } while (0)

_Noreturn void harness_fail(const char *file, int line, const char *property);

/* In an input each byte SECRET_MARK stands for SECRET, so that mutations move it as a whole. */
#define SECRET      "cioS3CRETs3cretS3CRET"
#define SECRET_MARK '\x01'

struct str harness_plant(struct arena *arena, const uint8_t *data, size_t size);
bool harness_holds(struct str text, struct str part);

/* Neither the message nor a cause of it is empty or endless, or has a NUL. */
void harness_check_words(const struct err *err);
/* The same, and none shows SECRET. */
void harness_check_err(const struct err *err);

/* Returns the text up to the next such byte. The text after that byte becomes the rest. */
struct str harness_piece(struct arena *arena, struct str *rest, char end);

#endif
