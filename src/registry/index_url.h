/*
 * The URL of a registry's index, read as cargo reads it: by the rules of the WHATWG that browsers
 * and Rust's `url` crate follow, not by RFC 3986. `HTTPS://Example.COM:443\a\..\b c` is a good URL
 * and means https://example.com/b%20c. Three forms matter:
 *
 *   what the user wrote     shown in errors
 *   url.text                the serialised form: shown by cargo, sent to credential providers, the
 * key under which a keyring stores the token the canonical form      only for comparing two URLs;
 * never shown
 *
 *     struct index_url url;
 *     TRY(index_url_resolve(arena, STR("file:my-index"), STR("/home/me/project"), &url));
 *     struct str key;
 *     TRY(index_url_canonical(arena, &url, &key));
 *
 * Pure, with one exception: a host name with a non-ASCII character, or with an `xn--` label, needs
 * libidn2, which is loaded then.
 *
 * URLs are UTF-8. Everything returned lives in the arena.
 */
#ifndef REGISTRY_INDEX_URL_H
#define REGISTRY_INDEX_URL_H

#include "util/base.h"

struct index_url {
    struct str text;
    size_t scheme_end; /* at the colon */
    struct span host;  /* empty: no host */
    struct span path;
    bool has_password;
};

/* cargo's IntoUrl. The error is one layer: "invalid url `foo`: relative URL without a base". */
struct err *index_url_parse(struct arena *arena, struct str text, struct index_url *out) MUST_CHECK;

/*
 * cargo's resolve_registry_index: `file:` URLs without a slash are relative to `directory`, an
 * absolute path; passwords are refused.
 */
struct err *index_url_resolve(struct arena *arena, struct str text, struct str directory,
                              struct index_url *out) MUST_CHECK;

/*
 * cargo's CanonicalUrl. Fails for URLs such as mailto:x, that cannot have a path. Since 1.96, a
 * `sparse+` URL keeps the case of github.com paths and `.git` (CVE-2026-5222).
 */
struct err *index_url_canonical(struct arena *arena, const struct index_url *url,
                                struct str *out) MUST_CHECK;

/* The same as cargo 1.95 made it: what any cargo takes for one index is equal here. */
struct err *index_url_folded(struct arena *arena, const struct index_url *url,
                             struct str *out) MUST_CHECK;

/* A URL as it may be shown, before or after it was parsed: user name and password become `…`,
 * except for the user `git`. */
struct str index_url_shown(struct arena *arena, struct str text);

/* "sparse+https://...": an index over HTTP instead of git. */
bool index_url_is_sparse(const struct index_url *url);

#endif
