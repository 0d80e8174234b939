/*
 * Memory of libraries that hold the token for a while: libcurl builds the request out of it,
 * jansson reads it. Both take their memory from here, and it is overwritten when they give it back.
 *
 * wiping_init() once, before anything else of theirs is called. OpenSSL needs none of it: it
 * encrypts what it sends where it lies.
 */
#ifndef REVOKE_WIPING_H
#define REVOKE_WIPING_H

void wiping_init(void);

#endif
