#include "registry/provider.h"

#include "util/text.h"

static enum provider_kind kind_of(struct str program)
{
    static const char *const built_in[] = {
        [PROVIDER_TOKEN] = "cargo:token",
        [PROVIDER_PASETO] = "cargo:paseto",
        [PROVIDER_TOKEN_FROM_STDOUT] = "cargo:token-from-stdout",
        [PROVIDER_WINCRED] = "cargo:wincred",
        [PROVIDER_MACOS_KEYCHAIN] = "cargo:macos-keychain",
        [PROVIDER_LIBSECRET] = "cargo:libsecret",
    };
    for (size_t i = 0; i < COUNT(built_in); i++) {
        if (str_eq(program, str_of(built_in[i]))) {
            return (enum provider_kind)i;
        }
    }
    return PROVIDER_EXTERNAL;
}

/* Finds an alias. An error in [credential-alias] counts as not set. The name is split at its dots,
 * as cargo does. */
static bool find_alias(struct config *config, struct view view, const struct program *program,
                       struct program *out)
{
    struct arena *arena = config->arena;
    struct str name = program->setting.value;
    struct key key = KEY(STR("credential-alias"));
    size_t start = 0;
    for (size_t i = 0; i <= name.len; i++) {
        if (i == name.len || name.data[i] == '.') {
            if (key.count == COUNT(key.parts)) {
                return false;
            }
            key.parts[key.count++] = str_slice(arena, name, start, i);
            start = i + 1;
        }
    }
    bool set = false;
    if (program->count > 0 || config_program(config, view, &key, &set, out) || !set) {
        return false;
    }
    if (kind_of(name) == PROVIDER_EXTERNAL) {
        return true;
    }
    if (program->setting.layer || program->setting.variable.len > 0) {
        config_warn(config, STR(""),
                    "credential-alias `%s` (defined in `%s`) will be ignored because it would "
                    "shadow a built-in credential-provider",
                    name.data, setting_place(arena, &out->setting).data);
    }
    return false;
}

static bool is_foreign(const struct setting *setting)
{
    return setting->layer && setting->layer->file && setting->layer->file->foreign;
}

static void make(struct config *config, struct view view, const struct program *written,
                 struct provider *out)
{
    struct arena *arena = config->arena;
    struct program alias;
    bool has_alias = find_alias(config, view, written, &alias);
    const struct program *meant = has_alias ? &alias : written;
    struct str *words = arena_new_array(arena, struct str, meant->count + 1);
    struct buf identity = buf_new(arena);
    words[0] = program_path(config, meant);
    buf_add(&identity, words[0]);
    for (size_t i = 0; i < meant->count; i++) {
        words[i + 1] = meant->arguments[i];
        buf_addf(&identity, " %zu ", words[i + 1].len);
        buf_add(&identity, words[i + 1]);
    }
    *out = (struct provider){
        .kind = kind_of(words[0]),
        .words = words,
        .count = meant->count + 1,
        .identity = buf_str(&identity),
        .shown = str_format(arena, "%s%s", text_shown(arena, words[0]).data,
                            meant->count > 0 ? " \xE2\x80\xA6" : ""),
        .setting = written->setting,
    };
    if (has_alias) {
        out->alias = alias.setting;
    }
    out->foreign = is_foreign(&out->setting) || is_foreign(&out->alias);
}

const struct setting *provider_foreign_setting(const struct provider *provider)
{
    return is_foreign(&provider->setting) ? &provider->setting : &provider->alias;
}

struct err *provider_list_global(struct config *config, struct view view, struct provider_list *out)
{
    static const struct str token_word[] = {{"cargo:token", sizeof("cargo:token") - 1}};
    static const struct provider token = {.kind = PROVIDER_TOKEN,
                                          .words = token_word,
                                          .count = 1,
                                          .identity = {"cargo:token", sizeof("cargo:token") - 1},
                                          .shown = {"cargo:token", sizeof("cargo:token") - 1}};
    struct key key = KEY(STR("registry"), STR("global-credential-providers"));
    struct setting *settings;
    size_t count;
    TRY(config_list(config, view, &key, &settings, &count));
    struct provider *providers = arena_new_array(config->arena, struct provider, count + 1);
    size_t used = 0;
    for (size_t i = count; i > 0; i--) {
        struct program program;
        if (config_program_of(config, &settings[i - 1], &program)) {
            make(config, view, &program, &providers[used++]);
        }
    }
    *out = used > 0 ? (struct provider_list){providers, used} : (struct provider_list){&token, 1};
    return NULL;
}

struct err *provider_list_own(struct config *config, struct view view, const struct key *key,
                              bool *set, struct provider_list *out)
{
    struct program program;
    TRY(config_program(config, view, key, set, &program));
    if (*set) {
        struct provider *provider = arena_new(config->arena, struct provider);
        make(config, view, &program, provider);
        *out = (struct provider_list){provider, 1};
    }
    return NULL;
}

bool provider_list_has(const struct provider_list *list, enum provider_kind kind)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == kind) {
            return true;
        }
    }
    return false;
}

void provider_announce(const struct shell *shell, const struct provider *provider,
                       const char *action, struct str registry)
{
    if (shell->verbosity >= VERBOSITY_VERBOSE) {
        shell_status(shell, "Credential", "%s %s %s", provider->shown.data, action, registry.data);
    }
}
