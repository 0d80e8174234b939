#include <libsecret/secret.h>

#include "bus.h"
#include "keyring.h"
#include "protocol.h"
#include "service.h"

/* A list of SecretRetrievable, for the cleanup attribute. */
static void items_release(GList **items)
{
    g_list_free_full(*items, g_object_unref);
}

static const SecretSchema cargo_schema = {
    .name = CARGO_SCHEMA,
    .flags = SECRET_SCHEMA_NONE,
    .attributes = {{"url", SECRET_SCHEMA_ATTRIBUTE_STRING}},
};

struct err *keyring_open(struct keyring *keyring, bool can_ask)
{
    GDBusConnection *bus = NULL;
    bool none;
    if (!keyring->taken_over) {
        service_take_over(can_ask);
        keyring->taken_over = true;
    }
    if (keyring->bus || keyring_is_file()) {
        return NULL;
    }
    TRY(bus_open(keyring->arena, true, &bus, &none));
    keyring->bus = bus;
    return NULL;
}

void keyring_close(struct keyring *keyring)
{
    g_clear_object(&keyring->bus);
}

bool keyring_is_file(void)
{
    const char *backend = getenv("SECRET_BACKEND");
    return backend && strcmp(backend, "file") == 0;
}

static struct err *items_search(const struct keyring *keyring, struct str url, GList **out)
{
    GError *error = NULL;
    GList *items = secret_password_search_sync(&cargo_schema, SECRET_SEARCH_ALL, NULL, &error,
                                               "url", url.data, NULL);
    if (error) {
        return bus_error(keyring->arena, error);
    }
    *out = items;
    return NULL;
}

/* Of the Secret Service; those of libsecret's file backend can be neither locked nor deleted. */
static bool is_item(gpointer item)
{
    return g_type_is_a(G_OBJECT_TYPE(item), SECRET_TYPE_ITEM);
}

static bool is_locked(gpointer item)
{
    return is_item(item) && secret_item_get_locked(item);
}

static size_t count_locked(const GList *items)
{
    size_t count = 0;
    for (; items; items = items->next) {
        count += is_locked(items->data);
    }
    return count;
}

/*
 * Tries to unlock what is locked, and searches again for the state as it is then. Whether it worked
 * is seen there. `why` is the reason if the service gave one (a person's "no" has none).
 */
static struct err *items_unlock(const struct keyring *keyring, struct str url, GList **items,
                                struct err **why)
{
    GError *error = NULL;
    g_autoptr(GList) locked = NULL;
    for (GList *at = *items; at; at = at->next) {
        if (is_locked(at->data)) {
            locked = g_list_prepend(locked, at->data);
        }
    }
    *why = NULL;
    if (!locked) {
        return NULL;
    }
    SecretService *service = secret_item_get_service(locked->data);
    (void)secret_service_unlock_sync(service, locked, NULL, NULL, &error);
    if (g_error_matches(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) {
        *why = err_new(keyring->arena, "%s", error->message); /* locked_error() says the rest */
        g_error_free(error);
    } else if (error) {
        *why = bus_error(keyring->arena, error);
    }

    GList *again = NULL;
    struct err *blind = items_search(keyring, url, &again);
    if (blind) {
        return *why ? *why : blind;
    }
    items_release(items);
    *items = again;
    return NULL;
}

/* The first item that can be read; cargo takes the first as well. NULL: all are locked. */
static SecretRetrievable *first_unlocked(GList *items)
{
    while (items && is_locked(items->data)) {
        items = items->next;
    }
    return items ? SECRET_RETRIEVABLE(items->data) : NULL;
}

/* A keyring can be open and still lock an item for a program that the person does not allow. */
static bool is_denied(const struct keyring *keyring, gpointer item)
{
    g_autoptr(GVariant) locked = NULL;
    g_autofree char *collection = g_path_get_dirname(g_dbus_proxy_get_object_path(item));
    struct err *err = bus_property(keyring->arena, keyring->bus, collection,
                                   "org.freedesktop.Secret.Collection", "Locked", "b", &locked);
    return !err && !g_variant_get_boolean(locked);
}

/* `items` has at least one that is locked. */
static struct err *locked_error(const struct keyring *keyring, GList *items, const struct err *why)
{
    while (!is_locked(items->data)) {
        items = items->next;
    }
    if (is_denied(keyring, items->data)) {
        return err_wrap(
            keyring->arena, why,
            "the keyring is unlocked, but access to the item was denied; allow it when the "
            "keyring asks, then try again");
    }
    return err_wrap(keyring->arena, why, KEYRING_LOCKED_ERROR);
}

struct err *keyring_get(struct keyring *keyring, struct str url, struct str *token, bool *found)
{
    CLEANUP(items_release) GList *items = NULL;
    struct err *why = NULL;
    TRY(items_search(keyring, url, &items));
    if (items && !first_unlocked(items)) {
        TRY(items_unlock(keyring, url, &items, &why));
    }
    if (!items) {
        *found = false;
        return NULL;
    }
    SecretRetrievable *item = first_unlocked(items);
    if (!item) {
        return locked_error(keyring, items, why);
    }
    GError *error = NULL;
    if (is_item(item)) { /* some services ask the person only now */
        g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(item), G_MAXINT);
    }
    g_autoptr(SecretValue) value = secret_retrievable_retrieve_secret_sync(item, NULL, &error);
    if (error) {
        return bus_error(keyring->arena, error);
    }
    const char *text = secret_value_get_text(value);
    if (!text || !g_utf8_validate(text, -1, NULL)) {
        return err_new(keyring->arena, "what the keyring holds is not text");
    }
    *token = str_copy(keyring->arena, text, strlen(text));
    *found = true;
    return NULL;
}

struct err *keyring_list_file(struct arena *arena, struct buf *out)
{
    GError *error = NULL;
    CLEANUP(items_release)
    GList *items =
        secret_password_search_sync(&cargo_schema, SECRET_SEARCH_ALL, NULL, &error, NULL);
    if (error) {
        return bus_error(arena, error);
    }
    for (const GList *at = items; at; at = at->next) {
        g_autoptr(GHashTable) attributes = secret_retrievable_get_attributes(at->data);
        g_autofree char *label = secret_retrievable_get_label(at->data);
        const char *url = g_hash_table_lookup(attributes, "url");
        if (url) {
            buf_add(out, list_item_line(arena, url, label ? label : "", false));
        }
    }
    return NULL;
}

struct err *keyring_store(struct keyring *keyring, struct str url, struct str label,
                          struct str token)
{
    GError *error = NULL;
    g_autoptr(SecretValue) value = secret_value_new(token.data, (gssize)token.len, "text/plain");
    (void)secret_password_store_binary_sync(&cargo_schema, SECRET_COLLECTION_DEFAULT, label.data,
                                            value, NULL, &error, "url", url.data, NULL);
    return error ? bus_error(keyring->arena, error) : NULL;
}

/* Deletes what is not locked. One failing does not stop the rest; the first failure is told. */
static struct err *items_delete(const struct keyring *keyring, GList *items)
{
    struct err *first = NULL;
    for (; items; items = items->next) {
        GError *error = NULL;
        if (!is_locked(items->data)) {
            (void)secret_item_delete_sync(items->data, NULL, &error);
        }
        if (error) {
            struct err *err = bus_error(keyring->arena, error);
            first = first ? first : err;
        }
    }
    return first;
}

/* The file backend's items have no delete of their own. Its failure is the last word: a search
 * looks at what libsecret has in memory, where they are gone even if the file was not written. */
static struct err *file_clear(const struct keyring *keyring, struct str url)
{
    g_autoptr(GError) error = NULL;
    (void)secret_password_clear_sync(&cargo_schema, NULL, &error, "url", url.data, NULL);
    return error ? err_new(keyring->arena, "%s", error->message) : NULL;
}

struct err *keyring_erase(struct keyring *keyring, struct str url, bool *found)
{
    CLEANUP(items_release) GList *items = NULL;
    CLEANUP(items_release) GList *left = NULL;
    struct err *locked;
    TRY(items_search(keyring, url, &items));
    *found = items != NULL;
    TRY(items_unlock(keyring, url, &items, &locked));
    struct err *failed = NULL;
    if (items && !is_item(items->data)) {
        TRY(file_clear(keyring, url));
    } else {
        failed = items_delete(keyring, items);
    }

    struct err *blind = items_search(keyring, url, &left);
    if (blind) {
        return failed ? failed : blind;
    }
    if (count_locked(left) > 0) {
        return locked_error(keyring, left, locked);
    }
    if (left) {
        return err_wrap(keyring->arena, failed, "%u matching items are still in the keyring",
                        g_list_length(left));
    }
    return NULL;
}
