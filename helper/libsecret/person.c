#include "person.h"

#include "util/fs.h"

#include <bsd/readpassphrase.h>
#include <fcntl.h>
#include <glib.h>

#define TOKEN_SIZE ((size_t)64 * 1024) /* a longer line is cut off */

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

bool person_at_terminal(void)
{
    CLEANUP(fd_close) int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return terminal >= 0 && isatty(STDERR_FILENO) && !is_set("CI");
}

bool person_can_answer(void)
{
    return person_at_terminal() ||
           (!is_set("CI") && (is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")));
}

struct err *person_ask_secret(struct arena *arena, struct str question, const char **out)
{
    char *typed = arena_alloc(arena, TOKEN_SIZE); /* in the arena, which is overwritten */
    if (!readpassphrase(question.data, typed, TOKEN_SIZE, RPP_REQUIRE_TTY)) {
        if (errno == ENOTTY)
            return err_new(arena, "no token was given, and there is no terminal to ask for one");
        return err_wrap(arena, err_os(arena, errno), "failed to read the token from the terminal");
    }
    if (strlen(typed) + 1 >= TOKEN_SIZE)
        return err_new(arena, "the token is longer than %zu bytes", TOKEN_SIZE - 2);
    *out = g_strstrip(typed);
    return NULL;
}
