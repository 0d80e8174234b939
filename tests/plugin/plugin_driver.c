/*
 * The provider client on its own, for tests/plugin:
 *
 *     plugin_driver SPEED ACTION REGISTRY INDEX_URL PROVIDER [ARG]...
 *
 * Time passes SPEED times as fast as it does. ACTION is logout, get, verify, verify-token or
 * verify-verbose. Prints the outcome, with the token if there is one, or the failure and its
 * causes, as cargo shows them, on standard output. Exits with 0, or 1 after a failure; with 3 if a
 * child or a descriptor is left.
 *
 * With PAUSE in the environment it then waits for the end of its standard input, with all its
 * memory as it was.
 */
#include "credential/provider_client.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NANO = 1000000000 };

long speed = 1; /* not static, since poll() is an inline function in the headers */

int clock_gettime(clockid_t clock, struct timespec *now)
{
    long result = syscall(SYS_clock_gettime, clock, now);
    int64_t fast = (int64_t)now->tv_nsec * speed;
    now->tv_sec = now->tv_sec * speed + (time_t)(fast / NANO);
    now->tv_nsec = (long)(fast % NANO);
    return (int)result;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    long slow = timeout <= 0 ? timeout : timeout / speed + 1;
    struct timespec limit = {slow / 1000, slow % 1000 * 1000000};
    return ppoll(fds, count, timeout < 0 ? NULL : &limit, NULL);
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir))
        count++;
    if (dir)
        (void)closedir(dir);
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

static struct err *act(struct shell *shell, const char *action, const struct credential *asked,
                       enum provider_outcome *out, struct str *token)
{
    if (strcmp(action, "logout") == 0)
        return provider_ask(shell, PROVIDER_LOGOUT, asked, out, NULL);
    if (strcmp(action, "get") == 0)
        return provider_ask(shell, PROVIDER_GET, asked, out, token);
    if (strcmp(action, "verify-verbose") == 0)
        shell->verbosity = VERBOSITY_VERY_VERBOSE;
    return provider_ask(shell, PROVIDER_VERIFY, asked, out,
                        strcmp(action, "verify-token") == 0 ? token : NULL);
}

int main(int argc, char **argv)
{
    static const char *const outcomes[] = {
        [PROVIDER_REMOVED] = "removed",
        [PROVIDER_GAVE_TOKEN] = "gave-token",
        [PROVIDER_NOT_FOUND] = "not-found",
        [PROVIDER_URL_NOT_SUPPORTED] = "url-not-supported",
        [PROVIDER_OPERATION_NOT_SUPPORTED] = "operation-not-supported",
    };
    if (argc < 6)
        return 2;
    struct arena arena = {0};
    struct shell shell;
    shell_init(&shell, &arena);
    speed = strtol(argv[1], NULL, 10);
    struct str *words = arena_new_array(&arena, struct str, (size_t)argc);
    size_t count = 0;
    for (int i = 5; i < argc; i++)
        words[count++] = str_of(argv[i]);
    struct registry registry = {.name = str_of(argv[3]), .shown = str_of(argv[3])};
    const struct provider provider = {.kind = PROVIDER_EXTERNAL,
                                      .words = words,
                                      .count = count,
                                      .shown = STR("prov …"),
                                      .index_url = str_of(argv[4])};
    const struct credential asked = {
        .registry = &registry, .place = PLACE_PROVIDER, .provider = &provider};
    size_t before = open_descriptors();
    enum provider_outcome outcome;
    struct str token = STR("");
    struct err *failure = act(&shell, argv[2], &asked, &outcome, &token);
    bool left = open_descriptors() != before || waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD;
    if (failure)
        print_failure(failure);
    else
        (void)printf("%s%s%s\n", outcomes[outcome], token.len > 0 ? " " : "", token.data);
    if (getenv("PAUSE")) {
        (void)fflush(stdout);
        while (read(STDIN_FILENO, &(char){0}, 1) > 0) {
        }
    }
    arena_free(&arena);
    return left ? 3 : failure ? 1 : 0;
}
