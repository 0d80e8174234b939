/*
 * Connects to the Secret Service.
 *
 * service_connect() connects to the session bus: DBUS_SESSION_BUS_ADDRESS, else
 * $XDG_RUNTIME_DIR/bus. If neither exists and there is a display, `launch` lets GLib start a bus,
 * as it does for cargo's own provider. Without `launch`, it starts nothing and creates no
 * directory.
 *
 * service_take_over() replaces libsecret's access to the service, to handle questions to a person
 * differently and to remove GLib's time limit for a call. The Secret Service answers some calls
 * with "ask the person first", and libsecret then waits for the person without a limit. libsecret
 * 0.20 also waits forever if the service exits meanwhile. When the person says no, the service
 * returns
 * `/`, and libsecret treats that as the path of a new item. libsecret has no setting for any of
 * this, but it lets a program register a backend. Our backend is a subclass of libsecret's. If a
 * libsecret does not accept it, the deadline still ends the wait.
 *
 * Each error describes the problem and what to do about it. GLib's message is its cause.
 */
#ifndef LIBSECRET_SERVICE_H
#define LIBSECRET_SERVICE_H

#include <libsecret/secret.h>

#include "util/base.h"

/* An unlocked keyring also locks an item for a program to which the person denied access. */
#define KEYRING_LOCKED_ERROR                                                                       \
    "the keyring is locked, or access to the item was denied; unlock it or allow the access, "     \
    "then try again"

/* Sets `none` with an error that means that there is no session bus, not that a bus rejects us. */
struct err *service_connect(struct arena *arena, bool launch, GDBusConnection **out,
                            bool *none) MUST_CHECK;

/* Sets `out` to whether a Secret Service runs or the bus can start one. It does not start one. */
struct err *service_exists(struct arena *arena, GDBusConnection *bus, bool *out) MUST_CHECK;

/* Call it before the first call of libsecret. Later calls change nothing. If no person can answer,
 * a question fails at once and the item counts as locked. */
void service_take_over(void);

/* Returns a new SecretService of our subclass, because libsecret does not hand out its own. */
SecretService *service_new(GError **error);

/* Converts an error of GLib or libsecret. Releases `taken`. */
struct err *service_error(struct arena *arena, GError *taken) __attribute__((returns_nonnull));

#endif
