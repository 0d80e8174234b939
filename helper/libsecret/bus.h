/*
 * Connects to the D-Bus session bus, and finds out whether there is a Secret Service without
 * starting one.
 *
 * bus_open() uses DBUS_SESSION_BUS_ADDRESS, else $XDG_RUNTIME_DIR/bus. If neither exists and there
 * is a display, `launch` lets GLib start a bus, as it does for cargo's own provider. Without
 * `launch`, it starts nothing and creates no directory.
 *
 * Each error describes the problem and what to do about it. GLib's message is its cause.
 */
#ifndef LIBSECRET_BUS_H
#define LIBSECRET_BUS_H

#include <gio/gio.h>

#include "util/base.h"

/* An unlocked keyring also locks an item for a program to which the person denied access. */
#define KEYRING_LOCKED_ERROR                                                                       \
    "the keyring is locked, or access to the item was denied; unlock it or allow the access, "     \
    "then "                                                                                        \
    "try again"

/* Sets `none` with an error that means that there is no session bus, not that a bus rejects us. */
struct err *bus_open(struct arena *arena, bool launch, GDBusConnection **out,
                     bool *none) MUST_CHECK;

/* Sets `out` to whether a Secret Service runs or the bus can start one. */
struct err *bus_has_service(struct arena *arena, GDBusConnection *bus, bool *out) MUST_CHECK;

/* Converts an error of GLib or libsecret. Releases `taken`. */
struct err *bus_error(struct arena *arena, GError *taken) __attribute__((returns_nonnull));

#endif
