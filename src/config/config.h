/*
 * cargo's configuration as layers: each file that cargo reads, or that it would read elsewhere, in
 * order of priority. There is no merged tree. A getter asks the layers in turn, and the first that
 * has the key wins; lists are joined. Every value knows its layer, because
 * trust in a token, a provider or a setting depends on where it comes from.
 *
 *     struct config config;
 *     TRY(config_init(&config, arena, shell, environ));   directories and variables
 *     config_load_files(&config);                         home and the working directory upward
 *     config_load_arguments(&config, arguments, count);   --config
 *     config_load_credentials(&config);
 *
 * A file that cannot be read does not stop the others: its layer has the reason, and
 * config->failure is the first fault, in the words and the order of cargo, which would stop there.
 *
 * Mirrors cargo's context/mod.rs: load_values, load_credentials, cli_args_as_table, get_cv.
 * Everything lives in the arena.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "config/environment.h"
#include "toml/toml.h"
#include "util/map.h"
#include "util/shell.h"

/* Who decided that a layer is part of the configuration. */
enum origin {
    ORIGIN_PROJECT, /* found by walking up from the working directory */
    ORIGIN_HOME,    /* in cargo's home */
    ORIGIN_CLI,     /* named by --config */
};

/* A file, read once however many layers it makes. */
struct config_file {
    struct str path;            /* absolute, as cargo prints it */
    struct str shown;           /* path through text_shown() */
    const struct toml_doc *doc; /* NULL if it could not be read */
    const struct err *failure;  /* why; cargo's words with the path on top */
    bool credentials;           /* a credentials file, or one that such a file includes */
    bool foreign;               /* a project's, and others than root and the caller can write it */
    bool leaves;                /* a project's, whose real path is outside the project */
    bool torn;                  /* it ends in NULs, which a power cut during a truncation can leave;
                                   `doc` has line ends in their place */
    struct config_file *next;
};

struct layer {
    struct config_file *file;   /* NULL: --config KEY=VALUE */
    const struct toml_doc *doc; /* NULL: nothing could be read */
    enum origin origin;
    bool credentials;
    bool hidden; /* cargo does not read it, because the same name without `.toml` exists */
    size_t rank; /* of a project: 0 for the working directory's, 1 for the next one above */
    struct layer *next;
};

/* A file that would have been read, and does not exist. */
struct looked {
    struct str path;
    struct looked *next;
};

struct config {
    struct arena *arena;
    struct shell *shell;
    struct str cwd;
    struct str home; /* cargo's home: absolute, normalized, need not exist */
    struct environment environment;
    struct layer *layers; /* credentials first, then --config, project, home */
    struct config_file *files;
    const struct err *failure; /* the first, as cargo would report it */
    bool name_is_unknown;      /* a failure other than the credentials file's: it may hide
                                  registry.default */
    size_t project_count;      /* ranks of project layers */
    size_t file_count;
    size_t byte_count;
    struct looked *looked;
    struct map warnings; /* already printed */
};

struct err *config_init(struct config *config, struct arena *arena, struct shell *shell,
                        char *const *block) MUST_CHECK;
void config_load_files(struct config *config);
void config_load_arguments(struct config *config, const struct str *arguments, size_t count);
void config_load_credentials(struct config *config);

/*
 * Where cargo would be started: which layers it would see. {0, true} is here, with our --config.
 */
struct view {
    size_t rank;        /* project layers below this rank are not seen */
    bool arguments;     /* --config is seen */
    bool settings_only; /* credentials files are not */
};

#define VIEW_HERE ((struct view){0, true, false})

/* What decides which registry is meant: cargo finds that out before it reads credentials. */
#define VIEW_SETTINGS ((struct view){0, true, true})

bool config_sees(struct view view, const struct layer *layer);

/* cargo's home and no project, as seen from a directory that has no configuration of its own. */
struct view config_view_home(const struct config *config);

/*
 * Keys. `registries.my-reg.token` is also the variable CARGO_REGISTRIES_MY_REG_TOKEN.
 */
struct key {
    struct str parts[4];
    size_t count;
};

#define KEY(...)                                                                                   \
    ((struct key){{__VA_ARGS__}, sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str)})

struct str key_variable(struct arena *arena, const struct key *key);

/* a.b."c d" */
struct str key_shown(struct arena *arena, const struct key *key);

/* A value and where it is. */
struct setting {
    struct str value;
    const struct layer *layer; /* NULL: a variable */
    struct str variable;       /* its name */
    const struct toml_node *node;
};

/* As cargo prints the place: the path, "environment variable `X`", "--config cli option". */
struct str setting_place(struct arena *arena, const struct setting *setting);

/* The same with the line: `/path/config.toml:3`. */
struct str setting_location(struct arena *arena, const struct setting *setting);

/* The directory that relative paths in the value are relative to. */
struct str setting_root(const struct config *config, const struct setting *setting);

/* The node of a key in one layer, or NULL. */
const struct toml_node *layer_get(const struct layer *layer, const struct key *key);

/*
 * Getters. `out` is written if the key is set; *set says so. A value of another type is an err. A
 * variable beats files and loses against --config.
 */
struct err *config_string(struct config *config, struct view view, const struct key *key, bool *set,
                          struct setting *out) MUST_CHECK;
struct err *config_boolean(struct config *config, struct view view, const struct key *key,
                           bool *set, bool *out) MUST_CHECK;
struct err *config_number(struct config *config, struct view view, const struct key *key, bool *set,
                          uint64_t *out) MUST_CHECK;

/* A list of strings: the elements of all layers, lowest priority first, the words of the variable
 * before those of --config. *count is 0 if the key is not set. */
struct err *config_list(struct config *config, struct view view, const struct key *key,
                        struct setting **out, size_t *count) MUST_CHECK;

/* A program and its arguments, one string or a list. */
struct program {
    struct setting setting; /* value is the program as written */
    const struct str *arguments;
    size_t count;
};

struct err *config_program(struct config *config, struct view view, const struct key *key,
                           bool *set, struct program *out) MUST_CHECK;

/* The program in one string, split at white space. false if there is no word in it. */
bool config_program_of(struct config *config, const struct setting *setting, struct program *out);

/* The program to start: joined to the setting's root if it has a `/`, else searched for in PATH. */
struct str program_path(const struct config *config, const struct program *program);

/* Warns of each key of a table, in the layers seen from here, that is not among `known` (ends in
 * NULL). cargo: serde's ignored fields. */
void config_warn_unused(struct config *config, const struct key *table, const char *const *known);

/* Prints a warning unless the same text was printed before. `help` may be empty. */
void config_warn(struct config *config, struct str help, const char *format, ...) PRINTF_LIKE(3, 4);

/* What cargo calls a value's type: "string", "array", ... */
const char *config_type_name(const struct toml_node *node);

#endif
