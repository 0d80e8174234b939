#include <libsecret/secret.h>

#include "prompt.h"

/* SECRET_BACKEND_EXTENSION_POINT_NAME, of a header of libsecret's that cannot be included */
#define BACKEND_EXTENSION_POINT "secret-backend"
#define ABOVE_THE_BUILT_IN      1 /* libsecret registers its own with priority 0 */

static GError *refusal(void)
{
    return g_error_new_literal(SECRET_ERROR, SECRET_ERROR_IS_LOCKED,
                               "the keyring's password would have to be asked for, and there is "
                               "neither a terminal nor a display to ask at");
}

static GVariant *refuse_sync(SecretService *self, SecretPrompt *prompt, GCancellable *cancellable,
                             const GVariantType *return_type, GError **error)
{
    (void)self;
    (void)prompt;
    (void)cancellable;
    (void)return_type;
    g_propagate_error(error, refusal());
    return NULL;
}

static void refuse_async(SecretService *self, SecretPrompt *prompt, const GVariantType *return_type,
                         GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data)
{
    (void)prompt;
    (void)return_type;
    GTask *task = g_task_new(self, cancellable, callback, user_data);
    g_task_return_error(task, refusal());
    g_object_unref(task);
}

static GVariant *refuse_finish(SecretService *self, GAsyncResult *result, GError **error)
{
    (void)self;
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void service_class_init(gpointer class, gpointer data)
{
    (void)data;
    SecretServiceClass *service = class;
    service->prompt_sync = refuse_sync;
    service->prompt_async = refuse_async;
    service->prompt_finish = refuse_finish;
}

void prompts_refuse(void)
{
    /* The name is libsecret's: SECRET_BACKEND and sandboxes choose among backends as ever. */
    g_type_ensure(SECRET_TYPE_SERVICE);
    GType type = g_type_register_static_simple(SECRET_TYPE_SERVICE, "CargoUnattendedService",
                                               sizeof(SecretServiceClass), service_class_init,
                                               sizeof(SecretService), NULL, 0);
    g_io_extension_point_implement(BACKEND_EXTENSION_POINT, type, "service", ABOVE_THE_BUILT_IN);
}
