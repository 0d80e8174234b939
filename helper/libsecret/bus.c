#include "bus.h"

#include <libsecret/secret.h>

#include <sys/stat.h>

#define SECRETS_NAME "org.freedesktop.secrets"
#define BUS_NAME     "org.freedesktop.DBus"
#define BUS_PATH     "/org/freedesktop/DBus"
#define NO_BUS       "there is no D-Bus session bus; run this in your desktop session"

#define REFUSED                                                                                    \
    "the D-Bus session bus does not accept the connection; if it belongs to another user, run "    \
    "this as that user; otherwise check DBUS_SESSION_BUS_ADDRESS and the permissions of the "      \
    "socket"
#define DENIED                                                                                     \
    "access to the Secret Service (" SECRETS_NAME ") was denied; allow it in the keyring's "       \
    "settings or in the policy of the bus, then try again"
#define MISSING                                                                                    \
    "no Secret Service (" SECRETS_NAME ") is on the D-Bus session bus; start a keyring such as "   \
    "GNOME Keyring, KWallet or KeePassXC, then try again"
#define NOT_STARTED                                                                                \
    "the Secret Service (" SECRETS_NAME ") could not be started by the D-Bus session bus; start "  \
    "the keyring, then try again"
#define GONE "the Secret Service exited or disconnected before it answered; try again"

/* What errors mean for a person, and what to do about them. */
static const struct {
    GQuark (*domain)(void);
    int first; /* a range of codes */
    int last;
    const char *advice;
} meanings[] = {
    {secret_error_get_quark, SECRET_ERROR_IS_LOCKED, SECRET_ERROR_IS_LOCKED, KEYRING_LOCKED_ERROR},
    {g_dbus_error_quark, G_DBUS_ERROR_ACCESS_DENIED, G_DBUS_ERROR_ACCESS_DENIED, DENIED},
    {g_dbus_error_quark, G_DBUS_ERROR_SERVICE_UNKNOWN, G_DBUS_ERROR_NAME_HAS_NO_OWNER, MISSING},
    {g_dbus_error_quark, G_DBUS_ERROR_SPAWN_EXEC_FAILED, G_DBUS_ERROR_SPAWN_NO_MEMORY, NOT_STARTED},
    {g_dbus_error_quark, G_DBUS_ERROR_NO_REPLY, G_DBUS_ERROR_NO_REPLY, GONE},
    {g_dbus_error_quark, G_DBUS_ERROR_DISCONNECTED, G_DBUS_ERROR_DISCONNECTED, GONE},
    {g_dbus_error_quark, G_DBUS_ERROR_TIMEOUT, G_DBUS_ERROR_TIMEOUT, GONE},
    {g_io_error_quark, G_IO_ERROR_CLOSED, G_IO_ERROR_CLOSED, GONE},
    {g_io_error_quark, G_IO_ERROR_BROKEN_PIPE, G_IO_ERROR_BROKEN_PIPE, GONE},
    {g_io_error_quark, G_IO_ERROR_TIMED_OUT, G_IO_ERROR_TIMED_OUT, GONE},
};

/* The message and the name of the error, because some services write only "failed" as the message.
 */
static struct err *error_words(struct arena *arena, GError *error)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    (void)g_dbus_error_strip_remote_error(error);
    if (!name || error->domain == SECRET_ERROR) { /* service.c can create it */
        return err_new(arena, "%s", error->message);
    }
    return err_new(arena, "%s (%s)", error->message, name);
}

struct err *bus_error(struct arena *arena, GError *taken)
{
    g_autoptr(GError) error = taken;
    struct err *words = error_words(arena, error);
    for (size_t i = 0; i < COUNT(meanings); i++) {
        if (error->domain == meanings[i].domain() && error->code >= meanings[i].first &&
            error->code <= meanings[i].last) {
            return err_wrap(arena, words, "%s", meanings[i].advice);
        }
    }
    return words;
}

/* Sets `none` if there can be no bus. */
static struct err *connection_error(struct arena *arena, GError *taken, bool *none)
{
    g_autoptr(GError) error = taken;
    const char *address = getenv("DBUS_SESSION_BUS_ADDRESS");
    *none = !address || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
            g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
            g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    return err_wrap(arena, error_words(arena, error), "%s", *none ? NO_BUS : REFUSED);
}

static bool set_address(struct arena *arena)
{
    const char *address = getenv("DBUS_SESSION_BUS_ADDRESS");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (address && *address) {
        return true;
    }
    if (!runtime || *runtime != '/') {
        return false;
    }
    struct str path = str_format(arena, "%s/bus", runtime);
    struct stat file;
    if (stat(path.data, &file) < 0 || !S_ISSOCK(file.st_mode)) {
        return false;
    }
    g_autofree char *escaped = g_dbus_address_escape_value(path.data);
    return setenv("DBUS_SESSION_BUS_ADDRESS", str_format(arena, "unix:path=%s", escaped).data, 1) ==
           0;
}

struct err *bus_open(struct arena *arena, bool launch, GDBusConnection **out, bool *none)
{
    const char *display = getenv("DISPLAY");
    if (!set_address(arena) && !(launch && display && *display)) {
        *none = true;
        return err_new(arena, NO_BUS);
    }
    GError *error = NULL;
    GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, &error);
    if (!bus) {
        return connection_error(arena, error, none);
    }
    /* by default, GLib kills the process when the bus disconnects, before it has answered */
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    *out = bus;
    return NULL;
}

static struct err *call(struct arena *arena, GDBusConnection *bus, const char *method,
                        GVariant *arguments, const char *answer_type, GVariant **out)
{
    GError *error = NULL;
    *out = g_dbus_connection_call_sync(bus, BUS_NAME, BUS_PATH, BUS_NAME, method, arguments,
                                       G_VARIANT_TYPE(answer_type), G_DBUS_CALL_FLAGS_NONE,
                                       G_MAXINT, NULL, &error);
    return *out ? NULL : bus_error(arena, error);
}

struct err *bus_has_service(struct arena *arena, GDBusConnection *bus, bool *out)
{
    g_autoptr(GVariant) owned = NULL;
    g_autoptr(GVariant) startable = NULL;
    gboolean has_owner = FALSE;
    TRY(call(arena, bus, "NameHasOwner", g_variant_new("(s)", SECRETS_NAME), "(b)", &owned));
    g_variant_get(owned, "(b)", &has_owner);
    TRY(call(arena, bus, "ListActivatableNames", NULL, "(as)", &startable));
    g_autofree const char **names = NULL;
    g_variant_get(startable, "(^a&s)", &names);
    *out = has_owner || g_strv_contains(names, SECRETS_NAME);
    return NULL;
}
