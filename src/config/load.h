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

/* What is loaded: a file with those that it includes, or the files of all arguments. */
struct load {
    struct layer layer; /* the properties of all layers */
    struct str project; /* the directory that holds `.cargo`; empty for others */
    struct map seen;    /* the files that were loaded, to detect a cycle of includes */
    int depth;
};

/* Returns the user's home directory. Empty if it is not known. */
struct str load_user_home(struct arena *arena);

/* Replaces NULs at the end of a text with line ends. Returns their number. If the text has only
 * NULs, changes nothing and returns 0, because its contents are lost. */
size_t load_mend(struct arena *arena, struct str *text);

/* Inserts the layers of a file and of the files that it includes before the layer *at. `fd` is open
 * on the file, or -1; it stays open. Returns the first failure, and still inserts the layers of
 * what could be read. cargo: _load_file. */
const struct err *load_file(struct config *config, struct load *load, struct str path, int fd,
                            struct layer **at);

/* Inserts the layer of a document, and after it those of the files that it includes. `file` is NULL
 * for --config KEY=VALUE, `doc` for a file that could not be read. cargo: load_includes. */
const struct err *load_layer(struct config *config, struct load *load, struct config_file *file,
                             const struct toml_doc *doc, struct layer **at);

/* Adds the layers from `first` until `end` to config->keys. They override those that were added
 * before. A key that is a table or a list in one layer and something else in another is a failure
 * of the configuration. cargo: ConfigValue::merge. */
void config_merge(struct config *config, const struct layer *first, const struct layer *end);

/* Records a failure, unless there was one before. */
void config_fail(struct config *config, const struct err *err);

#endif
