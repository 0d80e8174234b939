#include "toml/parse.h"

static bool is_word(struct str text, size_t start, const char *word)
{
    return text.len - start == strlen(word) && memcmp(text.data + start, word, strlen(word)) == 0;
}

unsigned int toml_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned int)(c - '0');
    }
    int letter = c | 0x20;
    return letter >= 'a' && letter <= 'f' ? (unsigned int)(letter - 'a') + 10 : UINT8_MAX;
}

static size_t sign_length(struct str text)
{
    return text.data[0] == '+' || text.data[0] == '-';
}

/* Returns false if it is not an integer, or is out of range. */
static bool read_integer(struct str text, int64_t *out)
{
    bool negative = text.data[0] == '-';
    size_t start = sign_length(text);
    unsigned int radix = 10;
    if (text.len > 2 && text.data[0] == '0') {
        char letter = text.data[1];
        radix = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
        start = radix == 10 ? 0 : 2;
    }
    uint64_t number = 0;
    bool after_digit = false;
    for (size_t at = start; at < text.len; at++) {
        unsigned int digit = toml_digit(text.data[at]);
        bool separator = text.data[at] == '_' && after_digit;
        after_digit = !separator;
        if (!separator && (digit >= radix || __builtin_mul_overflow(number, radix, &number) ||
                           __builtin_add_overflow(number, digit, &number))) {
            return false;
        }
    }
    *out = (int64_t)(negative ? -number : number);
    bool leading_zero = radix == 10 && text.data[start] == '0' && text.len > start + 1;
    return after_digit && !leading_zero && number <= (uint64_t)INT64_MAX + negative;
}

/* Checks only the characters, because cargo accepts no float and no date as a setting, even if it
 * is well-formed. */
static bool is_number_or_date(struct str text)
{
    size_t start = sign_length(text);
    if (is_word(text, start, "inf") || is_word(text, start, "nan")) {
        return true;
    }
    for (size_t at = start; at < text.len; at++) {
        bool before_time = at == strlen("2000-01-01") && text.data[at] == ' ';
        if (!before_time && !memchr("0123456789+-_.:eETtZz", text.data[at], 21)) {
            return false;
        }
    }
    return start < text.len && toml_digit(text.data[start]) <= 9;
}

/* Reports text that was meant as a string, as decoder::scalar::decode_invalid. */
static bool unquoted(struct toml_parser *p, struct str text, struct toml_span at)
{
    static const char *const quotes[] = {"`'''`", "`\"\"\"`", "`'`", "`\"`"};
    for (size_t i = 0; i < COUNT(quotes); i++) {
        if (str_ends(text, (struct str){quotes[i] + 1, strlen(quotes[i]) - 2})) {
            return toml_fault(p, "missing opening quote", quotes[i], at.start, at.start);
        }
    }
    return toml_fault(p, "string values must be quoted", "literal string", at.start, at.end);
}

/* Reports a malformed value with the crate's reasons. */
static bool wrong_value(struct toml_parser *p, struct str text, struct toml_span at)
{
    static const char *const words[] = {"`true`", "`false`", "`inf`", "`nan`"};
    bool one_word = !memchr(text.data, ' ', text.len);
    for (size_t i = 0; i < COUNT(words) && one_word; i++) {
        if ((text.data[0] | 0x20) == words[i][1]) {
            return toml_fault(p, i < 2 ? "invalid boolean" : "invalid float", words[i], at.start,
                              at.end);
        }
    }
    if (one_word && text.data[0] == '.') {
        return toml_fault(p, "invalid mantissa", "digits", at.start, at.start);
    }
    return unquoted(p, text, at);
}

bool toml_decode_bare(struct toml_parser *p, struct toml_node *node)
{
    struct toml_span at = node->value;
    struct str text = {p->text.data + at.start, at.end - at.start};
    if (is_word(text, 0, "true") || is_word(text, 0, "false")) {
        node->type = TOML_BOOLEAN;
        node->boolean = text.data[0] == 't';
        return true;
    }
    if (read_integer(text, &node->integer)) {
        node->type = TOML_INTEGER;
        return true;
    }
    if (is_number_or_date(text)) {
        node->type = TOML_UNSUPPORTED;
        node->string = toml_copy(p, at.start, at.end);
        return true;
    }
    return wrong_value(p, text, at);
}
