#include "credential/origin.h"

#include "util/fs.h"
#include "util/text.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

enum usable credential_usable(const struct credential *c)
{
    switch (c->result) {
    case RESULT_REMOVED:
    case RESULT_NOT_FOUND:
    case RESULT_NOT_SUPPORTED:
        return USABLE_NO;
    case RESULT_NOT_CHECKED:
        return c->effect == NEVER_USED ? USABLE_NO : USABLE_UNKNOWN;
    case RESULT_PENDING:
    case RESULT_KEPT:
    case RESULT_FAILED:
        break;
    }
    switch (c->effect) {
    case NEVER_USED:
        return USABLE_NO;
    case PERHAPS_USED:
        return USABLE_UNKNOWN;
    case USED_IF_OTHERS_GO:
    case IN_USE:
        break;
    }
    return USABLE_YES;
}

const char *credential_kind_name(const struct credential *c)
{
    switch (c->kind) {
    case CREDENTIAL_TOKEN:
        return "token";
    case CREDENTIAL_SECRET_KEY:
        return "secret-key";
    case CREDENTIAL_UNKNOWN:
        break;
    }
    return "unknown";
}

struct str credential_index_url(const struct credential *c)
{
    bool other = c->place == PLACE_PROVIDER && c->provider->index_url.len > 0;
    return other                       ? c->provider->index_url
           : c->place == PLACE_KEYRING ? c->item->index_url
           : c->registry->has_index    ? c->registry->index.text
                                       : STR("");
}

size_t credential_line(const struct credential *c)
{
    return c->node ? c->node->line : 0;
}

struct str credential_location(struct arena *arena, const struct credential *c)
{
    switch (c->place) {
    case PLACE_CREDENTIALS:
    case PLACE_CONFIG:
        return c->node ? str_format(arena, "%s:%zu", c->file->shown.data, credential_line(c))
                       : c->file->shown;
    case PLACE_VARIABLE:
        return str_format(arena, "environment variable `%s`", text_shown(arena, c->variable).data);
    case PLACE_PROVIDER:
        return str_format(arena, "credential provider `%s`", c->provider->shown.data);
    case PLACE_KEYRING:
        break;
    }
    return str_format(arena, "keyring item for `%s`",
                      index_url_shown(arena, c->item->index_url).data);
}

/*
 * Fixes.
 */

struct words {
    struct str words[8];
    size_t count;
};

static void add_word(struct words *words, struct str word)
{
    words->words[words->count++] = word;
}

struct fix fix_command(struct arena *arena, const struct str *words, size_t count)
{
    struct buf text = buf_new(arena);
    buf_add(&text, STR("run `"));
    for (size_t i = 0; i < count; i++) {
        if (!text_is_plain(words[i])) {
            return (struct fix){NULL, 0, STR("")};
        }
        buf_add(&text, i > 0 ? STR(" ") : STR(""));
        buf_add(&text, text_quoted(arena, words[i]));
    }
    buf_add_char(&text, '`');
    struct str *copy = arena_new_array(arena, struct str, count);
    memcpy(copy, words, count * sizeof(*copy));
    return (struct fix){copy, count, buf_str(&text)};
}

static struct fix command(struct arena *arena, const struct words *words)
{
    return fix_command(arena, words->words, words->count);
}

static struct words logout_of(const struct registry *registry)
{
    struct words words = {{STR("cargo-logout"), STR("--registry"), registry->name}, 3};
    return words;
}

static bool shell_can_unset(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              c == '_')) {
            return false;
        }
    }
    return true;
}

/* Adds the lines that assign the variable, because `unset` lasts only until the next shell reads
 * them. */
static void add_origins(struct buf *text, const struct credential *c, struct str name)
{
    const char *before = " and delete ";
    const struct assignment *universal = NULL;
    for (const struct assignment *o = c->origins; o; o = o->next) {
        if (!str_eq(o->variable, name)) {
            continue;
        }
        universal = o->universal ? o : universal;
        if (!o->universal) {
            buf_addf(text, "%sthe line %s:%zu", before, o->place->shown.data, o->line);
            before = ", ";
        }
    }
    if (universal) {
        buf_addf(text, " and `fish -c 'set -eU %s'`, which removes it from %s:%zu", name.data,
                 universal->place->shown.data, universal->line);
    }
}

static struct fix fix_variable(struct arena *arena, const struct credential *c, struct str name)
{
    struct fix fix = {NULL, 0, STR("")};
    if (shell_can_unset(name)) {
        struct words words = {{STR("unset"), name}, 2};
        struct words fish = {{STR("set"), STR("-e"), name}, 3};
        fix = command(arena, c->session->fish ? &fish : &words);
    } else {
        fix.text = str_format(arena, "start your shell without the environment variable `%s`",
                              text_shown(arena, name).data);
    }
    struct buf text = buf_new(arena);
    buf_add(&text, fix.text);
    add_origins(&text, c, name);
    fix.text = buf_str(&text);
    if (c->session->github && fix.count > 0) {
        fix.text =
            str_format(arena,
                       "%s, for later steps `echo %s= >>\"$GITHUB_ENV\"`, and remove it from "
                       "the job's settings",
                       fix.text.data, name.data);
    } else if (c->session->ci) {
        fix.text = str_format(arena, "%s, and remove it from the job's settings", fix.text.data);
    }
    return fix;
}

/* Returns the location and, if the path is a link, the file that must be changed. */
static struct str real_location(struct arena *arena, const struct credential *c)
{
    struct str real;
    struct str location = credential_location(arena, c);
    if (!path_canonical(arena, c->file->path, &real) || str_eq(real, c->file->path)) {
        return location;
    }
    return str_format(arena, "%s, which is `%s`", location.data, text_shown(arena, real).data);
}

static struct fix fix_file(struct arena *arena, const struct credential *c)
{
    struct words words = logout_of(c->registry);
    struct fix fix = {NULL, 0, STR("")};
    bool failed = c->result == RESULT_FAILED && !c->file->leaves;
    if (!failed && c->registry->valid) {
        if (c->place == PLACE_CONFIG) {
            add_word(&words, STR("--everywhere"));
        }
        if (c->file->leaves) {
            add_word(&words, STR("--config"));
            add_word(&words, c->file->path);
        }
        fix = command(arena, &words);
    }
    if (fix.count == 0) {
        fix.text = str_format(arena, "delete the line %s", real_location(arena, c).data);
    }
    return fix;
}

static struct fix fix_setting(struct arena *arena, const struct credential *c)
{
    const struct setting *setting = &c->provider->setting;
    if (setting->variable.len > 0) {
        return fix_variable(arena, c, setting->variable);
    }
    return (struct fix){
        NULL, 0,
        str_format(arena, "remove the provider from %s", setting_location(arena, setting).data)};
}

/* If the caller names the file, it is trusted. root can also run the program as the file's owner.
 */
static struct fix fix_foreign(struct arena *arena, const struct credential *c)
{
    struct words words = logout_of(c->registry);
    struct str path = provider_foreign_setting(c->provider)->layer->file->path;
    add_word(&words, STR("--config"));
    add_word(&words, path);
    struct fix fix = command(arena, &words);
    struct stat status;
    const struct passwd *owner =
        geteuid() == 0 && stat(path.data, &status) == 0 && status.st_uid != 0
            ? getpwuid(status.st_uid)
            : NULL;
    if (owner && fix.count > 0) {
        fix.text = str_format(
            arena, "%s if you trust that file, or `sudo -u %s cargo-logout --registry %s`",
            fix.text.data, text_quoted(arena, str_of(owner->pw_name)).data,
            text_quoted(arena, c->registry->name).data);
    }
    return fix;
}

static struct fix fix_provider(struct arena *arena, const struct credential *c)
{
    struct words words = logout_of(c->registry);
    if (c->provider->foreign) {
        return fix_foreign(arena, c);
    }
    bool other_name = !c->asked_about && c->provider->kind != PROVIDER_TOKEN_FROM_STDOUT;
    if ((c->plan == PLAN_ASK || other_name) && c->result == RESULT_PENDING && c->registry->valid) {
        return command(arena, &words);
    }
    if (c->plan == PLAN_LEAVE && c->asked_about && c->result == RESULT_PENDING) {
        return (struct fix){NULL, 0,
                            str_format(arena,
                                       "run `cargo-logout --registry %s` where cargo uses it",
                                       text_quoted(arena, c->registry->shown).data)};
    }
    return fix_setting(arena, c);
}

static struct fix fix_item(struct arena *arena, const struct credential *c)
{
    struct words words = logout_of(c->registry);
    bool plain = c->registry->valid && text_is_plain(c->item->index_url) &&
                 str_find(c->item->index_url, '"') < 0 && str_find(c->item->index_url, '\\') < 0;
    if (c->item->name.len == 0 || !plain) {
        struct words all = {{STR("cargo-logout"), STR("--all")}, 2};
        return command(arena, &all);
    }
    add_word(&words, STR("--config"));
    add_word(&words, str_format(arena, "registries.%s.index=\"%s\"", c->registry->name.data,
                                c->item->index_url.data));
    add_word(&words, STR("--config"));
    add_word(&words, str_format(arena, "registries.%s.credential-provider=\"cargo:libsecret\"",
                                c->registry->name.data));
    return command(arena, &words);
}

struct fix credential_fix(struct arena *arena, const struct credential *c)
{
    switch (c->place) {
    case PLACE_VARIABLE:
        return fix_variable(arena, c, c->variable);
    case PLACE_PROVIDER:
        return fix_provider(arena, c);
    case PLACE_KEYRING:
        return fix_item(arena, c);
    case PLACE_CREDENTIALS:
    case PLACE_CONFIG:
        break;
    }
    return fix_file(arena, c);
}
