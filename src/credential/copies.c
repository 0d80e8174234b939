#include "credential/search.h"

#include "config/load.h"
#include "credential/file.h"
#include "util/child.h"
#include "util/fs.h"
#include "util/map.h"
#include "util/text.h"

#define ALL_BYTES ((size_t)256 * 1024 * 1024)
#define LETTERS   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS    "0123456789"

enum { SHORTEST = 12, TOKEN_LIKE = 20, MOST_COPIES = 100, SEARCH_MS = 2000 };

static bool in_work_tree(struct arena *arena, struct str path)
{
    while (path_parent(arena, path, &path))
        if (path_exists(path_join(arena, path, STR(".git"))))
            return true;
    return false;
}

static const struct copy *add(struct search *search, struct copy copy)
{
    struct copy *added = arena_new(search->arena, struct copy);
    *added = copy;
    added->in_work_tree = copy.place && in_work_tree(search->arena, copy.place->path);
    *search->end = added;
    search->end = &added->next;
    return added;
}

static void add_problem(struct search *search, struct str what, const char *reason)
{
    add(search, (struct copy){
                    .kind = COPY_NOT_CHECKED,
                    .what = what,
                    .error = err_new(search->arena, "%s", reason),
                });
}

/* Returns true after a limit of the search was reached. Adds this problem once, for the file at
 * which it was reached. */
static bool is_over(struct search *search, const struct place *place)
{
    bool is_late = child_clock() > search->until;
    if (!search->is_over && (is_late || search->bytes > ALL_BYTES)) {
        search->is_over = true;
        add_problem(search, place->shown,
                    is_late ? "the search stopped here and in all later files after 2 seconds"
                            : "the search stopped here and in all later files after 256 MiB");
    }
    return search->is_over;
}

/* Returns the copy of a line that is already listed, or NULL. `from` is the first one of the file.
 * If `variable` is not empty, it is the assignment of this variable. */
static const struct copy *listed(const struct copy *from, size_t line, struct str variable)
{
    while (from && (from->line != line || (variable.len > 0 && !str_eq(from->variable, variable))))
        from = from->next;
    return from;
}

/* zsh writes the bytes 0 and 0x83 to 0xA2 as 0x83 followed by the byte xor 32. */
static struct str metafied(struct arena *arena, struct str token)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < token.len; i++) {
        unsigned char c = (unsigned char)token.data[i];
        bool meta = c == 0 || (c >= 0x83 && c <= 0xA2);
        buf_add(&out, meta ? STR("\x83") : STR(""));
        buf_add_char(&out, (char)(meta ? c ^ 32 : c));
    }
    return buf_str(&out);
}

/* Returns the base64 characters that depend only on the token, if `before` bytes precede it. */
static struct str base64(struct arena *arena, struct str token, size_t before)
{
    static const char digits[] = LETTERS DIGITS "+/";
    struct buf out = buf_new(arena);
    unsigned bits = 0;
    unsigned count = (unsigned)before * 8 % 6;
    size_t skipped = count > 0 ? 1 : 0; /* this character depends on the bytes before it */
    for (size_t i = 0; i < token.len; i++) {
        bits = (bits << 8 | (unsigned char)token.data[i]) & 0xFFFF;
        for (count += 8; count >= 6; count -= 6)
            if (skipped > 0)
                skipped--;
            else
                buf_add_char(&out, digits[bits >> (count - 6) & 63]);
    }
    return buf_str(&out);
}

static void add_needle(struct search *search, const struct credential *c, enum place_kind kind,
                       struct str bytes)
{
    struct needle *needle = arena_new(search->arena, struct needle);
    *needle = (struct needle){bytes, kind, c, search->needles};
    search->needles = needle;
}

static void add_token(struct search *search, const struct credential *c, struct str token)
{
    struct str in_history = metafied(search->arena, token);
    search->out->tokens++;
    add_needle(search, c, KIND_STARTUP, token);
    if (!str_eq(in_history, token))
        add_needle(search, c, KIND_HISTORY, in_history);
    for (size_t before = 0; before < 3; before++)
        add_needle(search, c, KIND_CLIENT, base64(search->arena, token, before));
}

static const char *unknown(const struct credential *c)
{
    bool provider = c->place == PLACE_PROVIDER || c->place == PLACE_KEYRING;
    bool absent = c->result == RESULT_NOT_FOUND || c->result == RESULT_NOT_SUPPORTED;
    return provider && !absent                           ? "only its credential provider knows it"
           : c->value.len > 0 && c->value.len < SHORTEST ? "it has fewer than 12 bytes"
                                                         : NULL;
}

/* Makes needles of the tokens of the run, and lists those that cannot be searched for. */
static void find_needles(struct search *search)
{
    struct arena *arena = search->arena;
    const struct inventory *inventory = search->inventory;
    for (const struct credential *c = NULL; (c = inventory_next(inventory, c));) {
        const char *reason = c->asked_about ? unknown(c) : NULL;
        if (reason) {
            add_problem(search,
                        str_format(arena, "copies of the %s for `%s` (%s)",
                                   credential_keys[c->kind], c->registry->shown.data,
                                   credential_location(arena, c).data),
                        reason);
        }
        struct str token = server_bare_token(c->value);
        if (c->asked_about && c->value.len >= SHORTEST && map_add(arena, &search->known, token))
            add_token(search, c, token);
    }
}

/* Removes tokens from a file. `copies` is the first of its copies, each with a token in `list`. */
static void remove_tokens(struct search *search, const struct place *place, struct credential *list,
                          struct copy *copies)
{
    const struct config_file file = {
        .path = place->path,
        .shown = place->shown,
        .credentials = strstr(place->path.data + str_rfind(place->path, '/'), "credentials"),
    };
    const struct err *err =
        file_remove(search->config->shell, &file, list, search->options->revoke);
    for (struct copy *c = copies; c; c = c->next, list = list->next_in_file) {
        c->error = err;
        c->result = err ? RESULT_FAILED : list->result;
    }
}

/* Returns true if a text that is not TOML, such as the swap file of an editor, contains something
 * like `token = "`. */
static bool looks_like_credentials(struct str text)
{
    static const char *const written[] = {"token = \"", "token = '", "token=\"", "secret-key = \""};
    size_t i = 0;
    while (i < COUNT(written) && !memmem(text.data, text.len, written[i], strlen(written[i])))
        i++;
    return i < COUNT(written);
}

static void take_unread(struct search *search, const struct place *place, struct arena *scratch,
                        struct str text)
{
    const struct logout_options *options = search->options;
    struct arena *arena = search->arena;
    struct copy *const *from = search->end;
    struct credential *list = NULL;
    struct credential **end = &list;
    struct toml_doc *doc;
    if (text.len > FILE_LIMIT || !utf8_valid(text) || toml_parse(scratch, text, &doc)) {
        if (looks_like_credentials(text))
            add(search, (struct copy){.kind = COPY_UNREAD_FILE, .place = place});
        return;
    }
    for (const struct stored *s = inventory_stored(scratch, doc, NULL); s; s = s->next) {
        struct str name = str_copy(arena, s->registry.data, s->registry.len);
        struct registry *registry = registries_add(&search->inventory->registries, name);
        bool is_set = s->node->type == TOML_STRING && s->node->string.len > 0;
        if (is_set && inventory_is_about(search->inventory, registry)) {
            add(search, (struct copy){
                            .kind = COPY_UNREAD_FILE,
                            .place = place,
                            .line = s->node->line,
                            .registry = registry,
                            .stored = s->kind,
                            .is_toml = true,
                        });
            *end = arena_new(arena, struct credential);
            **end = (struct credential){.registry = registry, .kind = s->kind};
            end = &(*end)->next_in_file;
        }
    }
    if (list && options->copies && !options->status && !options->dry_run)
        remove_tokens(search, place, list, *from);
}

/* Returns true if the run is about the token or secret key in this variable. */
static bool is_about(const struct search *search, struct str name)
{
    const struct registry *chosen = search->inventory->chosen;
    bool found = !chosen;
    for (size_t i = 0; i < COUNT(credential_keys) && !found; i++) {
        struct key key = registry_key(chosen, str_of(credential_keys[i]));
        found = str_eq(name, key_variable(search->arena, &key));
    }
    return found;
}

/* Returns the absolute path of `~/x`, `$HOME/x`, `"${HOME}/x"` or `/x`, as startup files write it.
 * Empty for others. */
static struct str path_of(const struct search *search, const char *value)
{
    static const char *const homes[] = {"~/", "$HOME/", "${HOME}/"};
    struct arena *arena = search->arena;
    value += *value == '"' || *value == '\'' ? 1 : 0;
    struct str path = str_copy(arena, value, strcspn(value, " \t\r\n;&|\"'"));
    for (size_t i = 0; i < COUNT(homes); i++) {
        if (str_starts(path, str_of(homes[i]))) {
            path = path_join(arena, search->user_home,
                             str_slice(arena, path, strlen(homes[i]), path.len));
        }
    }
    bool literal = *path.data == '/' && strcspn(path.data, "$`\\") == path.len;
    return literal ? path : STR("");
}

/* `from` is the first copy of the file. */
static void take_assignment(struct search *search, const struct place *place,
                            const struct assignment *assignment, struct copy *const *from)
{
    struct str name = str_copy(search->arena, assignment->variable.data, assignment->variable.len);
    const struct copy *origin = listed(*from, assignment->line, name);
    bool is_home = str_eq(name, STR("CARGO_HOME"));
    bool is_secret = str_ends(name, STR("TOKEN")) || str_ends(name, STR("SECRET_KEY"));
    bool is_missing = !map_get(&search->config->environment.by_name, name);
    bool is_wanted = is_home || (is_secret && is_about(search, name));
    const struct copy copy = {
        .kind = COPY_ORIGIN,
        .place = place,
        .line = assignment->line,
        .variable = name,
        .home = is_home ? path_of(search, assignment->value) : STR(""),
    };
    if (search->options->copies && is_missing && is_wanted && !origin)
        add(search, copy);
    for (struct credential *c = NULL; (c = inventory_next(search->inventory, c));) {
        if (str_eq(credential_variable(c), name)) {
            origin = origin ? origin : add(search, copy);
            c->origins = c->origins ? c->origins : origin;
        }
    }
}

static void take_assignments(struct search *search, const struct place *place,
                             struct arena *scratch, struct str text)
{
    struct copy *const *from = search->end;
    bool more = false;
    if (!memmem(text.data, text.len, "CARGO_", 6))
        return;
    for (const struct assignment *a = assignments_in(scratch, text, &more); a; a = a->next)
        take_assignment(search, place, a, from);
    if (more)
        add_problem(search, place->shown, "the file assigns too many variables of cargo");
}

/* Returns true if a word looks like a token: with a letter and a digit. Some registries read the
 * token from the user agent. */
static bool has_token_like_word(struct str text)
{
    static const char letters[] = LETTERS "-_";
    static const char digits[] = DIGITS "-_";
    static const char all[] = LETTERS DIGITS "-_";
    size_t len;
    for (const char *word = text.data; *word; word += len) {
        word += strcspn(word, all);
        len = strspn(word, all);
        if (len >= TOKEN_LIKE && strspn(word, letters) < len && strspn(word, digits) < len)
            return true;
    }
    return false;
}

static void take_user_agent(struct search *search)
{
    const struct config *config = search->config;
    const struct variable *variable =
        map_get(&config->environment.by_name, STR("CARGO_HTTP_USER_AGENT"));
    for (const struct config_file *file = config->files; file; file = file->next) {
        const struct toml_node *http = file->doc ? toml_get(file->doc->root, STR("http")) : NULL;
        const struct toml_node *node = http ? toml_get(http, STR("user-agent")) : NULL;
        if (node && node->type == TOML_STRING && has_token_like_word(node->string)) {
            struct place *place = arena_new(search->arena, struct place);
            *place = (struct place){.path = file->path, .shown = file->shown, .kind = KIND_CARGO};
            add(search, (struct copy){.kind = COPY_POSSIBLE, .place = place, .line = node->line});
        }
    }
    if (variable && has_token_like_word(variable->value))
        add(search, (struct copy){.kind = COPY_POSSIBLE, .variable = variable->name});
}

/* Finds the lines that contain a token. Does not list the assignment of a token again. */
static void take_lines(struct search *search, const struct place *place, struct str text,
                       struct copy *const *from)
{
    const char *end = text.data + text.len;
    size_t hits = 0;
    for (const struct needle *n = search->needles; n && !is_over(search, place); n = n->next) {
        bool searched = n->kind == KIND_STARTUP || n->kind == place->kind;
        size_t line = 1;
        const char *counted = text.data;
        const char *at = searched ? text.data : end;
        while ((at = memmem(at, (size_t)(end - at), n->bytes.data, n->bytes.len))) {
            for (; counted < at; counted++)
                line += *counted == '\n';
            bool is_listed = listed(*from, line, STR(""));
            if (!is_listed && hits++ == MOST_COPIES) {
                add_problem(search, place->shown,
                            "it has more than 100 copies; the others are not listed");
                return;
            }
            if (!is_listed) {
                add(search, (struct copy){
                                .kind = COPY_OF_TOKEN,
                                .place = place,
                                .line = line,
                                .registry = n->of->registry,
                            });
            }
            at += n->bytes.len;
        }
    }
}

static void search_file(struct search *search, struct place *place)
{
    CLEANUP(arena_free) struct arena scratch = {0};
    struct str text = STR("");
    if (is_over(search, place))
        return;
    const struct err *err = place_read(search, place, &scratch, &text);
    if (err) {
        add_problem(search, place->shown, err->message.data);
        return;
    }
    search->bytes += text.len;
    if (is_over(search, place))
        return;
    // cppcheck-suppress variableScope ; take_assignments() moves the end
    struct copy *const *from = search->end;
    if (place->kind == KIND_CARGO) {
        take_unread(search, place, &scratch, text);
        return;
    }
    if (place->kind == KIND_STARTUP)
        take_assignments(search, place, &scratch, text);
    if (search->needles) {
        take_lines(search, place, text, from);
        search->out->files += !search->is_over;
    }
}

static void search_files(struct search *search, enum place_kind kind)
{
    search->until = search->until > 0 ? search->until : child_clock() + SEARCH_MS;
    for (struct place *p = places_find(search, kind); p; p = p->next)
        search_file(search, p);
}

/* Returns true if a variable keeps a credential or provider usable. */
static bool needs_origins(const struct inventory *inventory)
{
    const struct credential *c = inventory_next(inventory, NULL);
    while (c && credential_variable(c).len == 0)
        c = inventory_next(inventory, c);
    return c != NULL;
}

void copies_find(struct inventory *inventory, const struct logout_options *options,
                 struct copies *out)
{
    struct search search = {
        .inventory = inventory,
        .options = options,
        .config = inventory->config,
        .arena = inventory->config->arena,
        .out = out,
        .end = &out->first,
        .last_place = &out->places,
        .user_home = load_user_home(inventory->config->arena),
    };
    *out = (struct copies){0};
    take_user_agent(&search);
    if (options->copies)
        find_needles(&search);
    if (options->copies || needs_origins(inventory))
        search_files(&search, KIND_STARTUP);
    if (options->status || options->all || options->copies)
        search_files(&search, KIND_CARGO);
    if (options->copies && search.needles) {
        search_files(&search, KIND_HISTORY);
        search_files(&search, KIND_CLIENT);
    }
}

struct str copy_location(struct arena *arena, const struct copy *copy)
{
    return !copy->place     ? str_format(arena, "environment variable `%s`", copy->variable.data)
           : copy->line > 0 ? str_format(arena, "%s:%zu", copy->place->shown.data, copy->line)
                            : copy->place->shown;
}

struct fix copy_fix(struct arena *arena, const struct copy *copy)
{
    const struct registry *registry = copy->registry;
    struct fix fix = {NULL, 0, STR("")};
    if (copy->home.len > 0) {
        fix = FIX(arena, STR("env"), str_format(arena, "CARGO_HOME=%s", copy->home.data),
                  STR("cargo-logout"), STR("--status"));
    } else if (copy->kind == COPY_UNREAD_FILE && !copy->is_toml) {
        fix = FIX(arena, STR("rm"), copy->place->path);
    } else if (copy->is_toml && copy->result == RESULT_PENDING && registry->has_index &&
               registry->valid) {
        fix = FIX(arena, STR("cargo-logout"), STR("--registry"), registry->name, STR("--copies"));
    }
    if (fix.count == 0) {
        bool line = copy->line > 0 && copy->kind != COPY_POSSIBLE && copy->place &&
                    copy->place->kind != KIND_CLIENT;
        fix.text = str_format(arena, "%s %s", line ? "delete the line" : "edit",
                              copy_location(arena, copy).data);
    }
    return fix;
}
