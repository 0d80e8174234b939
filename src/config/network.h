/*
 * Reads the network settings that a request to a registry's API needs: [http], [net] and their
 * variables. The revoke helper reads the proxy variables that are not cargo's, such as
 * `https_proxy`.
 */
#ifndef CONFIG_NETWORK_H
#define CONFIG_NETWORK_H

#include "config/config.h"

/* An empty string (its data can be NULL) or a NULL pointer means that the setting is not set. */
struct network {
    struct str proxy;
    struct str cainfo; /* an absolute path */
    struct str user_agent;
    struct str ssl_min; /* `tlsv1.2`, never `default` */
    struct str ssl_max;
    const uint64_t *timeout; /* seconds */
    uint64_t retry;          /* net.retry */
};

/* Reads the settings of a view. cargo: http_handle, configure_http_handle. */
struct err *network_settings(struct config *config, struct view view,
                             struct network *out) MUST_CHECK;

/* Returns an err if the network must not be used. `option` is --offline, --frozen or NULL. A
 * project's net.offline is respected too. */
struct err *network_allowed(struct config *config, const char *option) MUST_CHECK;

/*
 * Finds a project's setting that would decide how a request is sent or who can read it: proxy,
 * cainfo, proxy-cainfo, ssl-version or check-revoke of [http]. Returns false if there is none.
 */
bool network_untrusted(struct config *config, struct setting *out);

#endif
