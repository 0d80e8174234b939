/*
 * How a file becomes layers. For load.c, include.c and argument.c; everyone else sees the result
 * through config.h.
 */
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include "config/config.h"

/* Limits on what a run reads. Included files count too. */
enum { FILE_LIMIT = 16 * 1024 * 1024, FILES_LIMIT = 1000, INCLUDE_DEPTH = 100 };
#define BYTES_LIMIT ((size_t)64 * 1024 * 1024)

/* Which files one file includes, so that a cycle is noticed. */
struct load_seen {
    struct str path; /* without `//`, `/./` and a slash at the end */
    struct load_seen *next;
};

/* What layers are being made. */
struct load {
    enum origin origin;
    bool credentials;
    size_t rank;
    struct str project; /* the directory that holds `.cargo`; empty for others */
    struct load_seen *seen;
    int depth;
};

/* Replaces NULs at the end of a text by line ends. Returns how many there were; 0 for a text of
 * nothing else, of which nobody knows what it was. */
size_t load_mend(struct arena *arena, struct str *text);

/* The file and what it includes as layers, in order of priority. `fd` is open on the file, or -1;
 * it stays open. Returns the first failure; the layers of what could be read are there all the
 * same. cargo: _load_file. */
const struct err *load_file(struct config *config, struct load *load, struct str path, int fd,
                            struct layer **out);

/* The layers of what a document includes, in order of priority. `file` is NULL for --config
 * KEY=VALUE. cargo: load_includes. */
const struct err *load_includes(struct config *config, struct load *load, struct config_file *file,
                                const struct toml_doc *doc, struct layer **out);

/* The first key that is a table or a list in one layer and something else in another, which cargo
 * refuses; NULL if there is none. cargo: ConfigValue::merge. */
const struct err *config_check_types(struct config *config);

/* A list of layers behind another one. */
void layers_append(struct layer **list, struct layer *more);

#endif
