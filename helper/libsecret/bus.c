#include "bus.h"

#include <libsecret/secret.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define NO_BUS   "there is no D-Bus session bus"

static bool is_service_missing(const GError *error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);
}

static bool is_start_failure(const GError *error)
{
    return error->domain == G_DBUS_ERROR && error->code >= G_DBUS_ERROR_SPAWN_EXEC_FAILED &&
           error->code <= G_DBUS_ERROR_SPAWN_NO_MEMORY;
}

static bool is_service_gone(const GError *error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

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
    if (g_error_matches(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) {
        return err_wrap(arena, words, "the keyring is locked; unlock it, then try again");
    }
    if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED)) {
        return err_wrap(arena, words,
                        "access to the Secret Service (" SECRETS_NAME
                        ") was denied; allow it in the "
                        "keyring's settings or in the policy of the bus, then try again");
    }
    if (is_service_missing(error)) {
        return err_wrap(arena, words,
                        "no Secret Service (" SECRETS_NAME ") is on the D-Bus session bus; start a "
                        "keyring such as GNOME Keyring, KWallet or KeePassXC, then try again");
    }
    if (is_start_failure(error)) {
        return err_wrap(arena, words,
                        "the Secret Service (" SECRETS_NAME ") could not be started by the D-Bus "
                        "session bus; start the keyring, then try again");
    }
    if (is_service_gone(error)) {
        return err_wrap(arena, words,
                        "the Secret Service exited or disconnected before it answered; try again");
    }
    return words;
}

/* The path of the first address in the list if it is a socket with a path, or else NULL. */
static char *socket_path(const char *address)
{
    static const char prefix[] = "unix:path=";
    if (!address || strncmp(address, prefix, strlen(prefix)) != 0) {
        return NULL;
    }
    const char *value = address + strlen(prefix);
    g_autofree char *escaped = g_strndup(value, strcspn(value, ",;"));
    return g_uri_unescape_string(escaped, NULL);
}

/* Finds the owner of the file or, if we cannot see it, of the nearest directory above it that we
 * can see. Only user 1000 can enter the directory of /run/user/1000/bus. */
static bool is_of_another_user(const char *path, uid_t *owner)
{
    struct stat file;
    g_autofree char *at = g_strdup(path);
    while (stat(at, &file) < 0) {
        if (errno != EACCES) {
            return false;
        }
        char *above = g_path_get_dirname(at);
        g_free(at);
        at = above;
    }
    *owner = file.st_uid;
    return file.st_uid != geteuid();
}

static struct err *connection_error(struct arena *arena, const char *address, GError *taken,
                                    bool *none)
{
    g_autoptr(GError) error = taken;
    g_autofree char *path = socket_path(address);
    uid_t owner;
    struct err *words = error_words(arena, error);
    *none = !address || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
            g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
            g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    if (*none) {
        return err_wrap(arena, words, NO_BUS "; run this in your desktop session");
    }
    if (path && is_of_another_user(path, &owner)) {
        return err_wrap(
            arena, words,
            "the D-Bus session bus belongs to another user (user ID %lu); run this as that user",
            (unsigned long)owner);
    }
    return err_wrap(arena, words,
                    "the D-Bus session bus does not accept the connection; check "
                    "DBUS_SESSION_BUS_ADDRESS and the permissions of the socket");
}

/* Under cron and sudo, the desktop's bus can exist although no variable has its address. */
static struct err *no_address(struct arena *arena)
{
    struct str usual = str_format(arena, "/run/user/%lu/bus", (unsigned long)geteuid());
    if (access(usual.data, R_OK | W_OK) == 0) {
        return err_new(arena,
                       NO_BUS " in this environment; set DBUS_SESSION_BUS_ADDRESS=unix:path=%s",
                       usual.data);
    }
    return err_new(arena, NO_BUS "; run this in your desktop session");
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
        return no_address(arena);
    }
    GError *error = NULL;
    GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, &error);
    if (!bus) {
        return connection_error(arena, getenv("DBUS_SESSION_BUS_ADDRESS"), error, none);
    }
    /* by default, GLib kills the process when the bus disconnects, before it has answered */
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    *out = bus;
    return NULL;
}

struct err *bus_call(struct arena *arena, GDBusConnection *bus, const char *name, const char *path,
                     const char *interface, const char *method, GVariant *arguments,
                     const char *answer_type, GVariant **out)
{
    GError *error = NULL;
    *out = g_dbus_connection_call_sync(bus, name, path, interface, method, arguments,
                                       G_VARIANT_TYPE(answer_type), G_DBUS_CALL_FLAGS_NONE,
                                       G_MAXINT, NULL, &error);
    return *out ? NULL : bus_error(arena, error);
}

struct err *bus_property(struct arena *arena, GDBusConnection *bus, const char *path,
                         const char *interface, const char *property, const char *type,
                         GVariant **out)
{
    g_autoptr(GVariant) answer = NULL;
    g_autoptr(GVariant) value = NULL;
    TRY(bus_call(arena, bus, SECRETS_NAME, path, "org.freedesktop.DBus.Properties", "Get",
                 g_variant_new("(ss)", interface, property), "(v)", &answer));
    g_variant_get(answer, "(v)", &value);
    if (!g_variant_is_of_type(value, G_VARIANT_TYPE(type))) {
        return err_new(arena, "the Secret Service answered with a `%s` of the wrong type",
                       property);
    }
    *out = g_steal_pointer(&value);
    return NULL;
}

struct err *bus_has_service(struct arena *arena, GDBusConnection *bus, bool *out)
{
    g_autoptr(GVariant) owned = NULL;
    g_autoptr(GVariant) startable = NULL;
    gboolean has_owner = FALSE;
    TRY(bus_call(arena, bus, BUS_NAME, BUS_PATH, BUS_NAME, "NameHasOwner",
                 g_variant_new("(s)", SECRETS_NAME), "(b)", &owned));
    g_variant_get(owned, "(b)", &has_owner);
    TRY(bus_call(arena, bus, BUS_NAME, BUS_PATH, BUS_NAME, "ListActivatableNames", NULL, "(as)",
                 &startable));
    g_autofree const char **names = NULL;
    g_variant_get(startable, "(^a&s)", &names);
    *out = has_owner || g_strv_contains(names, SECRETS_NAME);
    return NULL;
}
