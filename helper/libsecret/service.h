/*
 * Replaces libsecret's access to the Secret Service, to handle questions to a person differently
 * and to remove GLib's time limit for a call.
 *
 * The Secret Service answers some calls with "ask the person first", and libsecret then waits for
 * the person without a limit. libsecret 0.20 also waits forever if the service exits meanwhile.
 * When the person says no, the service returns `/`, and libsecret treats that as the path of a new
 * item. libsecret has no setting for any of this, but it lets a program register a backend. Our
 * backend is a subclass of libsecret's. If a libsecret does not accept it, the deadline still ends
 * the wait.
 */
#ifndef LIBSECRET_SERVICE_H
#define LIBSECRET_SERVICE_H

#include <libsecret/secret.h>

/* Call it before the first call of libsecret. Later calls change nothing. If no person can answer,
 * a question fails at once and the item counts as locked. */
void service_take_over(void);

/* Returns a new SecretService of our subclass, because libsecret does not hand out its own. */
SecretService *service_new(GError **error);

#endif
