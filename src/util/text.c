#include "util/text.h"

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

struct str text_shown(struct arena *arena, struct str text)
{
    static const char *const letters[] = {['\t'] = "\\t", ['\n'] = "\\n", ['\r'] = "\\r"};
    struct buf out = buf_new(arena);
    size_t done = 0; /* what precedes it is in `out` */
    for (size_t at = 0, len = 0; at < text.len; at += len) {
        uint32_t c = (unsigned char)text.data[at];
        bool valid = true;
        bool fast = c >= ' ' && c < 0x7F; /* most texts have no other characters */
        len = fast ? 1 : utf8_decode(text, at, &c, &valid);
        if (fast || (valid && !is_control(c)))
            continue;
        buf_add_bytes(&out, text.data + done, at - done);
        if (!valid)
            buf_add(&out, STR("\xEF\xBF\xBD"));
        else if (c < COUNT(letters) && letters[c])
            buf_add(&out, str_of(letters[c]));
        else
            buf_addf(&out, "\\u{%x}", (unsigned)c);
        done = at + len;
    }
    if (done == 0)
        return text;
    buf_add_bytes(&out, text.data + done, text.len - done);
    return buf_str(&out);
}

struct str text_quoted(struct arena *arena, struct str word)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_@%+=:,./-";
    if (word.len > 0 && strspn(word.data, safe) == word.len)
        return word;
    struct buf out = buf_new(arena);
    buf_add_char(&out, '\'');
    for (size_t i = 0; i < word.len; i++)
        if (word.data[i] == '\'')
            buf_add(&out, STR("'\\''"));
        else
            buf_add_char(&out, word.data[i]);
    buf_add_char(&out, '\'');
    return buf_str(&out);
}

/* clap: did_you_mean accepts scores above this. */
static const double THRESHOLD = 0.7;

static double jaro(struct arena *arena, struct str a, struct str b)
{
    char *matched = arena_alloc(arena, a.len); /* the bytes of `a`, in order */
    bool *taken = arena_new_array(arena, bool, b.len);
    size_t matches = 0;
    size_t misplaced = 0;
    size_t longer = a.len > b.len ? a.len : b.len;
    size_t range = longer > 3 ? longer / 2 - 1 : 0; /* equal bytes must be this close */
    for (size_t i = 0; i < a.len; i++) {
        size_t j = i > range ? i - range : 0;
        size_t end = i + range + 1 < b.len ? i + range + 1 : b.len;
        while (j < end && (taken[j] || a.data[i] != b.data[j]))
            j++;
        if (j < end) {
            taken[j] = true;
            matched[matches++] = a.data[i];
        }
    }
    for (size_t j = 0, n = 0; j < b.len; j++) {
        misplaced += taken[j] && matched[n] != b.data[j];
        n += taken[j];
    }
    if (matches == 0)
        return 0;
    double found = (double)matches;
    size_t transpositions = misplaced / 2;
    return (found / (double)a.len + found / (double)b.len +
            (double)(matches - transpositions) / found) /
           3.0;
}

bool text_is_similar(struct arena *arena, struct str word, const char *candidate, double *best)
{
    double score = jaro(arena, word, str_of(candidate));
    if (score <= THRESHOLD || score < *best)
        return false;
    *best = score;
    return true;
}
