/*
 * Overwrites the memory of libraries that contains the token: libcurl builds the request from it,
 * and jansson parses it. Both allocate through this module, which overwrites the memory when they
 * free it.
 *
 * Call wiping_init() once, before any other function of these libraries. OpenSSL does not need
 * this, because it encrypts in place what it sends.
 */
#ifndef REVOKE_WIPING_H
#define REVOKE_WIPING_H

void wiping_init(void);

#endif
