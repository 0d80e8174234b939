#define SECRET_API_SUBJECT_TO_CHANGE /* the functions that take paths */
#include <libsecret/secret.h>

#include "bus.h"
#include "keyring.h"
#include "protocol.h"
#include "service.h"

#define COLLECTION "org.freedesktop.Secret.Collection"

/* For CLEANUP: releases a list of SecretRetrievable. */
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

static size_t count_locked(const GList *items)
{
    size_t count = 0;
    for (; items; items = items->next) {
        count += is_locked(items->data);
    }
    return count;
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

/*
 * Tries to unlock the locked items and searches again, so that `items` shows whether it worked.
 * `why` is the service's reason; there is none if a person refused.
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
    if (!locked) {
        return NULL;
    }
    SecretService *service = secret_item_get_service(locked->data);
    (void)secret_service_unlock_sync(service, locked, NULL, NULL, &error);
    *why = unlock_reason(keyring, error);

    GList *again = NULL;
    struct err *blind = items_search(keyring, url, &again);
    if (blind) {
        return *why ? *why : blind;
    }
    items_release(items);
    *items = again;
    return NULL;
}

/* Returns a property of a collection, or NULL. If this fails, the callers rely on the search alone.
 */
static GVariant *collection_property(const struct keyring *keyring, const char *path,
                                     const char *property, const char *type)
{
    GVariant *value = NULL;
    struct err *err =
        bus_property(keyring->arena, keyring->bus, path, COLLECTION, property, type, &value);
    return err ? NULL : value;
}

static bool is_locked_collection(const struct keyring *keyring, const char *path)
{
    g_autoptr(GVariant) locked = collection_property(keyring, path, "Locked", "b");
    return locked && g_variant_get_boolean(locked);
}

/* KeePassXC shows no items of a locked database. */
static bool shows_no_items(const struct keyring *keyring, const char *path)
{
    g_autoptr(GVariant) items = collection_property(keyring, path, "Items", "ao");
    return items && g_variant_n_children(items) == 0;
}

/* gnome-keyring knows only hashes of the attributes of a collection that was never unlocked, and
 * finds none by the name of its schema. A search by the URL alone finds the item. */
static bool holds_url(const struct keyring *keyring, const char *path, struct str url)
{
    g_autoptr(GVariant) found = NULL;
    g_autoptr(GVariant) items = NULL;
    struct err *err =
        bus_call(keyring->arena, keyring->bus, SECRETS_NAME, path, COLLECTION, "SearchItems",
                 g_variant_new_parsed("({'url': %s},)", url.data), "(ao)", &found);
    if (err) {
        return false;
    }
    items = g_variant_get_child_value(found, 0);
    return g_variant_n_children(items) > 0;
}

/* Returns the paths of the locked collections that contain the URL, in a list that ends with NULL.
 * With `hidden`, also those that might contain it. */
static const char **sealed_collections(const struct keyring *keyring, struct str url, bool hidden)
{
    g_autoptr(GVariant) value = NULL;
    struct arena *arena = keyring->arena;
    if (!keyring->bus ||
        bus_property(arena, keyring->bus, SECRETS_PATH, "org.freedesktop.Secret.Service",
                     "Collections", "ao", &value)) {
        return arena_new_array(arena, const char *, 1);
    }
    g_autofree const char **paths = g_variant_get_objv(value, NULL);
    const char **sealed = arena_new_array(arena, const char *, g_variant_n_children(value) + 1);
    for (size_t i = 0, count = 0; paths[i]; i++) {
        if (is_locked_collection(keyring, paths[i]) &&
            (holds_url(keyring, paths[i], url) || (hidden && shows_no_items(keyring, paths[i])))) {
            sealed[count++] = str_copy(arena, paths[i], strlen(paths[i])).data;
        }
    }
    return sealed;
}

/* After a search that found no locked item: unlocks the locked collections that contain the URL,
 * and searches again. `why` is the reason if they cannot be unlocked. */
static struct err *items_unseal(const struct keyring *keyring, struct str url, GList **items,
                                struct err **why)
{
    const char **sealed = sealed_collections(keyring, url, false);
    if (!sealed[0]) {
        return NULL;
    }
    GError *error = NULL;
    g_autoptr(SecretService) service = service_new(&error);
    if (service) {
        (void)secret_service_unlock_dbus_paths_sync(service, sealed, NULL, NULL, &error);
    }
    *why = unlock_reason(keyring, error);
    items_release(items);
    *items = NULL;
    return items_search(keyring, url, items);
}

/* Returns the first item that can be read, as cargo does, or NULL if all are locked. */
static SecretRetrievable *first_unlocked(GList *items)
{
    while (items && is_locked(items->data)) {
        items = items->next;
    }
    return items ? SECRET_RETRIEVABLE(items->data) : NULL;
}

/* An unlocked keyring can still lock an item for a program to which the person denied access. */
static bool is_denied(const struct keyring *keyring, gpointer item)
{
    g_autofree char *path = g_path_get_dirname(g_dbus_proxy_get_object_path(item));
    g_autoptr(GVariant) locked = collection_property(keyring, path, "Locked", "b");
    return locked && !g_variant_get_boolean(locked);
}

/* Why items are still locked. */
static struct err *locked_error(const struct keyring *keyring, const GList *items,
                                const struct err *why)
{
    for (; items; items = items->next) {
        if (is_locked(items->data) && is_denied(keyring, items->data)) {
            return err_wrap(keyring->arena, why,
                            "the keyring is unlocked, but access to the item was denied; allow it "
                            "when the keyring asks, then try again");
        }
    }
    return err_wrap(keyring->arena, why, KEYRING_LOCKED_ERROR);
}

struct err *keyring_get(struct keyring *keyring, struct str url, struct str *token, bool *found)
{
    CLEANUP(items_release) GList *items = NULL;
    struct err *why = NULL;
    TRY(items_search(keyring, url, &items));
    if (!items) {
        TRY(items_unseal(keyring, url, &items, &why));
    }
    if (items && !first_unlocked(items)) {
        TRY(items_unlock(keyring, url, &items, &why));
    }
    if (!items) {
        *found = false;
        return sealed_collections(keyring, url, false)[0]
                   ? err_wrap(keyring->arena, why, KEYRING_LOCKED_ERROR)
                   : NULL;
    }
    SecretRetrievable *item = first_unlocked(items);
    if (!item) {
        return locked_error(keyring, items, why);
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
    (void)secret_password_clear_sync(&cargo_schema, NULL, &error, "url", url.data, NULL);
    return error ? err_new(keyring->arena, "%s", error->message) : NULL;
}

/* Deletes the items that can be deleted, and searches again. */
static struct err *items_erase(const struct keyring *keyring, struct str url, GList **items)
{
    CLEANUP(items_release) GList *left = NULL;
    struct err *locked = NULL;
    struct err *failed = NULL;
    TRY(items_unlock(keyring, url, items, &locked));
    if (*items && !is_item((*items)->data)) {
        TRY(file_clear(keyring, url));
    } else {
        failed = items_delete(keyring, *items);
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

struct err *keyring_erase(struct keyring *keyring, struct str url, bool *found)
{
    CLEANUP(items_release) GList *items = NULL;
    struct err *why = NULL;
    TRY(items_search(keyring, url, &items));
    if (count_locked(items) == 0) { /* items_unlock() also unlocked their collections */
        TRY(items_unseal(keyring, url, &items, &why));
    }
    *found = items != NULL;
    if (items) {
        TRY(items_erase(keyring, url, &items));
    }
    return sealed_collections(keyring, url, true)[0]
               ? err_wrap(keyring->arena, why, KEYRING_LOCKED_ERROR)
               : NULL;
}
