#define SECRET_API_SUBJECT_TO_CHANGE /* the function that takes paths */
#include "keyring.h"

#include "bus.h"
#include "service.h"

#define COLLECTION SECRET_INTERFACE "Collection"

const SecretSchema keyring_schema = {
    .name = CARGO_SCHEMA,
    .flags = SECRET_SCHEMA_NONE,
    .attributes = {{"url", SECRET_SCHEMA_ATTRIBUTE_STRING}},
};

struct err *keyring_open(struct keyring *keyring, bool can_ask)
{
    GDBusConnection *bus = NULL;
    bool none;
    service_take_over(can_ask);
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
    GList *items = secret_password_search_sync(&keyring_schema, SECRET_SEARCH_ALL, NULL, &error,
                                               "url", url.data, NULL);
    if (error) {
        return bus_error(keyring->arena, error);
    }
    *out = items;
    return NULL;
}

/* Returns true for an item of the Secret Service. Items of libsecret's file backend cannot be
 * locked or deleted. */
static bool is_item(gpointer item)
{
    return g_type_is_a(G_OBJECT_TYPE(item), SECRET_TYPE_ITEM);
}

static bool is_locked(gpointer item)
{
    return is_item(item) && secret_item_get_locked(item);
}

/* Adds the reason why unlocking failed, as the cause of the error that the keyring is locked. */
static struct err *unlock_reason(const struct keyring *keyring, GError *error)
{
    if (!g_error_matches(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) {
        return error ? bus_error(keyring->arena, error) : NULL;
    }
    struct err *why = err_new(keyring->arena, "%s", error->message);
    g_error_free(error);
    return why;
}

/* Returns true if a collection is locked and contains the URL or, with `hidden`, might contain it.
 * If this cannot be found out, the callers rely on the search alone. */
static bool is_sealed(const struct keyring *keyring, const char *path, struct str url, bool hidden)
{
    g_autoptr(GVariant) collection = NULL;
    g_auto(GStrv) found = NULL;
    gboolean locked = FALSE;
    if (bus_properties(keyring->arena, keyring->bus, path, COLLECTION, &collection) ||
        !g_variant_lookup(collection, "Locked", "b", &locked) || !locked) {
        return false;
    }
    /* gnome-keyring knows only hashes of the attributes of a collection that was never unlocked,
     * and finds none by the name of its schema. A search by the URL alone finds the item. */
    if (!bus_search(keyring->arena, keyring->bus, path, "url", url.data, &found) && found[0]) {
        return true;
    }
    /* KeePassXC shows no items of a locked database */
    g_autoptr(GVariant) items =
        g_variant_lookup_value(collection, "Items", G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
    return hidden && items && g_variant_n_children(items) == 0;
}

/* Adds copies of the paths of the sealed collections. */
static void find_sealed(const struct keyring *keyring, struct str url, bool hidden,
                        GPtrArray *paths)
{
    g_auto(GStrv) collections = NULL;
    if (!keyring->bus || bus_collections(keyring->arena, keyring->bus, &collections)) {
        return;
    }
    for (size_t i = 0; collections[i]; i++) {
        if (is_sealed(keyring, collections[i], url, hidden)) {
            g_ptr_array_add(paths, g_strdup(collections[i]));
        }
    }
}

static bool has_sealed(const struct keyring *keyring, struct str url, bool hidden)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    find_sealed(keyring, url, hidden, paths);
    return paths->len > 0;
}

/*
 * Tries to unlock the locked items or, if there are none, the sealed collections. Then it searches
 * again, so that `items` shows whether it worked. `why` is the service's reason; there is none if a
 * person refused.
 */
static struct err *items_unlock(const struct keyring *keyring, struct str url, GList **items,
                                struct err **why)
{
    GError *error = NULL;
    GList *again = NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (GList *at = *items; at; at = at->next) {
        if (is_locked(at->data)) {
            g_ptr_array_add(paths, g_strdup(g_dbus_proxy_get_object_path(at->data)));
        }
    }
    if (paths->len == 0) {
        find_sealed(keyring, url, false, paths);
    }
    if (paths->len == 0) {
        return NULL;
    }
    g_ptr_array_add(paths, NULL);
    g_autoptr(SecretService) service = service_new(&error);
    if (service) {
        (void)secret_service_unlock_dbus_paths_sync(service, (void *)paths->pdata, NULL, NULL,
                                                    &error);
    }
    *why = unlock_reason(keyring, error);
    struct err *blind = items_search(keyring, url, &again);
    if (blind) {
        return *why ? *why : blind;
    }
    g_list_free_full(*items, g_object_unref);
    *items = again;
    return NULL;
}

/* Returns the first item that can be read, as cargo does, or NULL if all are locked. */
static SecretRetrievable *first_unlocked(GList *items)
{
    while (items && is_locked(items->data)) {
        items = items->next;
    }
    return items ? SECRET_RETRIEVABLE(items->data) : NULL;
}

struct err *keyring_get(struct keyring *keyring, struct str url, struct str *token, bool *found)
{
    g_autolist(GObject) items = NULL;
    struct err *why = NULL;
    TRY(items_search(keyring, url, &items));
    if (!first_unlocked(items)) {
        TRY(items_unlock(keyring, url, &items, &why));
    }
    SecretRetrievable *item = first_unlocked(items);
    if (!items && !has_sealed(keyring, url, false)) {
        *found = false;
        return NULL;
    }
    if (!item) {
        return err_wrap(keyring->arena, why, KEYRING_LOCKED_ERROR);
    }
    GError *error = NULL;
    if (is_item(item)) { /* some services ask the person only at this point */
        g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(item), G_MAXINT);
    }
    g_autoptr(SecretValue) value = secret_retrievable_retrieve_secret_sync(item, NULL, &error);
    if (error) {
        return bus_error(keyring->arena, error);
    }
    const char *text = secret_value_get_text(value);
    if (!text || !g_utf8_validate(text, -1, NULL)) {
        return err_new(keyring->arena, "the item in the keyring is not text");
    }
    *token = str_copy(keyring->arena, text, strlen(text));
    *found = true;
    return NULL;
}

struct err *keyring_store(struct keyring *keyring, struct str url, struct str label,
                          struct str token)
{
    GError *error = NULL;
    g_autoptr(SecretValue) value = secret_value_new(token.data, (gssize)token.len, "text/plain");
    (void)secret_password_store_binary_sync(&keyring_schema, SECRET_COLLECTION_DEFAULT, label.data,
                                            value, NULL, &error, "url", url.data, NULL);
    return error ? bus_error(keyring->arena, error) : NULL;
}

/* Deletes the items that are not locked. Continues after an error, and returns the first one. */
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

/* Clears the file backend, whose items cannot be deleted one by one. An error of this call is
 * final: libsecret searches its memory, where the items are gone even if it could not write the
 * file. */
static struct err *file_clear(const struct keyring *keyring, struct str url)
{
    g_autoptr(GError) error = NULL;
    (void)secret_password_clear_sync(&keyring_schema, NULL, &error, "url", url.data, NULL);
    return error ? err_new(keyring->arena, "%s", error->message) : NULL;
}

/* Deletes the items that can be deleted, and searches again. */
static struct err *items_erase(const struct keyring *keyring, struct str url, GList *items,
                               const struct err *why)
{
    g_autolist(GObject) left = NULL;
    struct err *failed = NULL;
    if (is_item(items->data)) {
        failed = items_delete(keyring, items);
    } else {
        TRY(file_clear(keyring, url));
    }
    struct err *blind = items_search(keyring, url, &left);
    if (blind) {
        return failed ? failed : blind;
    }
    for (const GList *at = left; at; at = at->next) {
        if (is_locked(at->data)) {
            return err_wrap(keyring->arena, why, KEYRING_LOCKED_ERROR);
        }
    }
    if (left) {
        return err_wrap(keyring->arena, failed, "%u matching items are still in the keyring",
                        g_list_length(left));
    }
    return NULL;
}

struct err *keyring_erase(struct keyring *keyring, struct str url, bool *found)
{
    g_autolist(GObject) items = NULL;
    struct err *why = NULL;
    TRY(items_search(keyring, url, &items));
    TRY(items_unlock(keyring, url, &items, &why));
    *found = items != NULL;
    if (items) {
        TRY(items_erase(keyring, url, items, why));
    }
    return has_sealed(keyring, url, true) ? err_wrap(keyring->arena, why, KEYRING_LOCKED_ERROR)
                                          : NULL;
}
