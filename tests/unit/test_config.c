/* What no run of the program can be given. Everything else is compared with cargo in tests/cli. */
#include "config/config.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

static void without_variables_home_is_the_users(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct shell shell = {.arena = &arena, .verbosity = VERBOSITY_QUIET};
    struct config config;
    (void)unsetenv("CARGO_HOME");
    (void)unsetenv("HOME");
    assert_null(config_init(&config, &arena, &shell, (char *[]){NULL}));
    assert_true(str_starts(config.home, STR("/")) && str_ends(config.home, STR("/.cargo")));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_variables_home_is_the_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
