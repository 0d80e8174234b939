#define SECRET_API_SUBJECT_TO_CHANGE /* the functions that take paths */
#include "keyring.h"

#include "service.h"
#include "util/json.h"

#include <jansson.h>

static const SecretSchema schema = {
    .name = "org.rust-lang.cargo.registry",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = {{"url", SECRET_SCHEMA_ATTRIBUTE_STRING}},
};

static bool is_file(void)
{
    const char *backend = getenv("SECRET_BACKEND");
    return backend && strcmp(backend, "file") == 0;
}

struct err *keyring_open(struct arena *arena, GDBusConnection **bus)
{
    bool none;
    service_take_over();
    return *bus || is_file() ? NULL : service_connect(arena, true, bus, &none);
}

/* Without a URL, finds the items of all URLs. */
static struct err *items_search(struct arena *arena, const char *url, GList **out)
{
    GError *error = NULL;
    *out = secret_password_search_sync(&schema, SECRET_SEARCH_ALL, NULL, &error, url ? "url" : NULL,
                                       url, NULL);
    return error ? service_error(arena, error) : NULL;
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

/* Finds all collections, in their current state. They need the service. After an error, `out` has
 * the others. libsecret's own function would also read the properties of each item. */
static struct err *collections_load(struct arena *arena, SecretService **service, GList **out)
{
    GError *error = NULL;
    *service = service_new(&error);
    g_autoptr(GVariant) value =
        *service ? g_dbus_proxy_get_cached_property(G_DBUS_PROXY(*service), "Collections") : NULL;
    g_autofree const char **paths = value ? g_variant_get_objv(value, NULL) : NULL;
    for (size_t i = 0; paths && paths[i]; i++) {
        SecretCollection *collection = secret_collection_new_for_dbus_path_sync(
            *service, paths[i], SECRET_COLLECTION_NONE, NULL, error ? NULL : &error);
        *out = collection ? g_list_prepend(*out, collection) : *out;
    }
    if (error)
        return service_error(arena, error);
    return paths ? NULL : err_new(arena, "the Secret Service does not list its collections");
}

/* Returns true if a collection is locked and contains the URL or, with `hidden`, might contain it.
 */
static bool is_sealed(SecretCollection *collection, const char *url, bool hidden)
{
    if (!secret_collection_get_locked(collection))
        return false;
    /* gnome-keyring knows only hashes of the attributes of a collection that was never unlocked,
     * and finds none by the name of its schema. A search by the URL alone finds the item. */
    g_autoptr(GHashTable) attributes = secret_attributes_build(&schema, "url", url, NULL);
    g_auto(GStrv) found =
        secret_collection_search_for_dbus_paths_sync(collection, NULL, attributes, NULL, NULL);
    if (found && found[0])
        return true;
    /* KeePassXC shows no items of a locked database */
    g_autoptr(GVariant) items = g_dbus_proxy_get_cached_property(G_DBUS_PROXY(collection), "Items");
    return hidden && items && g_variant_n_children(items) == 0;
}

/* Returns the paths of the sealed collections. For those that cannot be read, the callers rely on
 * the search alone. */
static GPtrArray *find_sealed(struct arena *arena, const char *url, bool hidden)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(SecretService) service = NULL;
    g_autolist(SecretCollection) collections = NULL;
    if (!is_file())
        (void)collections_load(arena, &service, &collections);
    for (const GList *at = collections; at; at = at->next)
        if (is_sealed(at->data, url, hidden))
            g_ptr_array_add(paths, g_strdup(g_dbus_proxy_get_object_path(at->data)));
    return paths;
}

static bool has_sealed(struct arena *arena, const char *url, bool hidden)
{
    g_autoptr(GPtrArray) paths = find_sealed(arena, url, hidden);
    return paths->len > 0;
}

/* Asks the service to unlock items or collections. Returns its reason if it fails. There is none if
 * a person refused. */
static struct err *paths_unlock(struct arena *arena, GPtrArray *paths)
{
    GError *error = NULL;
    g_autoptr(SecretService) service = service_new(&error);
    g_ptr_array_add(paths, NULL);
    if (service) {
        (void)secret_service_unlock_dbus_paths_sync(service, (void *)paths->pdata, NULL, NULL,
                                                    &error);
    }
    if (!g_error_matches(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
        return error ? service_error(arena, error) : NULL;
    struct err *why = err_new(arena, "%s", error->message); /* the caller adds that it is locked */
    g_error_free(error);
    return why;
}

/*
 * Tries to unlock the locked items or, if there are none, the sealed collections. Then it searches
 * again, so that `items` shows whether it worked. Sets `why` to the service's reason if it did not.
 */
static struct err *items_unlock(struct arena *arena, const char *url, GList **items,
                                struct err **why)
{
    GList *again = NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (GList *at = *items; at; at = at->next)
        if (is_locked(at->data))
            g_ptr_array_add(paths, g_strdup(g_dbus_proxy_get_object_path(at->data)));
    if (paths->len == 0) {
        g_ptr_array_unref(paths);
        paths = find_sealed(arena, url, false);
    }
    if (paths->len == 0)
        return NULL;
    *why = paths_unlock(arena, paths);
    struct err *blind = items_search(arena, url, &again);
    if (blind)
        return *why ? *why : blind;
    g_list_free_full(*items, g_object_unref);
    *items = again;
    return NULL;
}

/* Returns the first item that can be read, as cargo does, or NULL if all are locked. */
static SecretRetrievable *first_unlocked(GList *items)
{
    while (items && is_locked(items->data))
        items = items->next;
    return items ? SECRET_RETRIEVABLE(items->data) : NULL;
}

struct err *keyring_get(struct arena *arena, const char *url, const char **token)
{
    g_autolist(GObject) items = NULL;
    struct err *why = NULL;
    TRY(items_search(arena, url, &items));
    if (!first_unlocked(items))
        TRY(items_unlock(arena, url, &items, &why));
    SecretRetrievable *item = first_unlocked(items);
    if (!items && !has_sealed(arena, url, false)) {
        *token = NULL;
        return NULL;
    }
    if (!item)
        return err_wrap(arena, why, KEYRING_LOCKED_ERROR);
    GError *error = NULL;
    if (is_item(item)) /* some services ask the person only at this point */
        g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(item), G_MAXINT);
    g_autoptr(SecretValue) value = secret_retrievable_retrieve_secret_sync(item, NULL, &error);
    if (error)
        return service_error(arena, error);
    const char *text = secret_value_get_text(value);
    if (!text || !g_utf8_validate(text, -1, NULL))
        return err_new(arena, "the item in the keyring is not text");
    *token = str_copy(arena, text, strlen(text)).data;
    return NULL;
}

struct err *keyring_store(struct arena *arena, const char *url, const char *label,
                          const char *token)
{
    GError *error = NULL;
    g_autoptr(SecretValue) value = secret_value_new(token, -1, "text/plain");
    (void)secret_password_store_binary_sync(&schema, SECRET_COLLECTION_DEFAULT, label, value, NULL,
                                            &error, "url", url, NULL);
    return error ? service_error(arena, error) : NULL;
}

/* Deletes the items that are not locked. Continues after an error, and returns the first one. */
static struct err *items_delete(struct arena *arena, GList *items)
{
    struct err *first = NULL;
    for (; items; items = items->next) {
        GError *error = NULL;
        if (!is_locked(items->data))
            (void)secret_item_delete_sync(items->data, NULL, &error);
        if (error) {
            struct err *err = service_error(arena, error);
            first = first ? first : err;
        }
    }
    return first;
}

/* Clears the file backend, whose items cannot be deleted one by one. An error of this call is
 * final: libsecret searches its memory, where the items are gone even if it could not write the
 * file. */
static struct err *file_clear(struct arena *arena, const char *url)
{
    g_autoptr(GError) error = NULL;
    (void)secret_password_clear_sync(&schema, NULL, &error, "url", url, NULL);
    return error ? err_new(arena, "%s", error->message) : NULL;
}

/* Deletes the items that can be deleted, and searches again. */
static struct err *items_erase(struct arena *arena, const char *url, GList *items,
                               const struct err *why)
{
    g_autolist(GObject) left = NULL;
    struct err *failed = NULL;
    if (is_item(items->data))
        failed = items_delete(arena, items);
    else
        TRY(file_clear(arena, url));
    struct err *blind = items_search(arena, url, &left);
    if (blind)
        return failed ? failed : blind;
    for (const GList *at = left; at; at = at->next)
        if (is_locked(at->data))
            return err_wrap(arena, why, KEYRING_LOCKED_ERROR);
    return left ? err_wrap(arena, failed, "%u matching items are still in the keyring",
                           g_list_length(left))
                : NULL;
}

struct err *keyring_erase(struct arena *arena, const char *url, bool *found)
{
    g_autolist(GObject) items = NULL;
    struct err *why = NULL;
    TRY(items_search(arena, url, &items));
    TRY(items_unlock(arena, url, &items, &why));
    *found = items != NULL;
    if (items)
        TRY(items_erase(arena, url, items, why));
    return has_sealed(arena, url, true) ? err_wrap(arena, why, KEYRING_LOCKED_ERROR) : NULL;
}

/* Adds a line for each item. Sets `any_locked` if one of them is locked. */
static struct err *list_items(struct arena *arena, const GList *items, struct buf *out,
                              bool *any_locked)
{
    for (; items; items = items->next) {
        g_autoptr(GHashTable) attributes = secret_retrievable_get_attributes(items->data);
        g_autofree char *label = secret_retrievable_get_label(items->data);
        bool locked = is_locked(items->data);
        if (!attributes || !label)
            return err_new(arena, "an item of the Secret Service cannot be read");
        const char *url = g_hash_table_lookup(attributes, "url");
        if (url) { /* otherwise cargo cannot find it */
            *any_locked |= locked;
            json_t *line = json_pack("{ss ss sb}", "url", url, "label", label, "locked", locked);
            buf_add(out, json_line(arena, line));
        }
    }
    return NULL;
}

static struct err *list_file(struct arena *arena, struct buf *out, bool *any_locked)
{
    g_autolist(GObject) items = NULL;
    TRY(items_search(arena, NULL, &items));
    return list_items(arena, items, out, any_locked);
}

static struct err *list_service(struct arena *arena, struct buf *out, bool *any_locked)
{
    g_autoptr(GHashTable) any = secret_attributes_build(&schema, NULL);
    g_autoptr(SecretService) service = NULL;
    g_autolist(SecretCollection) collections = NULL;
    TRY(collections_load(arena, &service, &collections));
    for (const GList *at = collections; at; at = at->next) {
        GError *error = NULL;
        g_autolist(SecretItem) items = NULL;
        if (secret_collection_get_locked(at->data)) {
            *any_locked = true;
            continue;
        }
        items =
            secret_collection_search_sync(at->data, &schema, any, SECRET_SEARCH_ALL, NULL, &error);
        TRY(error ? service_error(arena, error) : list_items(arena, items, out, any_locked));
    }
    return NULL;
}

/* Sets `state` unless it returns an err. */
static struct err *look(struct arena *arena, bool peek, struct buf *out, const char **state)
{
    bool none = false;
    bool present = false;
    bool any_locked = false;
    g_autoptr(GDBusConnection) bus = NULL;
    if (is_file()) {
        *state = peek ? "present" : "listed";
        return peek ? NULL : list_file(arena, out, &any_locked);
    }
    struct err *err = service_connect(arena, false, &bus, &none);
    if (err) {
        *state = "none";
        return none ? NULL : err;
    }
    TRY(service_exists(arena, bus, &present));
    if (peek || !present) {
        *state = present ? "present" : "none";
        return NULL;
    }
    TRY(list_service(arena, out, &any_locked));
    *state = any_locked ? "locked" : "listed";
    return NULL;
}

struct str keyring_error_line(struct arena *arena, const struct err *err)
{
    return json_line(arena,
                     json_pack("{ss so}", "state", "unknown", "error", json_from_err(arena, err)));
}

bool keyring_list(struct arena *arena, bool peek, struct buf *out)
{
    const char *state = NULL;
    struct err *err = look(arena, peek, out, &state);
    buf_add(out, err ? keyring_error_line(arena, err)
                     : json_line(arena, json_pack("{ss}", "state", state)));
    return !err;
}
