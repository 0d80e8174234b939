/*
 * cargo's configuration: values from files, the environment and --config, and who wins.
 *
 *     struct config_key key = config_key(arena, STR("registries.mine.index"));
 *     const struct config_string *index;
 *     TRY(config_string(context, &key, &index));
 *     if (index) ... index->value, definition_display(arena, index->definition)
 *
 * A value is a view on the nodes of the TOML trees it was read from; nothing is copied. Where
 * several files set one table, the merged table holds the tables and what became of the keys that
 * stand in more than one. Nearer files beat farther ones, an including file beats what it
 * includes, the environment beats files, --config beats all; lists are joined, but for the lists
 * that are one program with its arguments.
 *
 * Each value has its definition: where it was set. That is what messages name, and what a relative
 * path is relative to. A definition from a file also gives the file's tree (`doc`), and the value
 * its node in there, so that a place can be named to the line, and edited.
 *
 * The first call loads the files (context.h); its failure is every later call's failure too.
 * Getters look first into the credentials file, once that is loaded. "Not set" is no error: it is
 * a NULL or a false among the results. Everything lives in the context's arena.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "toml/toml.h"

struct context;

/* In the order of their priority. */
enum definition_kind { DEFINITION_FILE, DEFINITION_ENVIRONMENT, DEFINITION_CLI };

struct definition {
    enum definition_kind kind;
    struct str name; /* path of the file, name of the variable; empty: `--config key=value` */
    const struct toml_doc *doc; /* of a file or a --config argument, else NULL */
};

/* A file that was read, once however often it is included; nearest first. */
struct config_file {
    struct str path;
    const struct toml_doc *doc;
    bool is_credentials; /* a credentials file, or what one includes */
    struct config_file *next;
};

/* As cargo prints it: the path, "environment variable `X`", "--config cli option". */
struct str definition_display(struct arena *arena, const struct definition *definition);

/* The directory that relative paths in it count from: the one above the file's own directory (so
 * that `.cargo` does not show), the working directory for variables and bare --config. */
struct str definition_root(struct context *context, const struct definition *definition);

/* The value as a program to run: joined to the root when it has a `/`, else as it is, for PATH. */
struct str definition_program(struct context *context, const struct definition *definition,
                              struct str value);

/*
 * Keys. `a.b-c` is also the variable CARGO_A_B_C.
 */
struct config_key {
    struct str env;
    const struct str *parts;
    size_t count;
};

/* From the dotted spelling; there is no quoting in it, each dot begins a part. */
struct config_key config_key(struct arena *arena, struct str dotted);

/* One part more, which may hold dots. */
struct config_key config_key_push(struct arena *arena, const struct config_key *key,
                                  struct str part);

/* The same, the variable having the part's own case: for the keys of a map (`source.NAME`). */
struct config_key config_key_push_sensitive(struct arena *arena, const struct config_key *key,
                                            struct str part);

/* a.b."c d" */
struct str config_key_display(struct arena *arena, const struct config_key *key);

/*
 * Values.
 */
enum config_type { CONFIG_INTEGER, CONFIG_STRING, CONFIG_LIST, CONFIG_TABLE, CONFIG_BOOLEAN };

struct config_merged; /* a table or list that several files have part in */

struct config_value {
    enum config_type type;
    const struct definition *definition; /* of merged ones: of the first that set it */
    const struct toml_node *node;        /* NULL where it is from the environment */
    union {
        struct str string;
        int64_t integer;
        bool boolean;
        const struct config_merged *merged; /* tables and lists; NULL: all of it is `node` */
    };
};

/* "table", "array", "string", "boolean", "integer" */
const char *config_type_name(enum config_type type);

/* The child of a table: false if there is none. */
bool config_table_get(const struct config_value *table, struct str key, struct config_value *out);

/* All children of a table or list:
 *
 *     for (struct config_iter it = config_iter(&table); config_next(&it);) ... it.key, it.value
 *
 * Keys that stand in several files first, then file by file in the order of the text. (cargo: in
 * the order of a hash table.) `container` must stay where it is meanwhile. */
struct config_iter {
    struct str key; /* empty in a list */
    struct config_value value;
    const struct config_value *container; /* the rest is its own */
    const struct toml_node *at;
    size_t index;
};
struct config_iter config_iter(const struct config_value *container);
bool config_next(struct config_iter *iter);

/* `expected a WANTED, but found a TYPE for `KEY` in P`. cargo: ConfigValue::expected. */
struct err *config_expected(struct context *context, const struct config_value *value,
                            const char *wanted, struct str key);

/* The merged files and --config, without environment and credentials: for who looks for names.
 * cargo: GlobalContext::values. */
struct err *config_root(struct context *context, struct config_value *out) MUST_CHECK;

/* The value of a key without the environment, credentials first. cargo: get_cv. */
struct err *config_get(struct context *context, const struct config_key *key, bool *found,
                       struct config_value *out) MUST_CHECK;

/* Is there a value or a variable? With `prefix_ok` a variable of a key below counts too. Warns of
 * a variable in the wrong case. cargo: has_key. */
struct err *config_has(struct context *context, const struct config_key *key, bool prefix_ok,
                       bool *has) MUST_CHECK;

/*
 * Getters, with the environment. *out is NULL where the key is not set.
 */
struct config_string {
    struct str value;
    const struct definition *definition;
    const struct toml_node *node; /* NULL where it is from the environment */
};

struct config_strings {
    const struct config_string *values;
    size_t count; /* may be 0 */
};

/* A program and its arguments; `program` as written (see definition_program). */
struct config_program {
    struct config_string program; /* the definition is that of the whole value */
    const struct str *arguments;
    size_t count;
};

/* cargo: get::<OptValue<String>>, whose errors begin `could not load config key`. */
struct err *config_string(struct context *context, const struct config_key *key,
                          const struct config_string **out) MUST_CHECK;

/* A list of strings; variables add words at its end. cargo: get::<Option<Vec<Value<String>>>>. */
struct err *config_strings(struct context *context, const struct config_key *key,
                           const struct config_strings **out) MUST_CHECK;

/* A string, split at white space, or a list; one variable replaces it all. cargo:
 * get::<Option<PathAndArgs>>. */
struct err *config_program(struct context *context, const struct config_key *key,
                           const struct config_program **out) MUST_CHECK;

/* The program out of one string, split at ASCII white space. cargo:
 * PathAndArgs::from_whitespace_separated_string. */
struct config_program config_program_split(struct arena *arena, const struct config_string *string);

/*
 * Tables with known keys. Keys that are not known are warned of, keys may come from the environment
 * alone, and each type has its errors.
 */
enum field_type {
    FIELD_STRING,  /* const struct config_string *; errors without `could not load config key` */
    FIELD_VALUE,   /* const struct config_string *; errors with it */
    FIELD_STRINGS, /* const struct config_strings * */
    FIELD_PROGRAM, /* const struct config_program * */
    FIELD_BOOLEAN, /* const bool * */
    FIELD_U32,     /* const uint64_t * */
    FIELD_U64,     /* const uint64_t * */
    FIELD_WORD,    /* const struct config_string *, one of `words` */
    FIELD_TABLE,   /* a pointer to a struct as `table` describes it */
    FIELD_EITHER,  /* const struct config_either *: a string, or a table as `table` describes it */
};

/* One of both. */
struct config_either {
    const struct config_string *string;
    const void *table;
};

struct config_field {
    const char *key;
    enum field_type type;
    size_t offset; /* of the pointer in the struct; NULL there is "not set" */
    const struct config_table *table;
    const char *const *words; /* up to a NULL */
};

struct config_table {
    size_t size; /* of the struct */
    const struct config_field *fields;
    size_t count;
};

/* The children of a table whose keys are names; nothing where it is not set. An error if it is no
 * table. cargo: get::<Option<HashMap<String, …>>>. */
struct err *config_map(struct context *context, const struct config_key *key,
                       struct config_iter *out) MUST_CHECK;

/* *out is NULL where neither a table nor a variable of one of its keys is there. */
struct err *config_struct(struct context *context, const struct config_key *key,
                          const struct config_table *table, const void **out) MUST_CHECK;

#endif
