/*
 * How configuration comes into being: a file becomes a table, tables are merged. For context.c and
 * the config_*.c files; everyone else sees the result through config.h.
 */
#ifndef CONFIG_CONFIG_LAYER_H
#define CONFIG_CONFIG_LAYER_H

#include "config/config.h"

/* A key of a merged table and what became of it. */
struct config_entry {
    struct str key; /* data NULL: an empty slot */
    struct config_value value;
};

/*
 * A table: plain tables under one key, nearest first, and over them `entries` (a hash table,
 * `capacity` 0 or a power of two), which holds each key that several of them have.
 * A list: its elements, in `parts`.
 */
struct config_merged {
    const struct config_value *parts;
    size_t count;
    struct config_entry *entries;
    size_t capacity;
    size_t used;
};

/* The value that a node of a tree is. */
struct config_value config_of_node(const struct toml_node *node,
                                   const struct definition *definition);

/* `table` with `key` set to `value`. For a table of its own give one whose node is NULL. */
struct config_value config_table_with(struct arena *arena, const struct config_value *table,
                                      struct str key, const struct config_value *value);

/* Puts a key into the entries. */
void config_entries_put(struct arena *arena, struct config_merged *merged, struct str key,
                        const struct config_value *value);

/* Is this the whole key of a list that is one program with its arguments? `*` in a pattern stands
 * for any one part. cargo: NON_MERGEABLE_LISTS. */
bool config_is_program_list(const struct str *parts, size_t count);

/* Sorts a list's elements by the priority of their definitions, equal ones as they stand. */
void config_sort(struct arena *arena, struct config_value *values, size_t count);

/*
 * `from` merged into `old`. Of two plain values `old` stays, or with `force` `from`; a list's
 * elements are joined, those of `old` last, or with `force` first. A table or list stands against
 * its own kind only. (cargo's rule on priority decides nothing more: without `force` all are
 * files.) cargo: ConfigValue::merge.
 */
struct err *config_merge(struct arena *arena, const struct config_value *old,
                         const struct config_value *from, bool force,
                         struct config_value *out) MUST_CHECK;

/*
 * The credentials file over the configuration. Each top-level key is merged on its own (so that the
 * lists in it are joined, even programs), and errors do not say which key it was.
 */
struct err *config_overlay(struct arena *arena, const struct config_value *base,
                           const struct config_value *over, struct config_value *out) MUST_CHECK;

/* Which files one file drew in, so that a circle is seen. */
struct config_seen {
    struct str path;
    struct config_seen *next;
};

enum config_secret { CONFIG_PLAIN, CONFIG_CREDENTIALS }; /* the latter: no error shows its text */

/* A file found: its path and what was opened for it. The descriptor is closed by whoever has the
 * struct (fd_close). */
struct config_found {
    struct str path;   /* empty: there is none */
    struct str hidden; /* `NAME.toml`, where `NAME` is used and both are there */
    int fd;
};

/* `NAME`, else `NAME.toml`, in a directory; warns of what is wrong with `NAME`. cargo:
 * get_file_path. */
void config_find(struct context *context, struct str dir, struct str name,
                 struct config_found *out);

/* Reads a file with all that it includes. `fd` is open on it, or -1. Closes nothing. */
struct err *config_load_file(struct context *context, struct str path, int fd,
                             enum definition_kind kind, enum config_secret secret,
                             struct config_seen **seen, struct config_value *out) MUST_CHECK;

/* What the table includes, merged below it. cargo: load_includes. */
struct err *config_load_includes(struct context *context, enum config_secret secret,
                                 struct config_seen **seen, struct config_value *table) MUST_CHECK;

/* All configuration files from the working directory up, then cargo's home. `out` is written in any
 * case: what there is without the files that are broken, the first of which is told. cargo:
 * load_values. */
struct err *config_load(struct context *context, struct config_value *out) MUST_CHECK;

/* The --config arguments as one table. cargo: cli_args_as_table. */
struct err *config_load_arguments(struct context *context, const struct str *arguments,
                                  size_t count, struct config_value *out) MUST_CHECK;

/* No value of the tree may be a float or a date. cargo: ConfigValue::from_toml. */
struct err *config_check_types(struct arena *arena, const struct toml_node *root) MUST_CHECK;

/* Does the text seem to set a token or a secret key? Then no message shows it. */
bool config_holds_secret(struct str text);

#endif
