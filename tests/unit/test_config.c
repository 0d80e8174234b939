/* What no run of the program can be given. Everything else is compared with cargo in tests/cli. */
#include "config/config.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

/* execve() can pass a name twice. */
static void the_last_variable_of_a_name_counts(void **state)
{
    (void)state;
    static char first[] = "CARGO_X7=once";
    static char last[] = "CARGO_X7=twice";
    static char wrong[] = "Cargo_x-lower=v";
    static char invalid[] = "CARGO_\xFF=v";
    char *const block[] = {first, wrong, last, invalid, NULL};
    struct arena arena = {0};
    struct environment environment;
    environment_init(&environment, &arena, block);
    assert_int_equal(environment.count, 2);
    assert_string_equal(environment_get(&environment, STR("CARGO_X7"))->value.data, "twice");
    assert_null(environment_get(&environment, STR("CARGO_X_LOWER")));
    const struct variable *variable = map_get(&environment.wrong_case, STR("CARGO_X_LOWER"));
    assert_string_equal(variable->name.data, "Cargo_x-lower");
    assert_null(map_get(&environment.wrong_case, STR("CARGO_Y")));
    arena_free(&arena);
}

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

static void keys_are_shown_as_they_are_written(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct key key = KEY(STR("a-B_1"), STR("c d"), STR("e\"f"), STR("g\"h'"));
    assert_string_equal(key_shown(&arena, &key).data, "a-B_1.\"c d\".\"e\"f\".\"g\"h'\"");
    assert_string_equal(key_shown(&arena, &KEY(STR(""), STR("\n"))).data, "\"\".\"\\n\"");
    assert_string_equal(key_variable(&arena, &KEY(STR("a-b"), STR("\u00E9x"))).data,
                        "CARGO_A_B_\u00C9X");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_variable_of_a_name_counts),
        cmocka_unit_test(without_variables_home_is_the_users),
        cmocka_unit_test(keys_are_shown_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
