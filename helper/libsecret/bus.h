/*
 * The D-Bus session bus, and what can be learned there without starting or asking a Secret Service.
 *
 * bus_open() uses DBUS_SESSION_BUS_ADDRESS, else $XDG_RUNTIME_DIR/bus. If neither exists and there
 * is a display, `launch` lets GLib start a bus, as it does for cargo's own provider. Without
 * `launch` nothing is started and no directory is created.
 *
 * Each error says what is wrong and what to do about it; GLib's words are its cause.
 */
#ifndef LIBSECRET_BUS_H
#define LIBSECRET_BUS_H

#include <gio/gio.h>

#include "util/base.h"

#define SECRETS_NAME "org.freedesktop.secrets"
#define SECRETS_PATH "/org/freedesktop/secrets"

/* `none`: the error means that there is no session bus at all, not that one refuses us. */
struct err *bus_open(struct arena *arena, bool launch, GDBusConnection **out,
                     bool *none) MUST_CHECK;

/* A Secret Service runs, or the bus can start one. */
struct err *bus_has_service(struct arena *arena, GDBusConnection *bus, bool *out) MUST_CHECK;

/* Calls a method that has an answer. Waits without a limit of its own: the deadline is the limit.
 * The caller releases `out`. */
struct err *bus_call(struct arena *arena, GDBusConnection *bus, const char *name, const char *path,
                     const char *interface, const char *method, GVariant *arguments,
                     const char *answer_type, GVariant **out) MUST_CHECK;

/* A property of an object of the Secret Service; the caller releases `out`. */
struct err *bus_property(struct arena *arena, GDBusConnection *bus, const char *path,
                         const char *interface, const char *property, const char *type,
                         GVariant **out) MUST_CHECK;

/* A call of GLib or libsecret that failed, as an error of ours. Takes the error over. */
struct err *bus_error(struct arena *arena, GError *taken) __attribute__((returns_nonnull));

#endif
