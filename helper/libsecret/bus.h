/*
 * Connects to the D-Bus session bus, and finds out what it knows about a Secret Service without
 * starting or asking one.
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

#define SECRETS_NAME "org.freedesktop.secrets"
#define SECRETS_PATH "/org/freedesktop/secrets"

/* Sets `none` with an error that means that there is no session bus, not that a bus rejects us. */
struct err *bus_open(struct arena *arena, bool launch, GDBusConnection **out,
                     bool *none) MUST_CHECK;

/* Sets `out` to whether a Secret Service runs or the bus can start one. */
struct err *bus_has_service(struct arena *arena, GDBusConnection *bus, bool *out) MUST_CHECK;

/* Calls a method that has an answer. It has no time limit of its own; deadline.h has one. The
 * caller releases `out`. */
struct err *bus_call(struct arena *arena, GDBusConnection *bus, const char *name, const char *path,
                     const char *interface, const char *method, GVariant *arguments,
                     const char *answer_type, GVariant **out) MUST_CHECK;

/* Reads a property of an object of the Secret Service. The caller releases `out`. */
struct err *bus_property(struct arena *arena, GDBusConnection *bus, const char *path,
                         const char *interface, const char *property, const char *type,
                         GVariant **out) MUST_CHECK;

/* Converts an error of GLib or libsecret. Releases `taken`. */
struct err *bus_error(struct arena *arena, GError *taken) __attribute__((returns_nonnull));

#endif
