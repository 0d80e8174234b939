/*
 * libsecret's access to the Secret Service, with another way to take questions to a person and
 * without GLib's time limit for a call.
 *
 * The Secret Service answers some calls with "ask the person first", and libsecret then waits as
 * long as that takes. libsecret 0.20 also waits forever if the service exits meanwhile, and it
 * takes
 * "/" for the path of a new item, which is what a service answers when the person says no.
 * libsecret has no setting for any of this, but it lets a program register a backend. Ours is a
 * subclass of its own. If a libsecret does not accept it, the deadline still ends the wait.
 */
#ifndef LIBSECRET_SERVICE_H
#define LIBSECRET_SERVICE_H

#include <gio/gio.h>

#include <stdbool.h>

/* Before the first call into libsecret, once. Without `can_ask` a question fails at once, as
 * locked. */
void service_take_over(bool can_ask);

/* A SecretService of this kind; libsecret keeps its own to itself. */
void *service_new(GError **error);

#endif
