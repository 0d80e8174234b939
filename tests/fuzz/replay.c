/*
 * `replay_NAME TABLE` gives each seed of the table, and each of its beginnings, to the harness, as
 * libFuzzer would. For any compiler. A line of the table is a seed, in which \\, \n, \r, \t and
 * \xHH stand for one byte; a line that begins with # is a comment.
 */
#include "harness.h"

/* Only shorter inputs are cut: beginnings of longer ones take too long, and resemble others. */
#define CUT_LIMIT ((size_t)400)

static _Noreturn void fail(const char *name, int line)
{
    (void)fprintf(stderr, "%s:%d: cannot be read\n", name, line);
    exit(1);
}

static void replay(const char *input, size_t len)
{
    for (size_t end = len < CUT_LIMIT ? 0 : len; end <= len; end++) {
        /* memory of its own, so that the address sanitizer sees a read behind the end */
        uint8_t *exact = malloc(end ? end : 1);
        if (!exact) {
            abort();
        }
        memcpy(exact, input, end);
        (void)LLVMFuzzerTestOneInput(exact, end);
        free(exact);
    }
}

/* Replaces the escapes in a line, in place. Returns the length, or -1 if an escape is malformed. */
static ptrdiff_t unescape(char *line, size_t len)
{
    size_t out = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned int byte = (unsigned char)line[i];
        if (byte == '\\') {
            const char *known = "\\\\n\nr\rt\t";
            char kind = i + 1 < len ? line[++i] : '\0';
            const char *found = strchr(known, kind);
            if (kind == 'x' && i + 2 < len && sscanf(line + i + 1, "%2x", &byte) == 1) {
                i += 2;
            } else if (kind && found) {
                byte = (unsigned char)found[1];
            } else {
                return -1;
            }
        }
        line[out++] = (char)byte;
    }
    return (ptrdiff_t)out;
}

static void replay_table(const char *table)
{
    FILE *file = fopen(table, "re");
    if (!file) {
        fail(table, 0);
    }
    char *line = NULL;
    size_t size = 0;
    int number = 0;
    for (ssize_t len = getline(&line, &size, file); len > 0; len = getline(&line, &size, file)) {
        number++;
        if (line[0] == '#') {
            continue;
        }
        ptrdiff_t bytes = line[len - 1] == '\n' ? unescape(line, (size_t)len - 1) : -1;
        if (bytes < 0) {
            fail(table, number);
        }
        (void)fprintf(stderr, "%s:%d\n", table, number); /* the last one is the one that fails */
        replay(line, (size_t)bytes);
    }
    if (ferror(file) || !number) {
        fail(table, number);
    }
    free(line);
    (void)fclose(file);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        return 2;
    }
    replay_table(argv[1]);
    return 0;
}
