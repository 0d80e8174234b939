/* Writes the lines of --message-format json, which docs/json.md describes. */
#include "cli/report.h"
#include "util/json.h"
#include "util/text.h"
#include "util/utf8.h"

static void add_key(struct buf *out, const char *key)
{
    char last = out->data[out->len - 1];
    buf_addf(out, "%s\"%s\":", last == '{' ? "" : ",", key);
}

/* Adds a JSON string in which every control character is escaped. */
static void add_text(struct buf *out, struct str value)
{
    struct buf quoted = buf_new(out->arena);
    json_write_string(&quoted, utf8_lossy(out->arena, value));
    struct str text = buf_str(&quoted);
    for (size_t at = 0; at < text.len;) {
        uint32_t c = 0;
        bool valid = true;
        size_t len = utf8_decode(text, at, &c, &valid);
        if (c >= 0x7F && text_is_control(c)) {
            buf_addf(out, "\\u%04x", (unsigned)c);
        } else {
            buf_add_bytes(out, text.data + at, len);
        }
        at += len;
    }
}

static void add_string(struct buf *out, const char *key, struct str value)
{
    add_key(out, key);
    add_text(out, value);
}

static void add_word(struct buf *out, const char *key, const char *value)
{
    add_string(out, key, str_of(value));
}

static void add_number(struct buf *out, const char *key, size_t value)
{
    add_key(out, key);
    buf_addf(out, "%zu", value);
}

/* Adds nothing if `value` is empty. */
static void add_optional(struct buf *out, const char *key, struct str value)
{
    if (value.len > 0) {
        add_string(out, key, value);
    }
}

static void begin(struct buf *out, const char *reason)
{
    buf_add(out, STR("{\"schema\":1"));
    add_word(out, "reason", reason);
}

static void end(struct buf *out)
{
    buf_add(out, STR("}\n"));
}

/* Adds the chain of causes, outermost first. */
static void add_error(struct buf *out, const struct err *err)
{
    if (!err) {
        return;
    }
    add_key(out, "error");
    buf_add_char(out, '[');
    for (const struct err *e = err; e; e = e->cause) {
        buf_add(out, e == err ? STR("") : STR(","));
        add_text(out, e->message);
    }
    buf_add_char(out, ']');
}

static const char *usable_name(enum usable usable)
{
    return usable == USABLE_YES ? "yes" : usable == USABLE_NO ? "no" : "unknown";
}

static const char *effect_name(enum effect effect)
{
    static const char *const names[] = {
        [NEVER_USED] = "never-used",
        [USED_IF_OTHERS_GO] = "used-if-others-go",
        [PERHAPS_USED] = "perhaps-used",
        [IN_USE] = "in-use",
    };
    return names[effect];
}

static const char *result_name(enum result result)
{
    static const char *const names[] = {
        [RESULT_PENDING] = "pending",         [RESULT_REMOVED] = "removed",
        [RESULT_NOT_FOUND] = "not-found",     [RESULT_NOT_SUPPORTED] = "not-supported",
        [RESULT_NOT_CHECKED] = "not-checked", [RESULT_KEPT] = "kept",
        [RESULT_FAILED] = "failed",
    };
    return names[result];
}

static void add_file_location(struct buf *out, struct str path, size_t line, bool credentials)
{
    add_word(out, "type", "file");
    add_word(out, "file", credentials ? "credentials" : "config");
    add_string(out, "path", path);
    if (line > 0) {
        add_number(out, "line", line);
    }
}

static void add_setting(struct buf *out, const struct setting *setting)
{
    if (setting->value.data) {
        add_string(out, "configured", setting_location(out->arena, setting));
    }
}

static void add_location(struct buf *out, const struct credential *c)
{
    add_key(out, "location");
    buf_add_char(out, '{');
    switch (c->place) {
    case PLACE_CREDENTIALS:
    case PLACE_CONFIG:
        add_file_location(out, c->file->path, credential_line(c), c->place == PLACE_CREDENTIALS);
        break;
    case PLACE_VARIABLE:
        add_word(out, "type", "variable");
        add_string(out, "name", c->variable);
        break;
    case PLACE_PROVIDER:
        add_word(out, "type", "provider");
        add_string(out, "program", c->provider->words[0]);
        add_setting(out, &c->provider->setting);
        break;
    case PLACE_KEYRING:
        add_word(out, "type", "keyring");
        add_string(out, "index", index_url_shown(out->arena, c->item->index_url));
        break;
    }
    add_string(out, "text", credential_location(out->arena, c));
    buf_add_char(out, '}');
}

static void add_answer(struct buf *out, const struct server_answer *answer)
{
    if (!answer) {
        return;
    }
    add_key(out, "server");
    buf_add_char(out, '{');
    add_word(out, "verdict", server_verdict_names[answer->verdict]);
    add_optional(out, "url", answer->url);
    if (answer->status > 0) {
        add_number(out, "http_status", answer->status);
    }
    add_optional(out, "detail", answer->detail);
    add_optional(out, "who", answer->who);
    add_optional(out, "scopes", answer->scopes);
    add_optional(out, "expires", answer->expires);
    add_optional(out, "page", answer->page);
    buf_add_char(out, '}');
}

static void add_fix(struct buf *out, struct fix fix)
{
    if (fix.count == 0) {
        return;
    }
    add_key(out, "fix");
    buf_add_char(out, '[');
    for (size_t i = 0; i < fix.count; i++) {
        buf_add(out, i > 0 ? STR(",") : STR(""));
        add_text(out, fix.words[i]);
    }
    buf_add_char(out, ']');
}

static void add_index(struct buf *out, struct str url)
{
    if (url.len > 0) {
        add_string(out, "index", index_url_shown(out->arena, url));
    }
}

static void add_credential(struct buf *out, const struct logout_options *options,
                           const struct credential *c)
{
    static const char *const validities[] = {
        [VALIDITY_UNASKED] = "unknown",
        [VALIDITY_NO] = "no",
        [VALIDITY_YES] = "yes",
        [VALIDITY_UNKNOWN] = "unknown",
    };
    begin(out, "credential");
    add_string(out, "registry", c->registry->name);
    add_index(out, credential_index_url(c));
    add_word(out, "kind", credential_kind_name(c));
    add_location(out, c);
    add_word(out, "usable", usable_name(credential_usable(c)));
    add_word(out, "effect", effect_name(c->effect));
    add_word(out, "plan", report_plan_name(c));
    add_word(out, "result", result_name(c->result));
    if (options->check) {
        add_word(out, "valid", validities[c->valid]);
    }
    add_answer(out, c->answer);
    if (credential_usable(c) != USABLE_NO) {
        add_fix(out, credential_fix(out->arena, c));
    }
    add_error(out, c->error);
    end(out);
}

static void add_unreadable(struct buf *out, const struct config_file *file)
{
    begin(out, "credential");
    add_word(out, "kind", "unknown");
    add_key(out, "location");
    buf_add_char(out, '{');
    add_file_location(out, file->path, 0, file->credentials);
    add_string(out, "text", file->shown);
    buf_add_char(out, '}');
    add_word(out, "usable", "unknown");
    add_word(out, "effect", "perhaps-used");
    add_word(out, "plan", "cannot");
    add_word(out, "result", "not-checked");
    add_error(out, file->failure);
    end(out);
}

static void add_failure(struct buf *out, const struct registry *registry, const struct err *failure)
{
    begin(out, "error");
    if (registry) {
        add_string(out, "registry", registry->name);
    }
    add_error(out, failure);
    end(out);
}

/* Returns false for a name that was only derived from a variable, such as my_registry for
 * my-registry. */
static bool is_known(const struct inventory *inventory, const struct registry *registry)
{
    return registry->has_index || registry->credentials || registry->failure ||
           registry == inventory->chosen;
}

/* Adds the object of a registry, even if it has no credentials. */
static void add_registry(struct buf *out, const struct registry *registry)
{
    enum usable usable = USABLE_NO;
    for (const struct credential *c = registry->credentials; c; c = c->next) {
        enum usable each = credential_usable(c);
        usable = each > usable ? each : usable;
    }
    begin(out, "registry");
    add_string(out, "registry", registry->name);
    add_index(out, registry->has_index ? registry->index.text : STR(""));
    add_word(out, "usable", usable_name(usable));
    end(out);
}

static void add_keyring(struct buf *out, const struct inventory *inventory)
{
    static const char *const states[] = {
        [KEYRING_NONE] = "none",       [KEYRING_PRESENT] = "not-searched",
        [KEYRING_LISTED] = "listed",   [KEYRING_LOCKED] = "locked",
        [KEYRING_UNKNOWN] = "unknown",
    };
    if (inventory->keyring_asked) {
        begin(out, "keyring");
        add_word(out, "state", states[inventory->keyring.state]);
        add_error(out, inventory->keyring.reason);
        end(out);
    }
}

static void add_copy(struct buf *out, const struct inventory *inventory, const struct copy *copy)
{
    static const char *const kinds[] = {
        [COPY_OF_TOKEN] = "copy",
        [COPY_ORIGIN] = "origin",
        [COPY_UNREAD_FILE] = "unread-file",
        [COPY_POSSIBLE] = "possible",
    };
    begin(out, "copy");
    add_word(out, "kind", kinds[copy->kind]);
    add_optional(out, "registry", copy->registry);
    add_optional(out, "variable", copy->variable);
    add_optional(out, "home", copy->home);
    add_key(out, "location");
    buf_add_char(out, '{');
    if (copy->place) {
        add_word(out, "type", "file");
        add_word(out, "file", place_kind_name(copy->place->kind));
        add_string(out, "path", copy->place->path);
    } else {
        add_word(out, "type", "variable");
        add_string(out, "name", copy->variable);
    }
    if (copy->line > 0) {
        add_number(out, "line", copy->line);
    }
    add_string(out, "text", copy_location(out->arena, copy));
    buf_add_char(out, '}');
    add_key(out, "in_git");
    buf_add(out, copy->in_work_tree ? STR("true") : STR("false"));
    add_word(out, "result", result_name(copy->result));
    if (copy->result != RESULT_REMOVED && copy->result != RESULT_NOT_FOUND) {
        add_fix(out, copy_fix(out->arena, inventory, copy));
    }
    add_error(out, copy->error);
    end(out);
}

static void add_copies(struct buf *out, const struct run *run)
{
    for (const struct copy *c = run->copies.first; c; c = c->next) {
        add_copy(out, &run->inventory, c);
    }
    for (const struct problem *p = run->copies.problems; p; p = p->next) {
        begin(out, "copy");
        add_word(out, "kind", "not-checked");
        add_string(out, "text", p->shown);
        add_error(out, &(struct err){.message = p->reason});
        end(out);
    }
}

static void add_finish(struct buf *out, int status, const struct totals *totals)
{
    begin(out, "logout-finished");
    add_number(out, "status", (size_t)status);
    add_number(out, "removed", totals->removed);
    add_number(out, "left", totals->left);
    add_number(out, "not_checked", totals->not_checked);
    add_number(out, "failed", totals->failed);
    end(out);
}

bool report_json(const struct shell *shell, const struct logout_options *options,
                 const struct run *run, int status)
{
    const struct inventory *inventory = &run->inventory;
    struct buf out = buf_new(shell->arena);
    for (const struct registry *r = inventory->registries.first; r; r = r->next) {
        if (!inventory_has(inventory, r) || !is_known(inventory, r)) {
            continue;
        }
        add_registry(&out, r);
        for (const struct credential *c = r->credentials; c; c = c->next) {
            add_credential(&out, options, c);
        }
        if (r->failure && inventory_is_about(inventory, r)) {
            add_failure(&out, r, r->failure);
        }
    }
    for (const struct config_file *file = inventory->config->files; file; file = file->next) {
        if (file->failure) {
            add_unreadable(&out, file);
        }
    }
    add_keyring(&out, inventory);
    add_copies(&out, run);
    if (run->failure) {
        add_failure(&out, NULL, run->failure);
    }
    add_finish(&out, status, &run->totals);
    return shell_print_out(shell, buf_str(&out));
}

bool report_json_failure(const struct shell *shell, const struct err *failure, int status)
{
    struct buf out = buf_new(shell->arena);
    add_failure(&out, NULL, failure);
    add_finish(&out, status, &(struct totals){.failed = 1});
    return shell_print_out(shell, buf_str(&out));
}
