/*
 * Parses the URL of a registry's index as cargo does: by the rules of the WHATWG, which browsers
 * and Rust's `url` crate follow, not by RFC 3986. `HTTPS://Example.COM:443\a\..\b c` is valid and
 * means https://example.com/b%20c. A URL has three forms:
 *
 *   the user's text       printed in errors
 *   url.text              the serialized form: printed by cargo, sent to credential providers, and
 *                         the key of the token in a keyring
 *   the canonical form    only for comparing URLs; not printed
 *
 *     struct index_url url;
 *     TRY(index_url_resolve(arena, STR("file:my-index"), STR("/home/me/project"), &url));
 *     struct str key;
 *     TRY(index_url_canonical(arena, &url, &key));
 *
 * The functions are pure, except that a host name with a non-ASCII character or an `xn--` label
 * loads libidn2.
 *
 * URLs are UTF-8. All results are in the arena.
 */
#ifndef REGISTRY_INDEX_URL_H
#define REGISTRY_INDEX_URL_H

#include "util/base.h"

struct index_url {
    struct str text;
    size_t scheme_end; /* offset of the colon */
    struct span host;  /* empty: no host */
    struct span path;
    bool has_password;
};

/* cargo: IntoUrl. The error is one layer: "invalid url `foo`: relative URL without a base". */
struct err *index_url_parse(struct arena *arena, struct str text, struct index_url *out) MUST_CHECK;

/*
 * cargo: resolve_registry_index. `file:` URLs without a slash are relative to `directory`, which is
 * an absolute path. A password is an error.
 */
struct err *index_url_resolve(struct arena *arena, struct str text, struct str directory,
                              struct index_url *out) MUST_CHECK;

/*
 * cargo: CanonicalUrl. Fails for URLs that cannot have a path, such as mailto:x. As in cargo since
 * 1.96, a `sparse+` URL keeps the case of github.com paths and `.git` (CVE-2026-5222).
 */
struct err *index_url_canonical(struct arena *arena, const struct index_url *url,
                                struct str *out) MUST_CHECK;

/* The canonical form of cargo 1.95. If any cargo treats two URLs as one index, these forms are
 * equal. */
struct err *index_url_folded(struct arena *arena, const struct index_url *url,
                             struct str *out) MUST_CHECK;

/* Returns a URL, parsed or not, as it can be printed: user name and password become `…`, except the
 * user name `git`. */
struct str index_url_shown(struct arena *arena, struct str text);

/* Returns true for "sparse+https://...", an index over HTTP instead of git. */
bool index_url_is_sparse(const struct index_url *url);

#endif
