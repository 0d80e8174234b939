/* Writes the lines of --message-format json, which docs/json.md describes. */
#include "cli/report.h"
#include "util/json.h"

#include <jansson.h>

/* Leaves out a key without a value. */
static void set(json_t *object, const char *key, json_t *value)
{
    if (value)
        (void)json_object_set_new(object, key, value);
}

static void set_if_any(struct arena *arena, json_t *object, const char *key, struct str text)
{
    set(object, key, text.len > 0 ? json_from_str(arena, text) : NULL);
}

static void set_index(struct arena *arena, json_t *object, struct str url)
{
    set_if_any(arena, object, "index", url.len > 0 ? index_url_shown(arena, url) : url);
}

static json_t *line_new(const char *reason)
{
    return json_pack("{si ss}", "schema", 1, "reason", reason);
}

/* Adds an object as a line, and releases it. Also escapes the control character DEL, which JSON
 * allows. */
static void add_line(struct buf *out, json_t *object)
{
    struct str line = json_line(out->arena, object);
    for (size_t at = 0; at < line.len; at++) {
        bool is_del = line.data[at] == '\x7f';
        buf_add(out, is_del ? STR("\\u007f") : (struct str){line.data + at, 1});
    }
}

static const char *const plans[] = {
    [PLAN_LEAVE] = "leave",
    [PLAN_REMOVE] = "remove",
    [PLAN_ASK] = "ask",
    [PLAN_CANNOT] = "cannot",
};

static const char *const effects[] = {
    [NEVER_USED] = "never-used",
    [USED_IF_OTHERS_GO] = "used-if-others-go",
    [PERHAPS_USED] = "perhaps-used",
    [IN_USE] = "in-use",
};

static const char *const results[] = {
    [RESULT_PENDING] = "pending",         [RESULT_REMOVED] = "removed",
    [RESULT_NOT_FOUND] = "not-found",     [RESULT_NOT_SUPPORTED] = "not-supported",
    [RESULT_NOT_CHECKED] = "not-checked", [RESULT_KEPT] = "kept",
    [RESULT_FAILED] = "failed",
};

static json_t *file_location(struct arena *arena, const char *kind, struct str path, size_t line)
{
    json_t *location = json_pack("{ss ss}", "type", "file", "file", kind);
    set(location, "path", json_from_str(arena, path));
    if (line > 0)
        set(location, "line", json_integer((json_int_t)line));
    return location;
}

static json_t *variable_location(struct arena *arena, struct str name)
{
    return json_pack("{ss so}", "type", "variable", "name", json_from_str(arena, name));
}

static json_t *location_of(struct arena *arena, const struct credential *c)
{
    json_t *location = NULL;
    switch (c->place) {
    case PLACE_CREDENTIALS:
        location = file_location(arena, "credentials", c->file->path, c->node->line);
        break;
    case PLACE_CONFIG:
        location = file_location(arena, "config", c->file->path, c->node->line);
        break;
    case PLACE_VARIABLE:
        location = variable_location(arena, c->variable);
        break;
    case PLACE_PROVIDER:
        location = json_pack("{ss}", "type", "provider");
        set(location, "program", json_from_str(arena, c->provider->words[0]));
        if (c->provider->setting.value.data) {
            set(location, "configured",
                json_from_str(arena, setting_location(arena, &c->provider->setting)));
        }
        break;
    case PLACE_KEYRING:
        location = json_pack("{ss}", "type", "keyring");
        set_index(arena, location, c->item->index_url);
        break;
    }
    set(location, "text", json_from_str(arena, credential_location(arena, c)));
    return location;
}

static json_t *server_of(struct arena *arena, const struct server_answer *answer)
{
    if (!answer)
        return NULL;
    json_t *server = json_pack("{ss}", "verdict", server_verdict_names[answer->verdict]);
    set_if_any(arena, server, "url", answer->url);
    if (answer->status > 0)
        set(server, "http_status", json_integer((json_int_t)answer->status));
    set_if_any(arena, server, "detail", answer->detail);
    set_if_any(arena, server, "who", answer->who);
    set_if_any(arena, server, "scopes", answer->scopes);
    set_if_any(arena, server, "expires", answer->expires);
    set_if_any(arena, server, "page", answer->page);
    return server;
}

static json_t *words_of(struct arena *arena, struct fix fix)
{
    json_t *words = fix.count > 0 ? json_array() : NULL;
    for (size_t i = 0; i < fix.count; i++)
        (void)json_array_append_new(words, json_from_str(arena, fix.words[i]));
    return words;
}

static void add_credential(struct buf *out, const struct run *run, const struct credential *c)
{
    struct arena *arena = out->arena;
    json_t *line = line_new("credential");
    set(line, "registry", json_from_str(arena, c->registry->name));
    set_index(arena, line, credential_index_url(c));
    set(line, "kind", json_string(credential_keys[c->kind]));
    set(line, "location", location_of(arena, c));
    set(line, "usable", json_string(report_usable[credential_usable(c)]));
    set(line, "effect", json_string(effects[c->effect]));
    set(line, "plan", json_string(plans[c->plan]));
    set(line, "result", json_string(results[c->result]));
    if (run->options->check)
        set(line, "valid", json_string(report_validity[c->valid]));
    set(line, "server", server_of(arena, c->answer));
    if (credential_usable(c) != USABLE_NO)
        set(line, "fix", words_of(arena, credential_fix(arena, c)));
    set(line, "error", json_from_err(arena, c->error));
    add_line(out, line);
}

static void add_unreadable(struct buf *out, const struct config_file *file)
{
    const char *kind = file->credentials ? "credentials" : "config";
    json_t *line = line_new("credential");
    json_t *location = file_location(out->arena, kind, file->path, 0);
    set(location, "text", json_from_str(out->arena, file->shown));
    set(line, "kind", json_string("unknown"));
    set(line, "location", location);
    set(line, "usable", json_string("unknown"));
    set(line, "effect", json_string(effects[PERHAPS_USED]));
    set(line, "plan", json_string(plans[PLAN_CANNOT]));
    set(line, "result", json_string(results[RESULT_NOT_CHECKED]));
    set(line, "error", json_from_err(out->arena, file->failure));
    add_line(out, line);
}

static void add_error(struct buf *out, const struct registry *registry, const struct err *err)
{
    json_t *line = line_new("error");
    if (registry)
        set(line, "registry", json_from_str(out->arena, registry->name));
    set(line, "error", json_from_err(out->arena, err));
    add_line(out, line);
}

/* Adds the lines of a registry, even if it has no credentials. */
static void add_registry(struct buf *out, const struct run *run, const struct registry *registry)
{
    json_t *line = line_new("registry");
    enum usable usable = USABLE_NO;
    for (const struct credential *c = registry->credentials; c; c = c->next) {
        enum usable each = credential_usable(c);
        usable = each > usable ? each : usable;
    }
    set(line, "registry", json_from_str(out->arena, registry->name));
    set_index(out->arena, line, registry->has_index ? registry->index.text : STR(""));
    set(line, "usable", json_string(report_usable[usable]));
    add_line(out, line);
    for (const struct credential *c = registry->credentials; c; c = c->next)
        add_credential(out, run, c);
}

static void add_keyring(struct buf *out, const struct keyring_view *keyring)
{
    static const char *const states[] = {
        [KEYRING_NONE] = "none",       [KEYRING_PRESENT] = "not-searched",
        [KEYRING_LISTED] = "listed",   [KEYRING_LOCKED] = "locked",
        [KEYRING_UNKNOWN] = "unknown",
    };
    json_t *line = line_new("keyring");
    set(line, "state", json_string(states[keyring->state]));
    set(line, "error", json_from_err(out->arena, keyring->reason));
    add_line(out, line);
}

static void add_copy(struct buf *out, const struct copy *copy)
{
    static const char *const kinds[] = {
        [COPY_OF_TOKEN] = "copy",           [COPY_ORIGIN] = "origin",
        [COPY_UNREAD_FILE] = "unread-file", [COPY_POSSIBLE] = "possible",
        [COPY_NOT_CHECKED] = "not-checked",
    };
    struct arena *arena = out->arena;
    const struct place *place = copy->place;
    json_t *line = line_new("copy");
    set(line, "kind", json_string(kinds[copy->kind]));
    if (copy->kind == COPY_NOT_CHECKED) {
        set(line, "text", json_from_str(arena, copy->what));
    } else {
        json_t *location =
            place ? file_location(arena, place_kind_names[place->kind], place->path, copy->line)
                  : variable_location(arena, copy->variable);
        set(location, "text", json_from_str(arena, copy_location(arena, copy)));
        set(line, "registry", copy->registry ? json_from_str(arena, copy->registry->name) : NULL);
        set_if_any(arena, line, "variable", copy->variable);
        set_if_any(arena, line, "home", copy->home);
        set(line, "location", location);
        set(line, "in_git", json_boolean(copy->in_work_tree));
        set(line, "result", json_string(results[copy->result]));
        if (copy->result != RESULT_REMOVED && copy->result != RESULT_NOT_FOUND)
            set(line, "fix", words_of(arena, copy_fix(arena, copy)));
    }
    set(line, "error", json_from_err(arena, copy->error));
    add_line(out, line);
}

static void add_totals(struct buf *out, const struct totals *totals, int status)
{
    json_t *line = line_new("logout-finished");
    set(line, "status", json_integer((json_int_t)status));
    set(line, "removed", json_integer((json_int_t)totals->removed));
    set(line, "left", json_integer((json_int_t)totals->left));
    set(line, "not_checked", json_integer((json_int_t)totals->not_checked));
    set(line, "failed", json_integer((json_int_t)totals->failed));
    add_line(out, line);
}

bool report_json(const struct shell *shell, const struct run *run, int status)
{
    json_wipe_memory();
    const struct inventory *inventory = &run->inventory;
    struct buf out = buf_new(shell->arena);
    for (const struct registry *r = inventory->registries.first; r; r = r->next) {
        bool is_known = /* not only derived from a variable, as my_registry for my-registry */
            r->has_index || r->credentials || r->failure || r == inventory->chosen;
        if (!inventory_has(inventory, r) || !is_known)
            continue;
        add_registry(&out, run, r);
        if (r->failure && inventory_is_about(inventory, r))
            add_error(&out, r, r->failure);
    }
    for (const struct config_file *file = inventory->config->files; file; file = file->next)
        if (file->failure)
            add_unreadable(&out, file);
    if (inventory->keyring.state != KEYRING_UNASKED)
        add_keyring(&out, &inventory->keyring);
    for (const struct copy *c = run->copies.first; c; c = c->next)
        add_copy(&out, c);
    if (run->failure)
        add_error(&out, NULL, run->failure);
    add_totals(&out, &run->totals, status);
    return shell_print_out(shell, buf_str(&out));
}
