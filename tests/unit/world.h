/*
 * Small worlds of files for tests of what is read from cargo's configuration: a project two
 * directories deep, a home, and cargo's home. A world is one text:
 *
 *     @proj/.cargo/config.toml            a file, up to the next line that begins with @, $ or +
 *     [registries]
 *     a.index = 'https://a/'
 *     @ch/credentials.toml -> ../x.toml   a symbolic link
 *     $CARGO_REGISTRY_TOKEN=secret        a variable
 *     +registry.default='a'               --config
 *
 * The working directory is ROOT/proj/sub, cargo's home ROOT/ch.
 */
#ifndef TESTS_UNIT_WORLD_H
#define TESTS_UNIT_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/config.h"

struct world {
    struct arena arena;
    struct shell shell;
    struct config config;
    struct str root;
    char *variables[16];
    struct str arguments[8];
    size_t argument_count;
};

void world_begin(struct world *world, const char *text);
void world_end(struct world *world);

/* A file in the world. */
struct str world_path(struct world *world, const char *path);

/* Loads all of the configuration. */
void world_load(struct world *world);

/* The text with ROOT for the root. */
const char *world_shown(struct world *world, struct str text);

/* The messages, outermost first, with ` / ` between them. */
const char *world_chain(struct world *world, const struct err *err);

#endif
