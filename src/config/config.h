/*
 * cargo's configuration as layers, in order of priority: each file that cargo reads here, or would
 * read in another directory. A getter returns the value of the first layer that has the key; lists
 * are joined. Every value knows its layer, because the trust in a token, a provider or a setting
 * depends on its source.
 *
 *     struct config config;
 *     TRY(config_init(&config, arena, shell, environ));   directories and variables
 *     config_load_files(&config);                         home and the working directory upward
 *     config_load_arguments(&config, arguments, count);   --config
 *     config_load_credentials(&config);
 *
 * If a file cannot be read, the others are still read. Its layer has the reason. config->failure is
 * the first fault, in cargo's words and order; cargo would stop there.
 *
 * Mirrors cargo's context/mod.rs: load_values, load_credentials, cli_args_as_table, get_cv. All
 * results are in the arena.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "toml/toml.h"
#include "util/map.h"
#include "util/shell.h"

/* A variable whose name begins with CARGO_. cargo ignores one in another case, and warns if it
 * would have used it. */
struct variable {
    struct str name;  /* UTF-8; variables with other names are ignored, as in cargo */
    struct str value; /* points into the process's environment */
    bool valid;       /* the value is UTF-8; cargo cannot read other values */
};

struct environment {
    struct variable *variables; /* of two with the same name, only the last */
    size_t count;
    struct map by_name;    /* struct variable, by exactly its name */
    struct map wrong_case; /* readable ones, by the name that cargo would use */
    bool has_registries;   /* a name begins with CARGO_REGISTR, in any case */
};

/* `block` is what environ points to. Its strings must live as long as the environment. */
void environment_init(struct environment *environment, struct arena *arena, char *const *block);

/* Converts a part of a key to its form in a variable's name: upper case, with `_` for `-`. */
struct str environment_part(struct arena *arena, struct str part);

/* Where a layer comes from. */
enum origin {
    ORIGIN_PROJECT, /* in the working directory or above it */
    ORIGIN_HOME,    /* in cargo's home */
    ORIGIN_CLI,     /* named by --config */
};

/* A file. It is read once, even if it is in several layers. */
struct config_file {
    struct str path;            /* absolute, as cargo prints it */
    struct str shown;           /* path through text_shown() */
    const struct toml_doc *doc; /* NULL if it could not be read */
    const struct err *failure;  /* why not, in cargo's words with the path outermost */
    bool credentials;           /* a credentials file, or one that such a file includes */
    bool of_project;            /* all its layers are a project's */
    bool foreign; /* of a project, and someone other than root and the caller can write it */
    bool leaves;  /* of a project, and its real path is outside of the project */
    bool torn;    /* it ends in NULs, which a power cut during a truncation can leave;
                     `doc` has line ends in their place */
    struct config_file *next;
};

struct layer {
    struct config_file *file;   /* NULL: --config KEY=VALUE */
    const struct toml_doc *doc; /* NULL: the file could not be read */
    enum origin origin;
    bool credentials;
    bool hidden; /* cargo does not read it, because the same name without `.toml` exists */
    size_t rank; /* for a project: 0 in the working directory, 1 in the next one above */
    struct layer *next;
};

struct config {
    struct arena *arena;
    struct shell *shell;
    struct str cwd;
    struct str home; /* cargo's home: absolute, normalized; it might not exist */
    struct environment environment;
    struct layer *layers;      /* credentials first, then --config, project, home */
    struct config_file *files; /* in the order in which they were read */
    struct map files_by_path;
    const struct err *failure; /* the first one, as cargo would report it */
    bool name_is_unknown;      /* a failure outside of the credentials files, which can hide
                                  registry.default */
    size_t project_count;      /* ranks of project layers */
    size_t byte_count;
    struct config_file *looked; /* those that do not exist; they have only a path */
    struct map warnings;        /* warnings that were printed already */
    struct map keys;            /* of the layers that cargo reads here; for config_lookup() */
};

struct err *config_init(struct config *config, struct arena *arena, struct shell *shell,
                        char *const *block) MUST_CHECK;
void config_load_files(struct config *config);
void config_load_arguments(struct config *config, const struct str *arguments, size_t count);
void config_load_credentials(struct config *config);

/* Which layers cargo would see if it were started in some directory. */
struct view {
    size_t rank;        /* project layers below this rank are not seen */
    bool arguments;     /* --config is seen */
    bool settings_only; /* credentials files are not seen */
};

/* The view in the working directory, with our --config. */
#define VIEW_HERE ((struct view){0, true, false})

/* The same for choosing the registry, which cargo does before it reads credentials. */
#define VIEW_SETTINGS ((struct view){0, true, true})

bool config_sees(struct view view, const struct layer *layer);

struct key {
    struct str parts[4];
    size_t count;
};

#define KEY(...)                                                                                   \
    ((struct key){{__VA_ARGS__}, sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str)})

/* CARGO_REGISTRIES_MY_REG_TOKEN for registries.my-reg.token */
struct str key_variable(struct arena *arena, const struct key *key);

/* a.b."c d" */
struct str key_shown(struct arena *arena, const struct key *key);

/* A value and its location. */
struct setting {
    struct str value; /* a string or a variable; data is NULL if the key is not set */
    uint64_t number;
    bool boolean;
    const struct layer *layer; /* NULL: a variable */
    struct str variable;       /* its name */
    const struct toml_node *node;
};

/* Returns the location as cargo prints it: the path, "environment variable `X`" or "--config cli
 * option". */
struct str setting_place(struct arena *arena, const struct setting *setting);

/* The same with the line: `/path/config.toml:3`. */
struct str setting_location(struct arena *arena, const struct setting *setting);

/* Returns the directory to which paths in the value are relative. */
struct str setting_root(const struct config *config, const struct setting *setting);

/*
 * Finds the values of a key in layers, from the highest priority to the lowest. They can have any
 * type; `value` is empty for other types than strings.
 *
 *     struct lookup lookup = config_lookup(config, VIEW_HERE, &key);
 *     while (lookup_next(&lookup, &setting))
 */
struct lookup {
    const struct key *key;
    struct view view;
    const struct merged *next;
    size_t depth; /* of `next`, in parts of the key */
};

struct lookup config_lookup(const struct config *config, struct view view, const struct key *key);
bool lookup_next(struct lookup *lookup, struct setting *out);

/* Finds only the first value. */
bool config_first(const struct config *config, struct view view, const struct key *key,
                  struct setting *out);

/* Finds a string, a boolean or an integer that is not negative. A value of another type is an err.
 * A variable overrides files, but not --config. */
struct err *config_get(struct config *config, struct view view, const struct key *key,
                       enum toml_type type, struct setting *out) MUST_CHECK;

/* The elements of a list or the words of a string, each with its location. */
struct settings {
    struct setting *items;
    size_t count; /* 0 if the key is not set */
    size_t size;
};

/* Finds a list of strings: the elements of all layers, lowest priority first. The words of the
 * variable come before those of --config. */
struct err *config_list(struct config *config, struct view view, const struct key *key,
                        struct settings *out) MUST_CHECK;

/* Finds a program and its arguments, configured as one string or as a list. */
struct err *config_program(struct config *config, struct view view, const struct key *key,
                           struct settings *out) MUST_CHECK;

/* Splits a string at white space. */
void setting_words(struct arena *arena, const struct setting *setting, struct settings *out);

/* Warns about each key of a table that is not in `known`, which has a space before and after each
 * word. cargo: serde's ignored fields. */
void config_warn_unused(struct config *config, const struct key *table, const char *known);

/* Prints a warning, unless the same text was printed before. `help` can be empty. */
void config_warn(struct config *config, struct str help, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
