#include "credential/copies.h"

#include "config/load.h"
#include "credential/file.h"
#include "credential/needle.h"
#include "credential/origin.h"
#include "credential/remove.h"
#include "util/fs.h"
#include "util/text.h"

enum { TOKEN_LIKE = 20, MOST_IN_FILE = 100 };

struct finder {
    const struct inventory *inventory;
    const struct logout_options *options;
    struct arena *arena;
    struct search search;
    struct copy *first;
    struct copy **end;
};

static bool in_work_tree(struct arena *arena, struct str path)
{
    while (path_parent(arena, path, &path)) {
        if (path_exists(path_join(arena, path, STR(".git")))) {
            return true;
        }
    }
    return false;
}

static bool same_file(const struct place *a, const struct place *b)
{
    return a && b ? str_eq(a->path, b->path) : a == b;
}

/* Adds a copy unless it is already in the list. The assignment of a token is not also listed as a
 * copy of the token. */
static void add(struct finder *finder, struct copy copy)
{
    for (const struct copy *c = finder->first; c; c = c->next) {
        bool same = c->line == copy.line && c->is_secret_key == copy.is_secret_key &&
                    same_file(c->place, copy.place);
        bool is_assignment = c->kind == COPY_ORIGIN && copy.kind == COPY_OF_TOKEN;
        if (same && (is_assignment || (c->kind == copy.kind && str_eq(c->registry, copy.registry) &&
                                       str_eq(c->variable, copy.variable)))) {
            return;
        }
    }
    copy.in_work_tree = copy.place && in_work_tree(finder->arena, copy.place->path);
    *finder->end = arena_new(finder->arena, struct copy);
    **finder->end = copy;
    finder->end = &(*finder->end)->next;
}

static bool is_about(const struct finder *finder, struct str registry)
{
    const struct registry *chosen = finder->inventory->chosen;
    return !chosen || str_eq(registry, chosen->name);
}

/*
 * Credentials files that cargo does not read.
 */

static void take_tokens(struct finder *finder, const struct place *place,
                        const struct toml_doc *doc, struct str registry, bool misplaced)
{
    struct found found;
    if (!is_about(finder, registry)) {
        return;
    }
    inventory_find_in(doc, registry, misplaced, &found);
    for (size_t i = 0; i < found.count; i++) {
        const struct toml_node *node = found.nodes[i];
        if (node->type == TOML_STRING && node->string.len > 0) {
            add(finder, (struct copy){
                            .kind = COPY_UNREAD_FILE,
                            .place = place,
                            .line = toml_line(doc, node->key_span.start),
                            .registry = str_copy(finder->arena, registry.data, registry.len),
                            .is_secret_key = found.is_secret_key[i],
                            .is_toml = true,
                        });
        }
    }
}

/* Removes the tokens of a file. `from` is the first of its copies in the list. */
static void remove_tokens(struct finder *finder, const struct place *place, struct copy *from)
{
    const struct config_file file = {
        .path = place->path,
        .shown = place->shown,
        .credentials = strstr(place->path.data + str_rfind(place->path, '/'), "credentials"),
    };
    size_t count = 0;
    for (const struct copy *c = from; c; c = c->next) {
        count++;
    }
    struct file_job *jobs = arena_new_array(finder->arena, struct file_job, count);
    struct file_job *job = jobs;
    for (const struct copy *c = from; c; c = c->next) {
        *job++ = remove_job(finder->inventory, finder->options, c->registry, c->is_secret_key);
    }
    const struct err *err = file_remove(finder->inventory->config->shell, &file, jobs, count);
    job = jobs;
    for (struct copy *c = from; c; c = c->next) {
        c->error = err;
        c->result = err ? RESULT_FAILED : (job++)->result;
    }
}

/* Returns true if a text that is not TOML contains something like `token = "`. */
static bool looks_like_credentials(struct str text)
{
    static const char *const written[] = {"token = \"", "token = '", "token=\"", "secret-key = \""};
    size_t i = 0;
    while (i < COUNT(written) && !memmem(text.data, text.len, written[i], strlen(written[i]))) {
        i++;
    }
    return i < COUNT(written);
}

/* Handles a file that is not valid TOML, such as the swap file of an editor. */
static void take_other(struct finder *finder, const struct needles *needles,
                       const struct place *place, struct str text)
{
    const struct needle *needle = needles->first;
    while (needle && !needle_in(needle, place->kind, text, text.data)) {
        needle = needle->next;
    }
    if (needle || (!finder->inventory->chosen && looks_like_credentials(text))) {
        add(finder, (struct copy){
                        .kind = COPY_UNREAD_FILE,
                        .place = place,
                        .registry = needle ? needle->of->registry->name : STR(""),
                    });
    }
}

static void look_into(struct finder *finder, const struct needles *needles,
                      const struct place *place)
{
    CLEANUP(arena_free) struct arena scratch = {0};
    struct str text;
    struct toml_doc *doc;
    struct copy **from = finder->end;
    if (!place_read(&finder->search, place, &scratch, FILE_LIMIT, &text)) {
        return;
    }
    if (!utf8_valid(text) || toml_parse(&scratch, text, &doc)) {
        take_other(finder, needles, place, text);
        return;
    }
    take_tokens(finder, place, doc, STR(CRATES_IO_NAME), false);
    const struct toml_node *table = toml_get(doc->root, STR("registries"));
    const struct toml_node *node = table && table->type == TOML_TABLE ? table->first : NULL;
    for (; node; node = node->next) {
        take_tokens(finder, place, doc, node->key, str_eq(node->key, STR(CRATES_IO_NAME)));
    }
    if (*from && finder->options->copies && !finder->options->status && !finder->options->dry_run) {
        remove_tokens(finder, place, *from);
    }
}

/*
 * Assignments.
 */

/* Returns the registry whose token or secret key the variable contains, or NULL if none is known.
 */
static const struct registry *registry_of(const struct finder *finder, struct str name)
{
    const struct registry *r = finder->inventory->registries.first;
    for (; r; r = r->next) {
        struct key token = registry_key(r, STR("token"));
        struct key secret = registry_key(r, STR("secret-key"));
        if (str_eq(name, key_variable(finder->arena, &token)) ||
            str_eq(name, key_variable(finder->arena, &secret))) {
            break;
        }
    }
    return r;
}

static void take_origin(struct finder *finder, const struct assignment *origin)
{
    const struct environment *environment = &finder->inventory->config->environment;
    const struct registry *registry = registry_of(finder, origin->variable);
    bool is_here = environment_get(environment, origin->variable) != NULL;
    bool is_home = str_eq(origin->variable, STR("CARGO_HOME"));
    bool is_secret =
        str_ends(origin->variable, STR("TOKEN")) || str_ends(origin->variable, STR("SECRET_KEY"));
    bool is_used = false;
    for (struct credential *c = inventory_first(finder->inventory); c;
         c = inventory_next(finder->inventory, c)) {
        if (str_eq(credential_variable(c), origin->variable)) {
            c->origins = c->origins ? c->origins : origin;
            is_used = true;
        }
    }
    if (is_home && finder->options->copies && origin->home.len > 0) {
        search_add_cargo_dir(&finder->search, origin->home);
    }
    bool is_new = finder->options->copies && !is_here && (is_secret || is_home) &&
                  (is_home || !registry || is_about(finder, registry->name));
    if (is_used || is_new) {
        add(finder, (struct copy){
                        .kind = COPY_ORIGIN,
                        .place = origin->place,
                        .line = origin->line,
                        .registry = registry ? registry->name : STR(""),
                        .variable = origin->variable,
                        .home = origin->home,
                        .is_here = is_here,
                    });
    }
}

/* Returns true if a word looks like a token. Some registries read the token from the user agent. */
static bool has_token_like_word(struct str text)
{
    size_t len = 0;
    bool letter = false;
    bool digit = false;
    for (size_t i = 0; i <= text.len; i++) {
        char c = text.data[i];
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool is_digit = c >= '0' && c <= '9';
        letter |= is_letter;
        digit |= is_digit;
        if (is_letter || is_digit || c == '_' || c == '-') {
            len++;
            continue;
        }
        if (len >= TOKEN_LIKE && letter && digit) {
            return true;
        }
        len = 0;
        letter = digit = false;
    }
    return false;
}

static void take_user_agent(struct finder *finder)
{
    const struct config *config = finder->inventory->config;
    const struct variable *variable =
        environment_get(&config->environment, STR("CARGO_HTTP_USER_AGENT"));
    for (const struct config_file *file = config->files; file; file = file->next) {
        const struct toml_node *http = file->doc ? toml_get(file->doc->root, STR("http")) : NULL;
        const struct toml_node *node = http ? toml_get(http, STR("user-agent")) : NULL;
        if (node && node->type == TOML_STRING && has_token_like_word(node->string)) {
            struct place *place = arena_new(finder->arena, struct place);
            *place = (struct place){.path = file->path, .shown = file->shown, .kind = KIND_CARGO};
            add(finder, (struct copy){.kind = COPY_POSSIBLE,
                                      .place = place,
                                      .line = toml_line(file->doc, node->key_span.start)});
        }
    }
    if (variable && has_token_like_word(variable->value)) {
        add(finder, (struct copy){.kind = COPY_POSSIBLE, .variable = variable->name});
    }
}

/*
 * Tokens.
 */

/* Finds the lines of a file that contain a token. */
static void take_lines(struct finder *finder, const struct needles *needles,
                       const struct place *place)
{
    CLEANUP(arena_free) struct arena scratch = {0};
    struct str text;
    size_t hits = 0;
    if (!place_read(&finder->search, place, &scratch, PLACE_FILE_LIMIT, &text)) {
        return;
    }
    for (const struct needle *n = needles->first; n && !search_over(&finder->search, place);
         n = n->next) {
        size_t line = 1;
        const char *counted = text.data;
        const char *at = text.data;
        while ((at = needle_in(n, place->kind, text, at))) {
            if (hits++ == MOST_IN_FILE) {
                search_problem(&finder->search, place->shown,
                               "it has more than 100 copies; the others are not listed");
                return;
            }
            for (; counted < at; counted++) {
                line += *counted == '\n';
            }
            add(finder, (struct copy){
                            .kind = COPY_OF_TOKEN,
                            .place = place,
                            .line = line,
                            .registry = n->of->registry->name,
                        });
            at += n->bytes.len;
        }
    }
}

/* Returns true if a variable keeps a credential or provider usable. */
static bool needs_origins(const struct inventory *inventory)
{
    const struct credential *c = inventory_first(inventory);
    while (c && credential_variable(c).len == 0) {
        c = inventory_next(inventory, c);
    }
    return c != NULL;
}

static void find_origins(struct finder *finder, struct copies *out)
{
    out->startup_files = search_places(&finder->search, KIND_STARTUP);
    const struct assignment *origins = origins_find(&finder->search, out->startup_files);
    for (const struct assignment *o = origins; o; o = o->next) {
        take_origin(finder, o);
    }
}

static void find_tokens(struct finder *finder, bool in_all_files, struct copies *out)
{
    struct search *search = &finder->search;
    const struct place *files = search_places(search, KIND_CARGO);
    struct needles needles = {0};
    if (files || in_all_files) {
        needles = needles_find(finder->inventory, in_all_files ? search : NULL);
    }
    for (const struct place *p = files; p; p = p->next) {
        look_into(finder, &needles, p);
    }
    if (in_all_files && needles.first) {
        files = search_places(search, KIND_STARTUP | KIND_HISTORY | KIND_CLIENT);
        for (const struct place *p = files; p; p = p->next) {
            take_lines(finder, &needles, p);
            out->files++;
        }
    }
    out->tokens = needles.tokens;
}

void copies_find(const struct inventory *inventory, const struct logout_options *options,
                 struct copies *out)
{
    struct finder finder = {
        .inventory = inventory, .options = options, .arena = inventory->config->arena};
    bool in_files = options->status || options->all || options->copies;
    bool with_origins = options->copies || needs_origins(inventory);
    *out = (struct copies){0};
    finder.end = &finder.first;
    take_user_agent(&finder);
    if (in_files || with_origins) {
        search_init(&finder.search, inventory->config);
    }
    if (with_origins) {
        find_origins(&finder, out);
    }
    if (in_files) {
        find_tokens(&finder, options->copies, out);
    }
    out->first = finder.first;
    out->problems = finder.search.problems;
}

/*
 * Results.
 */

bool copies_fail_strict(const struct copies *copies)
{
    bool fails = copies->problems != NULL;
    for (const struct copy *c = copies->first; c; c = c->next) {
        bool is_home = str_eq(c->variable, STR("CARGO_HOME"));
        fails |= !is_home && c->result != RESULT_REMOVED && c->result != RESULT_NOT_FOUND;
    }
    return fails;
}

size_t copies_failed(const struct copies *copies)
{
    size_t failed = 0;
    for (const struct copy *c = copies->first; c; c = c->next) {
        failed += c->result == RESULT_FAILED;
    }
    return failed;
}

struct str copy_location(struct arena *arena, const struct copy *copy)
{
    return !copy->place     ? str_format(arena, "environment variable `%s`", copy->variable.data)
           : copy->line > 0 ? str_format(arena, "%s:%zu", copy->place->shown.data, copy->line)
                            : copy->place->shown;
}

struct fix copy_fix(struct arena *arena, const struct inventory *inventory, const struct copy *copy)
{
    const struct registry *registry = registries_get(&inventory->registries, copy->registry);
    bool known = registry && registry->has_index && registry->valid;
    struct str logout[] = {STR("cargo-logout"), STR("--registry"), copy->registry, STR("--copies")};
    struct str rm[] = {STR("rm"), copy->place ? copy->place->path : STR("")};
    struct fix fix = {NULL, 0, STR("")};
    if (copy->home.len > 0) {
        struct str home[] = {STR("env"), str_format(arena, "CARGO_HOME=%s", copy->home.data),
                             STR("cargo-logout"), STR("--status")};
        fix = fix_command(arena, home, COUNT(home));
    } else if (copy->kind == COPY_UNREAD_FILE && !copy->is_toml) {
        fix = fix_command(arena, rm, COUNT(rm));
    } else if (copy->is_toml && copy->result == RESULT_PENDING && known) {
        fix = fix_command(arena, logout, COUNT(logout));
    }
    if (fix.count == 0) {
        bool line = copy->line > 0 && copy->kind != COPY_POSSIBLE && copy->place &&
                    copy->place->kind != KIND_CLIENT;
        fix.text = str_format(arena, "%s %s", line ? "delete the line" : "edit",
                              copy_location(arena, copy).data);
    }
    return fix;
}
