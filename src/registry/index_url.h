/*
 * Parses the URL of a registry's index and compares indexes. cargo uses the WHATWG's rules (Rust's
 * `url` crate). This is the part of them that index URLs need: `HTTPS://Example.COM:443/a/../b c`
 * means https://example.com/b%20c. URLs with a query, a fragment, a backslash, a control character
 * or a percent-encoded domain name are an error, and so are URLs like `foo:/p`.
 *
 *     struct index_url url;
 *     TRY(index_url_resolve(arena, STR("file:my-index"), STR("/home/me/project"), &url));
 *
 * A host name with a non-ASCII character or an `xn--` label loads libidn2. URLs are UTF-8. All
 * results are in the arena.
 */
#ifndef REGISTRY_INDEX_URL_H
#define REGISTRY_INDEX_URL_H

#include "util/base.h"

struct index_url {
    struct str text; /* what cargo prints and sends to providers, and the key in a keyring */
    struct str host;
    bool is_sparse; /* `sparse+https://...`, an index over HTTP instead of git */
    bool has_password;

    /* Equal for URLs of one index (cargo: CanonicalUrl). Since 1.96, a sparse URL keeps the case of
     * github.com paths and `.git` (CVE-2026-5222). `folded` is cargo 1.95's: if any cargo treats
     * two URLs as one index, it is equal. */
    struct str canonical;
    struct str folded;
};

/* The error is one layer: "invalid url `foo`: relative URL without a base". */
struct err *index_url_parse(struct arena *arena, struct str text, struct index_url *out) MUST_CHECK;

/* cargo: resolve_registry_index. `file:` URLs without a slash are relative to `directory`, which is
 * an absolute path. A password is an error. */
struct err *index_url_resolve(struct arena *arena, struct str text, struct str directory,
                              struct index_url *out) MUST_CHECK;

/* Returns a URL, valid or not, as it can be printed: user name and password become `…`, except the
 * user name `git`. */
struct str index_url_shown(struct arena *arena, struct str text);

#endif
