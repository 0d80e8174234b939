/*
 * JSON (RFC 8259), read from left to right as the caller asks for it. What is accepted, and each
 * message with its place, is that of serde_json, which cargo's providers and users know: `expected
 * value at line 1 column 1`. With a library that builds a tree first, neither the place nor the
 * first of several faults could be told; and values would be outside the arena.
 *
 *     struct json json = json_begin(arena, text);
 *     TRY(json_open(&json));                           json_peek() has seen a `{`
 *     for (bool first = true;; first = false) {
 *         bool more;
 *         struct str key;
 *         TRY(json_next_key(&json, first, &more, &key));
 *         if (!more) break;
 *         TRY(json_colon(&json));
 *         TRY(json_value(&json, &value));
 *     }
 *     json_close(&json);
 *     TRY(json_end(&json));
 *
 * The text is UTF-8, which the caller has checked (utf8_valid). At most 127 arrays and objects are
 * open at once, as in serde_json. Strings may hold a NUL (\u0000).
 *
 * Two things differ from serde_json. A message never repeats a string or a number with a point: it
 * may be a token that a program wrote where it should not. And a number out of a double's range is
 * no fault, since no double is ever needed.
 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include "util/base.h"

struct json {
    struct arena *arena;
    struct str text;
    size_t at;
    unsigned depth;
};

enum json_type {
    JSON_NULL,
    JSON_BOOLEAN,
    JSON_INTEGER, /* that 64 bits hold; other numbers are JSON_FLOAT */
    JSON_FLOAT,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

struct json_value {
    enum json_type type;
    bool boolean;
    bool negative; /* JSON_INTEGER is -integer */
    uint64_t integer;
    struct str string;
    struct str key; /* in an object; may come twice */
    struct json_value *first;
    struct json_value *next;
};

enum { JSON_END = -1 };

struct json json_begin(struct arena *arena, struct str text);

/* The next byte that is not white space, without taking it; JSON_END behind the last. */
int json_peek(struct json *json);

/* Takes the `[` or `{` that json_peek() has seen. */
struct err *json_open(struct json *json) MUST_CHECK;

/* Takes the `]` or `}` that json_peek() has seen, or one of the next two in saying "no more". */
void json_close(struct json *json);

/* In an array: takes the comma and says whether an element follows. */
struct err *json_next_element(struct json *json, bool first, bool *more) MUST_CHECK;

/* In an array of a known length, behind its last element: takes the `]`. */
struct err *json_last_element(struct json *json) MUST_CHECK;

/* In an object: takes comma and key; json_colon() and the value are to follow. */
struct err *json_next_key(struct json *json, bool first, bool *more, struct str *key) MUST_CHECK;
struct err *json_colon(struct json *json) MUST_CHECK;

/* A string, whose quote json_peek() has seen. */
struct err *json_string(struct json *json, struct str *out) MUST_CHECK;

/* Any value, with all that is in it. */
struct err *json_value(struct json *json, struct json_value **out) MUST_CHECK;

/* Nothing but white space is left. */
struct err *json_end(struct json *json) MUST_CHECK;

/* Failures, all one layer. `what at line 1 column 7`: the column is that of the byte taken last; in
 * the second, of the one that comes next. */
struct err *json_fault(const struct json *json, const char *what) __attribute__((returns_nonnull));
struct err *json_fault_next(const struct json *json, const char *what)
    __attribute__((returns_nonnull));

/* `invalid type: integer `5`, expected EXPECTED at ...` for the value that comes next, or what is
 * wrong with it as JSON. */
struct err *json_fault_type(struct json *json, const char *expected)
    __attribute__((returns_nonnull));

/* `integer `5``, `string`, `map`: the value as such a message names it. */
struct str json_describe(struct arena *arena, const struct json_value *value);

/* `text` with quotes, escaped as serde_json writes it. */
void json_write_string(struct buf *buf, struct str text);

#endif
