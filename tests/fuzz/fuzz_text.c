/*
 * Any text: text_shown() makes it UTF-8 without control characters, and does not change it a second
 * time. As an index URL, it shows no password. When it is shortened, it is not wider than allowed.
 * A short word is quoted, and a real shell reads it back.
 */
#include "harness.h"

#include "registry/index_url.h"
#include "util/text.h"
#include "util/unicode.h"

/* A shell is started for each. */
#define WORD_LIMIT ((size_t)24)

static void check_shown(struct arena *arena, struct str shown)
{
    HOLDS(utf8_valid(shown) && str_eq(shown, text_shown(arena, shown)));
    for (size_t i = 0; i < shown.len; i++) {
        unsigned char c = (unsigned char)shown.data[i];
        HOLDS(c >= ' ' && c != 0x7f);
    }
}

static void check_word(struct arena *arena, struct str word)
{
    struct str line = str_format(arena, "printf %%s %s", text_quoted(arena, word).data);
    FILE *shell = popen(line.data, "re"); // NOLINT(cert-env33-c): it is about a shell
    HOLDS(shell);
    char text[WORD_LIMIT + 1];
    size_t len = fread(text, 1, sizeof(text), shell);
    HOLDS(pclose(shell) == 0);
    HOLDS(len == word.len && memcmp(text, word.data, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str text = str_copy(&arena, (const char *)data, size);
    struct str shown = text_shown(&arena, text);
    check_shown(&arena, shown);
    check_shown(&arena, index_url_shown(&arena, text));
    HOLDS((text.data == shown.data) == str_eq(text, shown));
    HOLDS(unicode_width(shown) <= 2 * shown.len);
    struct str url = str_format(&arena, "https://u:" SECRET "@%s", shown.data);
    struct index_url parsed;
    bool is_own = str_find(shown, '@') < 0 && !harness_holds(shown, STR(SECRET));
    if (is_own && !index_url_parse(&arena, url, &parsed)) {
        HOLDS(!harness_holds(index_url_shown(&arena, url), STR(SECRET)));
        HOLDS(!harness_holds(index_url_shown(&arena, parsed.text), STR(SECRET)));
    }
    if (text.len <= WORD_LIMIT && str_find(text, '\0') < 0)
        check_word(&arena, text);
    arena_free(&arena);
    return 0;
}
