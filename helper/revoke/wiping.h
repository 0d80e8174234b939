/*
 * Memory of libraries that hold the token for a while: libcurl builds the request from it, jansson
 * reads it. Both allocate here, and their memory is overwritten when they give it back.
 *
 * wiping_init() is called once, before any other function of theirs. OpenSSL needs none of this: it
 * encrypts what it sends in place.
 */
#ifndef REVOKE_WIPING_H
#define REVOKE_WIPING_H

void wiping_init(void);

#endif
