#include "credential/copies.h"

#include "config/load.h"
#include "credential/file.h"
#include "credential/needle.h"
#include "credential/origin.h"
#include "credential/remove.h"
#include "util/fs.h"
#include "util/text.h"

enum { TOKEN_LIKE = 20 };

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
                            .line = node->line,
                            .registry = str_copy(finder->arena, registry.data, registry.len),
                            .is_secret_key = found.is_secret_key[i],
                            .is_toml = true,
                        });
        }
    }
}

/* Returns the index of the registry's job, or `count` if it has none. */
static size_t job_of(const struct file_job *jobs, size_t count, struct str registry)
{
    size_t i = 0;
    while (i < count && !str_eq(jobs[i].registry, registry)) {
        i++;
    }
    return i;
}

/* Removes the tokens of a file. `from` is the first of its copies in the list. */
static void remove_tokens(struct finder *finder, const struct place *place, struct copy *from)
{
    struct arena *arena = finder->arena;
    const struct config_file file = {
        .path = place->path,
        .shown = place->shown,
        .credentials = strstr(place->path.data + str_rfind(place->path, '/'), "credentials"),
    };
    size_t count = 0;
    for (struct copy *c = from; c; c = c->next) {
        count++;
    }
    struct file_job *jobs = arena_new_array(arena, struct file_job, count);
    count = 0;
    for (struct copy *c = from; c; c = c->next) {
        const struct registry *registry =
            registries_get(&finder->inventory->registries, c->registry);
        size_t at = job_of(jobs, count, c->registry);
        jobs[at] = (struct file_job){
            .registry = c->registry,
            .only_listed = finder->options->revoke,
            .only = finder->options->revoke && registry ? remove_allowed(arena, registry) : NULL,
        };
        count += at == count;
    }
    const struct err *err = file_remove(finder->inventory->config->shell, &file, jobs, count);
    for (struct copy *c = from; c; c = c->next) {
        const struct file_job *job = &jobs[job_of(jobs, count, c->registry)];
        bool removed = c->is_secret_key ? job->removed_secret_key : job->removed_token;
        c->error = err;
        c->result = err         ? RESULT_FAILED
                    : job->kept ? RESULT_KEPT
                    : removed   ? RESULT_REMOVED
                                : RESULT_NOT_FOUND;
    }
}

/* Handles a file that is not valid TOML, such as the swap file of an editor. */
static void take_other(struct finder *finder, const struct needles *needles,
                       const struct place *place, struct str text)
{
    const struct credential *of = needles_in(needles, place->kind, text);
    if (of || (!finder->inventory->chosen && needle_looks_like_credentials(text))) {
        add(finder, (struct copy){
                        .kind = COPY_UNREAD_FILE,
                        .place = place,
                        .registry = of ? of->registry->name : STR(""),
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
    for (const struct credential *c = inventory_first(finder->inventory); c;
         c = inventory_next(finder->inventory, c)) {
        is_used |= str_eq(origin_variable(c), origin->variable);
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
            add(finder, (struct copy){.kind = COPY_POSSIBLE, .place = place, .line = node->line});
        }
    }
    if (variable && has_token_like_word(variable->value)) {
        add(finder, (struct copy){.kind = COPY_POSSIBLE, .variable = variable->name});
    }
}

/*
 * Tokens.
 */

static void take_hit(void *context, const struct place *place, size_t line,
                     const struct credential *of)
{
    add(context, (struct copy){
                     .kind = COPY_OF_TOKEN,
                     .place = place,
                     .line = line,
                     .registry = of->registry->name,
                 });
}

void copies_find(const struct inventory *inventory, const struct logout_options *options,
                 struct copies *out)
{
    struct arena *arena = inventory->config->arena;
    struct finder finder = {.inventory = inventory, .options = options, .arena = arena};
    bool looks_for_files = options->status || options->all || options->copies;
    bool looks_for_origins = options->copies || origins_needed(inventory);
    struct search *search = &finder.search;
    *out = (struct copies){0};
    finder.end = &finder.first;
    take_user_agent(&finder);
    if (looks_for_files || looks_for_origins) {
        search_init(search, inventory->config);
    }
    if (looks_for_origins) {
        out->startup_files = search_places(search, KIND_STARTUP);
        const struct assignment *origins = origins_find(search, out->startup_files);
        origins_attach(inventory, origins);
        for (const struct assignment *o = origins; o; o = o->next) {
            take_origin(&finder, o);
        }
    }
    const struct place *files = looks_for_files ? search_places(search, KIND_CARGO) : NULL;
    if (files || options->copies) {
        struct needles needles;
        needles_init(&needles, inventory, options->copies ? search : NULL);
        for (const struct place *p = files; p; p = p->next) {
            look_into(&finder, &needles, p);
        }
        files = options->copies && needles.count > 0
                    ? search_places(search, KIND_STARTUP | KIND_HISTORY | KIND_CLIENT)
                    : NULL;
        for (const struct place *p = files; p; p = p->next) {
            needles_search(&needles, search, p, take_hit, &finder);
            out->files++;
        }
        out->tokens = needles.tokens;
        needles_wipe(&needles);
    }
    out->first = finder.first;
    out->problems = search->problems;
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
