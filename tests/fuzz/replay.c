/*
 * `replay_NAME FILE...` gives each input, and each of its beginnings, to the harness, as libFuzzer
 * would. It needs no libFuzzer. It prints each name before it gives the input to the harness.
 */
#include "harness.h"

#define INPUT_LIMIT ((size_t)1 << 20)
/* Only shorter inputs are cut: beginnings of longer ones take too long, and resemble others. */
#define CUT_LIMIT ((size_t)400)

static void replay(const char *input, size_t len)
{
    for (size_t end = len < CUT_LIMIT ? 0 : len; end <= len; end++) {
        /* memory of its own, so that the address sanitizer sees a read behind the end */
        uint8_t *exact = malloc(end ? end : 1);
        if (!exact)
            abort();
        memcpy(exact, input, end);
        (void)LLVMFuzzerTestOneInput(exact, end);
        free(exact);
    }
}

int main(int argc, char **argv)
{
    static char input[INPUT_LIMIT];
    for (int i = 1; i < argc; i++) {
        (void)fprintf(stderr, "%s\n", argv[i]);
        FILE *file = fopen(argv[i], "re");
        size_t len = file ? fread(input, 1, sizeof(input), file) : 0;
        if (!file || ferror(file) || !feof(file)) {
            perror("cannot be read");
            return 1;
        }
        (void)fclose(file);
        replay(input, len);
    }
    return argc > 1 ? 0 : 2;
}
