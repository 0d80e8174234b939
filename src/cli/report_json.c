/* --message-format json. The schema is in README, and a test keeps it. */
#include "util/utf8.h"
#include "cli/report.h"
#include "credential/remove.h"
#include "credential/revoke.h"
#include "util/json.h"

static void add_key(struct buf *out, const char *key)
{
    buf_addf(out, "%s\"%s\":", out->data[out->len - 1] == '{' ? "" : ",", key);
}

static void add_string(struct buf *out, const char *key, struct str value)
{
    add_key(out, key);
    json_write_string(out, utf8_lossy(out->arena, value));
}

static void add_number(struct buf *out, const char *key, size_t value)
{
    add_key(out, key);
    buf_addf(out, "%zu", value);
}

static void add_bool(struct buf *out, const char *key, bool value)
{
    add_key(out, key);
    buf_addf(out, "%s", value ? "true" : "false");
}

static void begin(struct buf *out, const char *reason)
{
    buf_add_char(out, '{');
    add_string(out, "reason", str_of(reason));
}

static void end(struct buf *out)
{
    buf_add(out, STR("}\n"));
}

/* The chain in one line: `a: b: c`. */
static void add_error(struct buf *out, const struct err *err)
{
    struct buf text = buf_new(out->arena);
    for (; err; err = err->cause) {
        buf_add(&text, err->message);
        buf_add(&text, err->cause ? STR(": ") : STR(""));
    }
    add_string(out, "error", buf_str(&text));
}

static const char *state_name(const struct logout_options *options,
                              const struct logout_registry *registry,
                              const struct credential *credential)
{
    static const char *const names[] = {
        [CREDENTIAL_FOUND] = "found",
        [CREDENTIAL_UNASKED] = "not-asked",
        [CREDENTIAL_REMOVED] = "removed",
        [CREDENTIAL_ABSENT] = "absent",
        [CREDENTIAL_UNSUITED] = "not-supported",
        [CREDENTIAL_KEPT] = "kept",
        [CREDENTIAL_FAILED] = "failed",
    };
    bool planned = options->survey_only && remove_takes(options, registry, credential) &&
                   !revoke_would_keep(options, registry, credential);
    return planned ? "would-be-removed" : names[credential->state];
}

static void add_place(struct buf *out, const struct credential *credential)
{
    static const struct {
        const char *place;
        const char *where;
    } names[] = {
        [PLACE_CREDENTIALS] = {"credentials-file", "path"},
        [PLACE_CONFIG] = {"config-file", "path"},
        [PLACE_ENVIRONMENT] = {"environment", "variable"},
        [PLACE_PROVIDER] = {"provider", "provider"},
    };
    add_string(out, "place", str_of(names[credential->place].place));
    add_string(out, names[credential->place].where, credential->where);
    if (credential->line > 0) {
        add_number(out, "line", credential->line);
    }
}

/* What became of it on its server, or would. */
static void add_revocation(struct buf *out, const struct logout_options *options,
                           const struct logout_registry *registry,
                           const struct credential *credential)
{
    static const char *const looks[] = {
        [REVOCABLE_UNKNOWN] = "unknown",
        [REVOCABLE_NO] = "no",
        [REVOCABLE_MAYBE] = "maybe",
        [REVOCABLE_YES] = "yes",
    };
    const struct revocation *revocation = credential->revocation;
    add_string(out, "revocable", str_of(looks[credential->revocable]));
    if (!revocation) {
        if (options->survey_only && options->revoke &&
            revoke_takes(options, registry, credential)) {
            bool kept = revoke_would_keep(options, registry, credential);
            add_string(out, "revocation", kept ? STR("would-not-be-tried") : STR("would-be-tried"));
        }
        return;
    }
    add_string(out, "revocation", str_of(revocation_name(revocation->how)));
    add_bool(out, "dead", revocation->dead);
    if (revocation->url.len > 0) {
        add_string(out, "url", revocation->url);
    }
    if (revocation->status > 0) {
        add_number(out, "http_status", revocation->status);
    }
    if (revocation->detail.len > 0) {
        add_string(out, "detail", revocation->detail);
    }
}

static void add_credential(struct buf *out, const struct logout_options *options,
                           const struct logout_registry *registry,
                           const struct credential *credential)
{
    static const char *const uses[] = {[USE_NO] = "no", [USE_MAYBE] = "maybe", [USE_YES] = "yes"};
    begin(out, "credential");
    add_string(out, "registry", credential->registry);
    add_string(out, "kind", str_of(credential_kind_name(credential->kind)));
    add_place(out, credential);
    add_string(out, "state", str_of(state_name(options, registry, credential)));
    add_string(out, "in_use", str_of(uses[credential->use]));
    add_revocation(out, options, registry, credential);
    add_bool(out, "remains", logout_leaves(credential));
    struct str cure = report_cure(out->arena, credential);
    if (logout_leaves(credential) && cure.len > 0) {
        add_string(out, "cure", cure);
    }
    if (credential->failure) {
        add_error(out, credential->failure);
    }
    end(out);
}

static void add_failure(struct buf *out, const struct str *registry, const struct err *failure)
{
    begin(out, "error");
    if (registry) {
        add_string(out, "registry", *registry);
    }
    add_error(out, failure);
    end(out);
}

struct totals {
    size_t removed;
    size_t remaining;
    size_t failed;
};

static void add_registry(struct buf *out, const struct logout_options *options,
                         const struct logout_registry *registry, struct totals *totals)
{
    for (const struct credential *c = registry->credentials; c; c = c->next) {
        add_credential(out, options, registry, c);
        totals->removed += c->state == CREDENTIAL_REMOVED;
        totals->remaining += logout_leaves(c);
        totals->failed += c->failure != NULL;
    }
    if (registry->failure) {
        add_failure(out, &registry->registry.name, registry->failure);
        totals->failed++;
    }
}

static void add_finish(struct buf *out, int status, const struct totals *totals)
{
    begin(out, "logout-finished");
    add_number(out, "status", (size_t)status);
    add_number(out, "removed", totals->removed);
    add_number(out, "remaining", totals->remaining);
    add_number(out, "failed", totals->failed);
    end(out);
}

bool report_json(struct shell *shell, const struct logout_options *options,
                 const struct logout *logout, int status)
{
    struct buf out = buf_new(shell->arena);
    struct totals totals = {0};
    for (size_t i = 0; i < logout->count; i++) {
        add_registry(&out, options, &logout->registries[i], &totals);
    }
    if (logout->failure) {
        add_failure(&out, NULL, logout->failure);
        totals.failed++;
    }
    add_finish(&out, status, &totals);
    return shell_print_out(shell, buf_str(&out));
}

bool report_json_failure(struct shell *shell, const struct err *failure, int status)
{
    struct buf out = buf_new(shell->arena);
    add_failure(&out, NULL, failure);
    add_finish(&out, status, &(struct totals){.failed = 1});
    return shell_print_out(shell, buf_str(&out));
}
