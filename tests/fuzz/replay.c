/*
 * `replay_NAME DIRECTORY...`: each file in the directories, in the order of their names, is given
 * to the harness, as libFuzzer would; and then each of its beginnings, which are other inputs. For
 * any compiler. Says how many files there were.
 */
#include "harness.h"

#include "util/fs.h"

#include <dirent.h>

#define INPUT_LIMIT ((size_t)1024 * 1024)
/* Beginnings of files that are longer take too long, and are like those of others. */
#define CUT_LIMIT ((size_t)400)

static void replay_file(struct str path)
{
    struct arena arena = {0};
    struct str input;
    if (file_read(&arena, path, INPUT_LIMIT, &input)) {
        (void)fprintf(stderr, "%s cannot be read\n", path.data);
        exit(1);
    }
    for (size_t len = input.len < CUT_LIMIT ? 0 : input.len; len <= input.len; len++) {
        /* its own memory, without a NUL behind, so that a byte too far is seen */
        uint8_t *exact = malloc(len ? len : 1);
        if (!exact) {
            abort();
        }
        memcpy(exact, input.data, len);
        (void)LLVMFuzzerTestOneInput(exact, len);
        free(exact);
    }
    arena_free(&arena);
}

static int replay_directory(struct arena *arena, const char *directory)
{
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, alphasort);
    int files = 0;
    if (count < 0) {
        (void)fprintf(stderr, "%s cannot be read\n", directory);
        exit(1);
    }
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            struct str path = path_join(arena, str_of(directory), str_of(entries[i]->d_name));
            (void)fprintf(stderr, "%s\n", path.data); /* the last one is the one that fails */
            replay_file(path);
            files++;
        }
        free(entries[i]);
    }
    free(entries);
    return files;
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    int files = 0;
    for (int i = 1; i < argc; i++) {
        files += replay_directory(&arena, argv[i]);
    }
    arena_free(&arena);
    (void)printf("%d\n", files);
    return 0;
}
