#include "service.h"

#include "person.h"

#include <unistd.h>

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
    if (!name || error->domain == SECRET_ERROR) /* ask() can create it */
        return err_new(arena, "%s", error->message);
    return err_new(arena, "%s (%s)", error->message, name);
}

struct err *service_error(struct arena *arena, GError *taken)
{
    g_autoptr(GError) error = taken;
    struct err *words = error_words(arena, error);
    for (size_t i = 0; i < COUNT(meanings); i++)
        if (error->domain == meanings[i].domain() && error->code >= meanings[i].first &&
            error->code <= meanings[i].last)
            return err_wrap(arena, words, "%s", meanings[i].advice);
    return words;
}

static bool set_address(struct arena *arena)
{
    const char *address = getenv("DBUS_SESSION_BUS_ADDRESS");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (address && *address)
        return true;
    struct str path = str_format(arena, "%s/bus", runtime ? runtime : "");
    if (!runtime || *runtime != '/' || access(path.data, F_OK) != 0)
        return false;
    g_autofree char *escaped = g_dbus_address_escape_value(path.data);
    return setenv("DBUS_SESSION_BUS_ADDRESS", str_format(arena, "unix:path=%s", escaped).data, 1) ==
           0;
}

struct err *service_connect(struct arena *arena, bool launch, GDBusConnection **out, bool *none)
{
    const char *display = getenv("DISPLAY");
    g_autoptr(GError) error = NULL;
    bool has_address = set_address(arena);
    if (!has_address && !(launch && display && *display)) {
        *none = true;
        return err_new(arena, NO_BUS);
    }
    GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, &error);
    if (!bus) {
        *none = !has_address || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
                g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
                g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
        return err_wrap(arena, error_words(arena, error), "%s", *none ? NO_BUS : REFUSED);
    }
    /* by default, GLib kills the process when the bus disconnects, before it has answered */
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    *out = bus;
    return NULL;
}

struct err *service_exists(struct arena *arena, GDBusConnection *bus, bool *out)
{
    static const char *const methods[] = {"ListNames", "ListActivatableNames"};
    bool found = false;
    for (size_t i = 0; i < COUNT(methods); i++) {
        GError *error = NULL;
        g_autofree const char **names = NULL;
        g_autoptr(GVariant) answer = g_dbus_connection_call_sync(
            bus, BUS_NAME, BUS_PATH, BUS_NAME, methods[i], NULL, G_VARIANT_TYPE("(as)"),
            G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, &error);
        if (!answer)
            return service_error(arena, error);
        g_variant_get(answer, "(^a&s)", &names);
        found |= g_strv_contains(names, SECRETS_NAME);
    }
    *out = found;
    return NULL;
}

/* SECRET_BACKEND_EXTENSION_POINT_NAME, from a header of libsecret that cannot be included */
#define TYPE_NAME               "CargoSecretService"
#define BACKEND_EXTENSION_POINT "secret-backend"
#define ABOVE_THE_BUILT_IN      1 /* libsecret registers its own with priority 0 */

static void on_asked(GObject *prompt, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    GVariant *answer = secret_prompt_perform_finish(SECRET_PROMPT(prompt), result, &error);
    /* a service returns the path `/` if a person refused to create an item, and libsecret would
     * treat it as the path of the new item */
    if (answer && g_variant_is_of_type(answer, G_VARIANT_TYPE_OBJECT_PATH) &&
        g_str_equal(g_variant_get_string(answer, NULL), "/")) {
        g_variant_unref(answer);
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the request was declined");
    } else if (answer) {
        g_task_return_pointer(task, answer, (GDestroyNotify)g_variant_unref);
    } else if (error) {
        g_task_return_error(task, error);
    } else { /* libsecret's own code treats this as an error too, and then waits forever */
        g_task_return_new_error(task, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY,
                                "it exited while it asked a person");
    }
}

/* libsecret calls only the asynchronous functions, even from its synchronous ones. */
static void ask(SecretService *self, SecretPrompt *prompt, const GVariantType *return_type,
                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, cancellable, callback, user_data);
    if (person_can_answer()) {
        secret_prompt_perform(prompt, NULL, return_type, cancellable, on_asked,
                              g_steal_pointer(&task));
        return;
    }
    g_task_return_new_error(
        task, SECRET_ERROR, SECRET_ERROR_IS_LOCKED,
        "the keyring needs its password, and there is neither a terminal nor a display to "
        "ask for it");
}

static GVariant *finish(SecretService *self, GAsyncResult *result, GError **error)
{
    (void)self;
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* Removes GLib's limit of 25 seconds, which is too short for a person to find and type a password.
 */
static void wait_long(GObject *object)
{
    G_OBJECT_CLASS(g_type_class_peek(SECRET_TYPE_SERVICE))->constructed(object);
    g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(object), G_MAXINT);
}

static void class_init(gpointer class, gpointer data)
{
    SecretServiceClass *service = class;
    (void)data;
    G_OBJECT_CLASS(class)->constructed = wait_long;
    service->prompt_async = ask;
    service->prompt_finish = finish;
}

void service_take_over(void)
{
    if (g_type_from_name(TYPE_NAME) != 0)
        return;
    GType type =
        g_type_register_static_simple(SECRET_TYPE_SERVICE, TYPE_NAME, sizeof(SecretServiceClass),
                                      class_init, sizeof(SecretService), NULL, 0);
    /* Uses libsecret's own name, so that SECRET_BACKEND and sandboxes choose among backends as
     * before. */
    g_io_extension_point_implement(BACKEND_EXTENSION_POINT, type, "service", ABOVE_THE_BUILT_IN);
}

SecretService *service_new(GError **error)
{
    service_take_over();
    return g_initable_new(g_type_from_name(TYPE_NAME), NULL, error, NULL);
}
