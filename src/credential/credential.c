#include "credential/credential.h"

#include "credential/copies.h"
#include "util/fs.h"
#include "util/text.h"

#include <pwd.h>
#include <sys/stat.h>

const char *const credential_keys[] = {
    [CREDENTIAL_TOKEN] = "token",
    [CREDENTIAL_SECRET_KEY] = "secret-key",
};

enum usable credential_usable(const struct credential *c)
{
    bool gone = c->result == RESULT_REMOVED || c->result == RESULT_NOT_FOUND ||
                c->result == RESULT_NOT_SUPPORTED;
    if (gone || c->effect == NEVER_USED)
        return USABLE_NO;
    bool known = c->effect != PERHAPS_USED && c->result != RESULT_NOT_CHECKED;
    return known ? USABLE_YES : USABLE_UNKNOWN;
}

bool credential_failed(const struct credential *c)
{
    return c->result == RESULT_FAILED || c->result == RESULT_KEPT ||
           (c->result == RESULT_NOT_CHECKED && c->plan == PLAN_ASK);
}

struct str credential_variable(const struct credential *c)
{
    if (credential_usable(c) == USABLE_NO)
        return STR("");
    return c->provider ? c->provider->setting.variable : c->variable;
}

struct str credential_index_url(const struct credential *c)
{
    bool other = c->place == PLACE_PROVIDER && c->provider->index_url.len > 0;
    return other                       ? c->provider->index_url
           : c->place == PLACE_KEYRING ? c->item->index_url
           : c->registry->has_index    ? c->registry->index.text
                                       : STR("");
}

struct str credential_location(struct arena *arena, const struct credential *c)
{
    switch (c->place) {
    case PLACE_CREDENTIALS:
    case PLACE_CONFIG:
        return str_format(arena, "%s:%u", c->file->shown.data, c->node->line);
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

struct err *logout_error(struct arena *arena, const char *provider, const struct err *cause)
{
    return err_wrap(arena, cause, "credential provider `%s` failed action `logout`", provider);
}

struct fix fix_command(struct arena *arena, const struct str *words, size_t count)
{
    struct buf text = buf_new(arena);
    buf_add(&text, STR("run `"));
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(words[i], text_shown(arena, words[i])))
            return (struct fix){NULL, 0, STR("")};
        buf_add(&text, i > 0 ? STR(" ") : STR(""));
        buf_add(&text, text_quoted(arena, words[i]));
    }
    buf_add_char(&text, '`');
    struct str *copy = arena_new_array(arena, struct str, count);
    memcpy(copy, words, count * sizeof(*copy));
    return (struct fix){copy, count, buf_str(&text)};
}

/* The first words of a command. */
#define LOGOUT_OF(name) STR("cargo-logout"), STR("--registry"), (name)

/* Adds the lines that assign the variable, because `unset` lasts only until the next shell reads
 * them. */
static void add_origins(struct buf *text, const struct credential *c, struct str name)
{
    const char *before = " and delete ";
    for (const struct copy *o = c->origins; o; o = o->next) {
        if (o->kind == COPY_ORIGIN && str_eq(o->variable, name)) {
            buf_addf(text, "%sthe line %s:%zu", before, o->place->shown.data, o->line);
            before = ", ";
        }
    }
}

/* A CI job has its own settings. */
static struct fix fix_variable(struct arena *arena, const struct credential *c, struct str name)
{
    const struct session *session = c->session;
    struct fix fix = {NULL, 0, STR("")};
    struct buf text = buf_new(arena);
    size_t word =
        strspn(name.data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    if (word == name.len) { /* a shell can unset it */
        fix = session->fish ? FIX(arena, STR("set"), STR("-e"), name)
                            : FIX(arena, STR("unset"), name);
        buf_add(&text, fix.text);
    } else {
        buf_addf(&text, "start your shell without the environment variable `%s`",
                 text_shown(arena, name).data);
    }
    add_origins(&text, c, name);
    if (session->github && fix.count > 0)
        buf_addf(&text, ", for later steps `echo %s= >>\"$GITHUB_ENV\"`", name.data);
    if (session->ci)
        buf_add(&text, STR(", and remove it from the job's settings"));
    fix.text = buf_str(&text);
    return fix;
}

/* Returns the location and, if the path is a link, the file that must be changed. */
static struct str real_location(struct arena *arena, const struct credential *c)
{
    struct str real;
    struct str location = credential_location(arena, c);
    if (!path_canonical(arena, c->file->path, &real) || str_eq(real, c->file->path))
        return location;
    return str_format(arena, "%s, which is `%s`", location.data, text_shown(arena, real).data);
}

static struct fix fix_file(struct arena *arena, const struct credential *c)
{
    struct str name = c->registry->name;
    struct fix fix = {NULL, 0, STR("")};
    if (c->registry->valid && c->file->leaves) {
        fix = FIX(arena, LOGOUT_OF(name), STR("--everywhere"), STR("--config"), c->file->path);
    } else if (c->registry->valid && c->result != RESULT_FAILED) {
        fix = c->place == PLACE_CREDENTIALS ? FIX(arena, LOGOUT_OF(name))
                                            : FIX(arena, LOGOUT_OF(name), STR("--everywhere"));
    }
    if (fix.count == 0)
        fix.text = str_format(arena, "delete the line %s", real_location(arena, c).data);
    return fix;
}

/* If the caller names the file, it is trusted. root can also run the program as the file's owner.
 */
static struct fix fix_foreign(struct arena *arena, const struct credential *c)
{
    struct str path = c->provider->foreign->layer->file->path;
    struct fix fix = FIX(arena, LOGOUT_OF(c->registry->name), STR("--config"), path);
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
    const struct setting *setting = &c->provider->setting;
    bool pending = c->result == RESULT_PENDING;
    bool other_name = !c->asked_about && c->provider->kind != PROVIDER_TOKEN_FROM_STDOUT;
    if (c->provider->foreign)
        return fix_foreign(arena, c);
    if ((c->plan == PLAN_ASK || other_name) && pending && c->registry->valid)
        return FIX(arena, LOGOUT_OF(c->registry->name));
    if (c->plan == PLAN_LEAVE && c->asked_about && pending) {
        return (struct fix){
            .text = str_format(arena, "run `cargo-logout --registry %s` where cargo uses it",
                               text_quoted(arena, c->registry->shown).data),
        };
    }
    if (setting->variable.len > 0)
        return fix_variable(arena, c, setting->variable);
    struct str where = setting_location(arena, setting);
    return (struct fix){.text = str_format(arena, "remove the provider from %s", where.data)};
}

static struct fix fix_item(struct arena *arena, const struct credential *c)
{
    struct str url = c->item->index_url;
    const char *name = c->registry->name.data;
    if (c->item->name.len == 0 || !c->registry->valid || !str_eq(url, text_shown(arena, url)) ||
        strpbrk(url.data, "\"\\"))
        return FIX(arena, STR("cargo-logout"), STR("--all"));
    return FIX(arena, LOGOUT_OF(c->registry->name), STR("--config"),
               str_format(arena, "registries.%s.index=\"%s\"", name, url.data), STR("--config"),
               str_format(arena, "registries.%s.credential-provider=\"cargo:libsecret\"", name));
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
