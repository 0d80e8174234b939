/*
 * What cargo's configuration says of the network, as far as a request to a registry's API needs it:
 * [http], [net] and their variables. The proxy variables that are not cargo's (`https_proxy` and
 * its like) are for whoever makes the request.
 */
#ifndef CONFIG_NETWORK_H
#define CONFIG_NETWORK_H

#include "config/context.h"

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

/* Fails with cargo's words where a setting is wrong, and where --offline (`offline`), --frozen or
 * net.offline forbid the network. cargo: http_handle, configure_http_handle. */
struct err *network_settings(struct context *context, const char *offline,
                             struct network *out) MUST_CHECK;

#endif
