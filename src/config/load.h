/*
 * Turns a file into layers. Outside of this directory, only modules that edit or search cargo's
 * files use this header; others use config.h.
 */
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include "config/config.h"

/* Limits for all files of a run, including included files. */
enum { FILE_LIMIT = 16 * 1024 * 1024, FILES_LIMIT = 1000, INCLUDE_DEPTH = 100 };
#define BYTES_LIMIT ((size_t)64 * 1024 * 1024)

/* The properties of the layers that are being made. */
struct load {
    enum origin origin;
    bool credentials;
    size_t rank;
    struct str project; /* the directory that holds `.cargo`; empty for others */
    struct map seen;    /* the files that were loaded, to detect a cycle of includes */
    int depth;
};

/* Returns the user's home directory. Empty if it is not known. */
struct str load_user_home(struct arena *arena);

/* Replaces NULs at the end of a text with line ends. Returns their number. If the text has only
 * NULs, changes nothing and returns 0, because its contents are lost. */
size_t load_mend(struct arena *arena, struct str *text);

/* Makes layers of the file and of the files that it includes, in order of priority. `fd` is open on
 * the file, or -1; it stays open. Returns the first failure, and still sets the layers of what
 * could be read. cargo: _load_file. */
const struct err *load_file(struct config *config, struct load *load, struct str path, int fd,
                            struct layer **out);

/* Makes layers of the files that a document includes, in order of priority. `file` is NULL for
 * --config KEY=VALUE. cargo: load_includes. */
const struct err *load_includes(struct config *config, struct load *load, struct config_file *file,
                                const struct toml_doc *doc, struct layer **out);

/* Appends a list of layers to another one. */
void layers_append(struct layer **list, struct layer *more);

#endif
