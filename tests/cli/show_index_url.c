/*
 * For test_index_url.py: reads index URLs from standard input, each followed by a NUL. For each URL
 * it writes a record of three parts, each followed by a NUL: `ok`, the serialized form and the
 * canonical form; or `error`, the message, and an empty part. With a directory as argument, file:
 * URLs are relative to it, and passwords are rejected.
 */
#include "registry/index_url.h"

int main(int argc, char **argv)
{
    struct arena arena = {0};
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    while ((len = getdelim(&line, &size, '\0', stdin)) > 0) {
        struct index_url url;
        struct str text = str_copy(&arena, line, (size_t)len - 1);
        struct err *err = argc > 1 ? index_url_resolve(&arena, text, str_of(argv[1]), &url)
                                   : index_url_parse(&arena, text, &url);
        if (err)
            printf("error%c%s%c%c", 0, err->message.data, 0, 0);
        else
            printf("ok%c%s%c%s%c", 0, url.text.data, 0, url.canonical.data, 0);
    }
    free(line);
    arena_free(&arena);
    return 0;
}
