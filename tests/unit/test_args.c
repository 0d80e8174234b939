#include "cli/help.h"
#include "cli/options.h"
#include "cli/similar.h"
#include "cli/usage.h"
#include "util/base.h"
#include "util/shell.h"

#include <setjmp.h>

#include <cmocka.h>

enum { WORDS_MAX = 16 };

static struct arena arena;

static struct args args;
static struct args_error error;

/* Reads words that are separated by one space, in a program of that name. */
static enum args_outcome parse_as(const char *program, const char *line)
{
    char *argv[WORDS_MAX] = {arena_alloc(&arena, strlen(program) + 1)};
    memcpy(argv[0], program, strlen(program) + 1);
    int argc = 1;
    size_t size = strlen(line) + 1;
    char *rest = *line ? memcpy(arena_alloc(&arena, size), line, size) : NULL;
    while (rest) {
        argv[argc++] = strsep(&rest, " ");
    }
    return args_parse(&arena, argc, argv, &args, &error);
}

static enum args_outcome parse(const char *line)
{
    return parse_as("/usr/bin/cargo-logout", line);
}

static struct str without_colors(struct str text)
{
    struct buf buf = buf_new(&arena);
    for (const char *p = text.data; *p; p++) {
        if (*p == COLOR_RESET[0]) {
            p++; /* the mark's letter */
        } else {
            buf_add_char(&buf, *p);
        }
    }
    return buf_str(&buf);
}

/* The usage error of a line without its last two lines, which are always the same. */
static const char *refusal(const char *line)
{
    const struct str names[] = {STR("my-registry"), STR("$(id)"), STR("-q")};
    assert_int_equal(parse(line), ARGS_ERROR);
    struct str text = without_colors(usage_error(&arena, &error, names, COUNT(names)));
    struct str last = STR("\n\nFor more information, try '--help'.\n");
    assert_true(str_ends(text, last));
    return str_slice(&arena, text, 0, text.len - last.len).data;
}

static void every_option_reaches_its_field(void **state)
{
    (void)state;
    assert_int_equal(parse(""), ARGS_RUN);
    assert_false(args.has_registry || args.quiet || args.has_color || args.locked);
    assert_int_equal(args.verbose, 0);

    assert_int_equal(
        parse("--registry=a -vvq --verbose --color Never --config=x=1 --locked --config y "
              "-Zone -Z=two -Z three --offline --frozen"),
        ARGS_RUN);
    assert_true(args.has_registry && args.quiet && args.locked && args.offline && args.frozen);
    assert_string_equal(args.registry.data, "a");
    assert_int_equal(args.verbose, 3);
    assert_true(args.has_color);
    assert_string_equal(args.color.data, "Never");
    assert_int_equal(args.config_count, 2);
    assert_string_equal(args.config[0].data, "x=1");
    assert_string_equal(args.config[1].data, "y");
    assert_int_equal(args.unstable_count, 3);
    assert_string_equal(args.unstable[0].data, "one");
    assert_string_equal(args.unstable[1].data, "two");
    assert_string_equal(args.unstable[2].data, "three");
}

static void options_of_ours_reach_their_fields(void **state)
{
    (void)state;
    assert_int_equal(parse(""), ARGS_RUN);
    assert_false(args.all || args.everywhere || args.status || args.dry_run || args.strict);
    assert_false(args.json || args.check || args.copies || args.revoke);
    assert_int_equal(args.timeout, ARGS_TIMEOUT_DEFAULT);
    assert_int_equal(parse("--all --everywhere --status --strict --message-format=JSON"), ARGS_RUN);
    assert_true(args.all && args.everywhere && args.status && args.strict && args.json);
    assert_false(args.dry_run || args.check || args.copies || args.revoke);
    assert_int_equal(parse("--check --copies --status"), ARGS_RUN);
    assert_true(args.check && args.copies && args.status);
    assert_int_equal(parse("--revoke --copies"), ARGS_RUN);
    assert_true(args.revoke && args.copies);
    assert_int_equal(parse("-qn --message-format human"), ARGS_RUN);
    assert_true(args.quiet && args.dry_run);
    assert_false(args.json);
    assert_int_equal(parse("--dry-run"), ARGS_RUN);
    assert_true(args.dry_run);
}

static void values_may_be_empty_or_a_dash(void **state)
{
    (void)state;
    assert_int_equal(parse("--registry="), ARGS_RUN);
    assert_true(args.has_registry);
    assert_int_equal(args.registry.len, 0);
    assert_int_equal(parse("--registry "), ARGS_RUN);
    assert_int_equal(args.registry.len, 0);
    assert_int_equal(parse("--registry -"), ARGS_RUN);
    assert_string_equal(args.registry.data, "-");
    assert_int_equal(parse("--registry=-q"), ARGS_RUN);
    assert_string_equal(args.registry.data, "-q");
    assert_false(args.quiet);
}

static void timeout_is_a_number_of_seconds(void **state)
{
    (void)state;
    static const char *const wrong[] = {"0",  "00", "86401", "864000", "99999999999999999999",
                                        "",   "-",  "1s",    "x",      "1.5",
                                        "+1", "0x1"};
    assert_int_equal(parse("--timeout 1"), ARGS_RUN);
    assert_int_equal(args.timeout, 1);
    assert_int_equal(parse("--timeout=86400"), ARGS_RUN);
    assert_int_equal(args.timeout, ARGS_TIMEOUT_MOST);
    assert_int_equal(parse("--timeout 0060"), ARGS_RUN);
    assert_int_equal(args.timeout, 60);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(parse(str_format(&arena, "--timeout=%s", wrong[i]).data), ARGS_ERROR);
        assert_int_equal(error.fault, ARGS_BAD_VALUE);
        assert_string_equal(error.word.data, wrong[i]);
    }
}

/* `cargo NAME` starts cargo-NAME with NAME as the first argument. */
static void the_doubled_name_is_dropped_once(void **state)
{
    (void)state;
    static const char *const doubled[][2] = {{"cargo-logout", "logout -q"},
                                             {"/a-b/cargo-x/cargo-logoff", "logoff -q"},
                                             {"cargo-log-out", "log-out -q"}};
    static const char *const kept[][2] = {{"cargo-logout", "logoff"},
                                          {"cargo-logoff", "logout"},
                                          {"logout", "logout"},
                                          {"cargo-logout/logout", "logout"},
                                          {"cargo-", " -q"},
                                          {"cargo-logout", "-q logout"},
                                          {"cargo-logout", "cargo-logout"}};
    for (size_t i = 0; i < COUNT(doubled); i++) {
        assert_int_equal(parse_as(doubled[i][0], doubled[i][1]), ARGS_RUN);
        assert_true(args.quiet);
    }
    for (size_t i = 0; i < COUNT(kept); i++) {
        assert_int_equal(parse_as(kept[i][0], kept[i][1]), ARGS_ERROR);
    }
    assert_string_equal(
        refusal("logout logout"),
        "error: unexpected argument 'logout' found\n\nUsage: cargo-logout [OPTIONS]");
}

static void help_and_version_end_the_reading(void **state)
{
    (void)state;
    assert_int_equal(parse("-h --frob"), ARGS_HELP);
    assert_int_equal(parse("-vhx"), ARGS_HELP);
    assert_int_equal(parse("--registry x --help"), ARGS_HELP);
    assert_int_equal(parse("-qV"), ARGS_VERSION);
    assert_int_equal(parse("--version --frob"), ARGS_VERSION);
    assert_int_equal(parse("--frob -h"), ARGS_ERROR);
    assert_int_equal(parse("--color bad -h"), ARGS_ERROR);
    assert_string_equal(help_version().data, "cargo-logout " VERSION "\n");
}

/* They are looked at last, whatever else is wrong comes first. */
static void options_exclude_each_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARGS_OPTION_COUNT; i++) {
        const struct args_option *conflict = args_options[i].conflict;
        assert_true(!conflict || conflict->conflict == &args_options[i]);
    }
    assert_int_equal(parse("--all --registry x -h"), ARGS_HELP);
    assert_int_equal(parse("--all --registry x -V"), ARGS_VERSION);
    assert_int_equal(parse("--all --registry x --frob"), ARGS_ERROR);
    assert_int_equal(error.fault, ARGS_UNKNOWN);
    assert_int_equal(parse("--all --registry x --color bad"), ARGS_ERROR);
    assert_int_equal(error.fault, ARGS_BAD_VALUE);
    assert_int_equal(parse("--all --registry x"), ARGS_ERROR);
    assert_int_equal(error.fault, ARGS_CONFLICT);
    assert_int_equal(parse("--check --all --registry x"), ARGS_ERROR);
    assert_int_equal(error.fault, ARGS_CONFLICT);
    assert_int_equal(parse("--check --dry-run"), ARGS_ERROR);
    assert_int_equal(error.fault, ARGS_MISSING);
}

static void usages_name_what_was_given(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"--frobnicate=x",
         "error: unexpected argument '--frobnicate' found\n\nUsage: cargo-logout [OPTIONS]"},
        {"--token -v",
         "error: unexpected argument '--token' found\n\n"
         "  tip: a similar argument exists: '--frozen'\n\nUsage: cargo-logout --frozen"},
        {"-v --registry x -v --locke",
         "error: unexpected argument '--locke' found\n\n  tip: a similar argument exists: "
         "'--locked'\n\nUsage: cargo-logout --registry <REGISTRY> --verbose... --locked"},
        {"--list", "error: unexpected argument '--list' found\n\n"
                   "  tip: a similar argument exists: '--silent'\n\nUsage: cargo-logout [OPTIONS]"},
        {"-qs", "error: unexpected argument '--silent' found\n\n"
                "  tip: a similar argument exists: '--quiet'\n\nUsage: cargo-logout [OPTIONS]"},
        {"-z", "error: unexpected argument '-z' found\n\n"
               "  tip: a similar argument exists: '-Z'\n\nUsage: cargo-logout [OPTIONS]"},
        {"-q --quiet", "error: the argument '--quiet' cannot be used multiple times\n\n"
                       "Usage: cargo-logout [OPTIONS]"},
        {"--registry=x --quiet=true",
         "error: unexpected value 'true' for '--quiet' found; no more were expected\n\n"
         "Usage: cargo-logout --registry <REGISTRY> --quiet"},
        {"--registry x --quiet=true", /* the value is not looked at yet */
         "error: unexpected value 'true' for '--quiet' found; no more were expected\n\n"
         "Usage: cargo-logout --quiet"},
        {"--registry --locked",
         "error: a value is required for '--registry <REGISTRY>' but none was supplied"},
        {"--registry -x", "error: unexpected argument '-x' found\n\nUsage: cargo-logout [OPTIONS]"},
        {"--color alway", "error: invalid value 'alway' for '--color <WHEN>'\n"
                          "  [possible values: auto, always, never]\n\n"
                          "  tip: a similar value exists: 'always'"},
        {"--color=", "error: a value is required for '--color <WHEN>' but none was supplied\n"
                     "  [possible values: auto, always, never]"},
        {"--registry a\xFF", "error: invalid UTF-8 was detected in one or more arguments\n\n"
                             "Usage: cargo-logout [OPTIONS]"},
        {"-q\xE9\xFFx", "error: unexpected argument '-\xEF\xBF\xBD\xEF\xBF\xBDx' found\n\n"
                        "Usage: cargo-logout [OPTIONS]"},
        {"-v --registry x --all", "error: the argument '--registry <REGISTRY>' cannot be used with "
                                  "'--all'\n\nUsage: cargo-logout --verbose... --registry "
                                  "<REGISTRY>"},
        {"--all -n -q --status --registry x", /* the first that was given */
         "error: the argument '--all' cannot be used with '--registry <REGISTRY>'\n\n"
         "Usage: cargo-logout --all --dry-run --quiet --status"},
        {"--status -n", "error: the argument '--status' cannot be used with '--dry-run'\n\n"
                        "Usage: cargo-logout --status"},
        {"--al", "error: unexpected argument '--al' found\n\nUsage: cargo-logout [OPTIONS]"},
        {"--all --v", /* nothing of ours */
         "error: unexpected argument '--v' found\n\n  tip: a similar argument exists: "
         "'--verbose'\n\nUsage: cargo-logout --all --verbose..."},
        {"-v --check -q",
         "error: the following required arguments were not provided:\n"
         "  --status\n\nUsage: cargo-logout --verbose... --check --quiet --status"},
        {"--timeout 1m", "error: invalid value '1m' for '--timeout <SECONDS>': it must be a whole "
                         "number from 1 to 86400"},
        {"--message-format xml", "error: invalid value 'xml' for '--message-format <FMT>'\n"
                                 "  [possible values: human, json]"},
        {"-- -q", "error: unexpected argument '-q' found\n\nUsage: cargo-logout [OPTIONS]"},
        {"-q=1", "error: unexpected argument '-=' found\n\nUsage: cargo-logout [OPTIONS]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(refusal(cases[i][0]), cases[i][1]);
    }
}

static void an_argument_that_is_a_registry_is_understood(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"my-registry",
         "\n\n  tip: did you mean `--registry my-registry`?\n\nUsage: cargo-logout "},
        {"-q my-registry",
         "\n\n  tip: did you mean `--registry my-registry`?\n\nUsage: cargo-logout "},
        {"crates.io", "\n\n  tip: did you mean `--registry crates-io`?\n\nUsage: cargo-logout "},
        {"my-registr", NULL},
        {"$(id)", NULL}, /* would have to be quoted */
        {"-- -q", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *text = refusal(cases[i][0]);
        assert_true(cases[i][1] ? strstr(text, cases[i][1]) != NULL : !strstr(text, "tip:"));
    }
    assert_int_equal(parse("my-registry"), ARGS_ERROR);
    assert_string_equal(args_error_word(&error), "my-registry");
    assert_int_equal(parse("--frob"), ARGS_ERROR);
    assert_null(args_error_word(&error));
    assert_int_equal(parse("--color x"), ARGS_ERROR);
    assert_null(args_error_word(&error));
}

static void unstable_flags_are_refused(void **state)
{
    (void)state;
    assert_int_equal(parse("-q"), ARGS_RUN);
    assert_null(args_check_unstable(&arena, &args));
    assert_int_equal(parse("-Zhelp"), ARGS_RUN);
    assert_non_null(args_check_unstable(&arena, &args));
}

static void jaro_is_as_published(void **state)
{
    (void)state;
    static const struct {
        const char *a;
        const char *b;
        double score;
    } cases[] = {
        {"", "", 1},
        {"", "a", 0},
        {"a", "b", 0},
        {"martha", "marhta", 0.944},
        {"dixon", "dicksonx", 0.767},
        {"jellyfish", "smellyfish", 0.896},
        {"\xC3\xA9", "\xC3\xA8", 0}, /* characters, not bytes */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double score = similar_jaro(&arena, str_of(cases[i].a), str_of(cases[i].b));
        assert_float_equal(score, cases[i].score, 0.001);
    }
}

static void help_fits_a_terminal(void **state)
{
    (void)state;
    struct str text = without_colors(help_text());
    size_t width = 0;
    for (size_t i = 0; i < text.len; i++) {
        width = text.data[i] == '\n' ? 0 : width + 1;
        assert_true(width <= 80);
    }
    assert_true(str_ends(text, STR("\n")));
}

static size_t occurrences(struct str text, const char *what)
{
    size_t count = 0;
    for (const char *p = text.data; (p = strstr(p, what)); p += strlen(what)) {
        count++;
    }
    return count;
}

static void help_has_the_options_of_the_table(void **state)
{
    (void)state;
    struct str text = without_colors(help_text());
    size_t count = 0;
    for (size_t i = 0; i < ARGS_OPTION_COUNT; i++) {
        const struct args_option *option = &args_options[i];
        if (option->instead || i == ARGS_UNSTABLE) {
            continue; /* refused */
        }
        struct str title = args_option_title(&arena, option);
        struct str row = option->letter
                             ? str_format(&arena, "\n  -%c, %s ", option->letter, title.data)
                             : str_format(&arena, "\n      %s ", title.data);
        assert_int_equal(occurrences(text, row.data), 1);
        count++;
    }
    assert_int_equal(occurrences(text, "\n      --") + occurrences(text, "\n  -"), count);
    assert_int_equal(occurrences(text, "[possible values: auto, always, never]"), 1);
    assert_int_equal(occurrences(text, "[possible values: human, json]"), 1);
    assert_int_equal(occurrences(text, "[default: 300]"), 1);
    assert_int_equal(ARGS_TIMEOUT_DEFAULT, 300);
}

static int empty_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_option_reaches_its_field, empty_arena),
        cmocka_unit_test_teardown(options_of_ours_reach_their_fields, empty_arena),
        cmocka_unit_test_teardown(values_may_be_empty_or_a_dash, empty_arena),
        cmocka_unit_test_teardown(timeout_is_a_number_of_seconds, empty_arena),
        cmocka_unit_test_teardown(the_doubled_name_is_dropped_once, empty_arena),
        cmocka_unit_test_teardown(help_and_version_end_the_reading, empty_arena),
        cmocka_unit_test_teardown(options_exclude_each_other, empty_arena),
        cmocka_unit_test_teardown(usages_name_what_was_given, empty_arena),
        cmocka_unit_test_teardown(an_argument_that_is_a_registry_is_understood, empty_arena),
        cmocka_unit_test_teardown(unstable_flags_are_refused, empty_arena),
        cmocka_unit_test_teardown(jaro_is_as_published, empty_arena),
        cmocka_unit_test_teardown(help_fits_a_terminal, empty_arena),
        cmocka_unit_test_teardown(help_has_the_options_of_the_table, empty_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
