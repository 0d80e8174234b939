/*
 * A key's value as one type, environment and files taken together: the steps that the getters of
 * config.h and the tables of config_struct.c share. The key is taken to be set; where it is not,
 * that is the error `missing config key`.
 */
#ifndef CONFIG_CONFIG_TYPED_H
#define CONFIG_CONFIG_TYPED_H

#include "config/config.h"

struct variable;

/* The variable of this key, if it can be read; else NULL, with the warning about its case. cargo:
 * get_config_env. */
const struct variable *config_variable(struct context *context, const struct config_key *key);

const struct definition *config_environment(struct context *context, const struct config_key *key);

/* Where a value is said to be set. A variable that is there but not readable is named too, though
 * the value is another's. cargo: ValueSource::with_deserializer. */
struct err *config_find_definition(struct context *context, const struct config_key *key,
                                   const struct definition **out) MUST_CHECK;

/* Puts `error in P: could not load config key `K`` on top. */
struct err *config_key_context(struct context *context, const struct err *err,
                               const struct config_key *key, const struct definition *definition);

/* cargo: ConfigError::expected and GlobalContext::expected. */
struct err *config_wrong_type(struct context *context, const struct config_key *key,
                              const char *wanted, const struct config_value *value);
struct err *config_invalid(struct context *context, const struct config_key *key,
                           const char *wanted, const struct config_value *value);

struct err *config_get_string(struct context *context, const struct config_key *key,
                              const struct config_string **out) MUST_CHECK;
/* A string whose definition matters. cargo: Value<String>. */
struct err *config_get_value(struct context *context, const struct config_key *key,
                             const struct config_string **out) MUST_CHECK;
struct err *config_get_boolean(struct context *context, const struct config_key *key,
                               const bool **out) MUST_CHECK;
/* `type` is Rust's name for what it is to fit in: u32 or u64. */
struct err *config_get_unsigned(struct context *context, const struct config_key *key,
                                const char *type, const uint64_t **out) MUST_CHECK;
/* One of the words, whose list ends with NULL. */
struct err *config_get_word(struct context *context, const struct config_key *key,
                            const char *const *words, const struct config_string **out) MUST_CHECK;
struct err *config_get_strings(struct context *context, const struct config_key *key,
                               const struct config_strings **out) MUST_CHECK;
struct err *config_get_program(struct context *context, const struct config_key *key,
                               const struct config_program **out) MUST_CHECK;

/* Warns of each key of a table that is not among the known ones, whose list ends with NULL. */
void config_warn_unused(struct context *context, const struct config_key *key,
                        const struct config_value *value, const char *const *known);

/* The table as a struct, all members NULL where it is not set; config_struct without the look
 * whether it is. */
struct err *config_fill(struct context *context, const struct config_key *key,
                        const struct config_table *table, const void **out) MUST_CHECK;

#endif
