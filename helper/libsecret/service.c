#include "service.h"

#include "person.h"

/* SECRET_BACKEND_EXTENSION_POINT_NAME, from a header of libsecret that cannot be included */
#define TYPE_NAME               "CargoSecretService"
#define BACKEND_EXTENSION_POINT "secret-backend"
#define ABOVE_THE_BUILT_IN      1 /* libsecret registers its own with priority 0 */

/* Returns true for the path `/`, which a service returns if a person refused to create an item.
 * libsecret would treat it as the path of the new item. */
static bool is_no_path(GVariant *answer)
{
    return g_variant_is_of_type(answer, G_VARIANT_TYPE_OBJECT_PATH) &&
           g_str_equal(g_variant_get_string(answer, NULL), "/");
}

static void on_asked(GObject *prompt, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    GVariant *answer = secret_prompt_perform_finish(SECRET_PROMPT(prompt), result, &error);
    if (answer && is_no_path(answer)) {
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
    if (g_type_from_name(TYPE_NAME) != 0) {
        return;
    }
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
