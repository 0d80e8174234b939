/*
 * What cargo's configuration says about the network, as far as a request to a registry's API needs
 * it: [http], [net] and their variables. The proxy variables that are not cargo's (`https_proxy`
 * and others) are read by the revoke helper.
 */
#ifndef CONFIG_NETWORK_H
#define CONFIG_NETWORK_H

#include "config/config.h"

/* Empty strings and NULL: not set. */
struct network {
    struct str proxy;
    struct str cainfo; /* an absolute path */
    struct str user_agent;
    struct str ssl_min; /* `tlsv1.2`, never `default` */
    struct str ssl_max;
    const uint64_t *timeout; /* seconds */
    const bool *check_revoke;
    uint64_t retry;
};

/* The settings seen in a view: here, or without the project. cargo: http_handle,
 * configure_http_handle. */
struct err *network_settings(struct config *config, struct view view,
                             struct network *out) MUST_CHECK;

/* An err if the network must not be used: `option` is --offline or --frozen or NULL; net.offline
 * counts wherever it is set. */
struct err *network_allowed(struct config *config, const char *option) MUST_CHECK;

/*
 * A setting by which a project would decide how a request is made or to whom it is shown: proxy,
 * cainfo, proxy-cainfo, ssl-version and check-revoke of [http]. false: there is none.
 */
bool network_untrusted(struct config *config, struct setting *out);

#endif
