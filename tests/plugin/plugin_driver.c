/*
 * The plugin client on its own, for tests/plugin/test_plugin.py:
 *
 *     plugin_driver NOTICE_MS DEADLINE_MS REGISTRY INDEX_URL PROVIDER [ARG]...
 *
 * DEADLINE_MS -1 is none, `default` as NOTICE_MS takes the program's own two. Prints the outcome or
 * the failure and its causes, as cargo shows them, on standard output; `notice` on standard error
 * when it is given. Exits with 0, or 1 after a failure; with 3 where a child or a descriptor is
 * left.
 */
#include "credential/plugin.h"

#include <dirent.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

static void notice(void *context)
{
    (void)context;
    static const char text[] = "notice\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);
    (void)ignored;
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir)) {
        count++;
    }
    if (dir) {
        (void)closedir(dir);
    }
    return count;
}

static void print_failure(const struct err *err)
{
    for (const char *label = "error: "; err; label = "caused by: ", err = err->cause) {
        (void)fputs(label, stdout);
        (void)fwrite(err->message.data, 1, err->message.len, stdout);
        (void)putchar('\n');
    }
}

int main(int argc, char **argv)
{
    static const char *const outcomes[] = {
        [PLUGIN_REMOVED] = "removed",
        [PLUGIN_NOT_FOUND] = "not-found",
        [PLUGIN_URL_NOT_SUPPORTED] = "url-not-supported",
        [PLUGIN_OPERATION_NOT_SUPPORTED] = "operation-not-supported",
    };
    if (argc < 6) {
        return 2;
    }
    struct arena arena = {0};
    struct plugin_wait wait = plugin_wait(notice, NULL);
    if (strcmp(argv[1], "default") != 0) {
        wait.notice_ms = strtol(argv[1], NULL, 10);
        wait.deadline_ms = strtol(argv[2], NULL, 10);
    }
    struct str *words = arena_new_array(&arena, struct str, (size_t)argc);
    size_t count = 0;
    for (int i = 5; i < argc; i++) {
        words[count++] = str_of(argv[i]);
    }
    struct plugin_call call = {words, count, str_of(argv[3]), str_of(argv[4])};
    size_t before = open_descriptors();
    enum plugin_outcome outcome;
    struct err *failure = plugin_logout(&arena, &call, &wait, &outcome);
    bool left = open_descriptors() != before || waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD;
    if (failure) {
        print_failure(failure);
    } else {
        puts(outcomes[outcome]);
    }
    arena_free(&arena);
    return left ? 3 : failure ? 1 : 0;
}
