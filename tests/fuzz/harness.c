#include "harness.h"

#include "toml/toml.h"

/* The texts of a message, beside what it repeats of the input. */
#define WORDS_LIMIT ((size_t)1000)

_Noreturn void harness_fail(const char *file, int line, const char *property)
{
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, property);
    abort();
}

struct str harness_plant(struct arena *arena, const uint8_t *data, size_t size)
{
    struct buf buf = buf_new(arena);
    for (size_t i = 0; i < size; i++)
        if (data[i] == SECRET_MARK)
            buf_add(&buf, STR(SECRET));
        else
            buf_add_char(&buf, (char)data[i]);
    return buf_str(&buf);
}

bool harness_holds(struct str text, struct str part)
{
    return memmem(text.data, text.len, part.data, part.len) != NULL;
}

void harness_check_words(const struct err *err)
{
    for (; err; err = err->cause) {
        HOLDS(err->message.len > 0);
        HOLDS(err->message.len < WORDS_LIMIT);
        HOLDS(strlen(err->message.data) == err->message.len);
        HOLDS(utf8_valid(err->message));
    }
}

void harness_check_err(const struct err *err)
{
    harness_check_words(err);
    for (; err; err = err->cause)
        HOLDS(!harness_holds(err->message, STR(SECRET)));
}

struct str harness_piece(struct arena *arena, struct str *rest, char end)
{
    ptrdiff_t at = str_find(*rest, end);
    size_t len = at < 0 ? rest->len : (size_t)at;
    struct str piece = str_slice(arena, *rest, 0, len);
    *rest = str_slice(arena, *rest, at < 0 ? len : len + 1, rest->len);
    return piece;
}
