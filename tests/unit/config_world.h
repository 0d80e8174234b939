/*
 * Small worlds of files for tests of cargo's configuration: a project two directories deep, and a
 * home. set_up and tear_down are cmocka's; all else takes the world they made.
 */
#ifndef TESTS_CONFIG_WORLD_H
#define TESTS_CONFIG_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/context.h"

struct world {
    struct arena arena;
    struct shell shell;
    struct context context;
    struct str root; /* ROOT/proj/sub is the working directory, ROOT/ch cargo's home */
    char *environment[8];
};

#define assert_chain(world, err, expected)                                                         \
    assert_string_equal(chain((world), (err)).data, (expected))

struct str at(struct world *world, const char *path);
void put(struct world *world, const char *path, const char *text);
void variable(struct world *world, const char *entry);
int set_up(void **state);
int tear_down(void **state);
void start(struct world *world);
struct err *configure(struct world *world, const char *first, const char *second);
struct str chain(struct world *world, const struct err *err);
const struct config_string *string(struct world *world, const char *dotted);
struct err *string_error(struct world *world, const char *dotted);
void assert_set(struct world *world, const char *dotted, const char *value, const char *place);
const char *words(struct world *world, const char *dotted);
const char *program(struct world *world, const char *dotted);

#endif
