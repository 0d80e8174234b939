#include <libsecret/secret.h>

#include "keyring.h"
#include "prompt.h"

/* A list of SecretRetrievable, for the cleanup attribute. */
static void items_release(GList **items)
{
    g_list_free_full(*items, g_object_unref);
}

static const SecretSchema cargo_schema = {
    .name = "org.rust-lang.cargo.registry",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = {{"url", SECRET_SCHEMA_ATTRIBUTE_STRING}},
};

void keyring_open(struct keyring *keyring, enum person person)
{
    prompts_take_over(person != PERSON_NONE);
    deadline_set(keyring->deadline, keyring->for_service);
    keyring->bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, NULL);
    if (keyring->bus) {
        /* else GLib ends the process with SIGTERM when the bus goes away: an answer is due */
        g_dbus_connection_set_exit_on_close(keyring->bus, FALSE);
    }
}

void keyring_close(struct keyring *keyring)
{
    g_clear_object(&keyring->bus);
}

static bool is_service_missing(const GError *error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
           (error->domain == G_DBUS_ERROR && error->code >= G_DBUS_ERROR_SPAWN_EXEC_FAILED &&
            error->code <= G_DBUS_ERROR_SPAWN_NO_MEMORY);
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

/* Which failure it is, over GLib's words for it. Takes the error over. */
static struct err *failure(const struct keyring *keyring, GError *taken)
{
    g_autoptr(GError) error = taken;
    struct arena *arena = keyring->arena;
    struct err *words = err_new(arena, "%s", error->message);
    if (!keyring->bus) {
        return err_wrap(arena, words, "there is no D-Bus session bus");
    }
    if (g_error_matches(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) {
        return err_wrap(arena, words, "the keyring is locked");
    }
    if (is_service_missing(error)) {
        return err_wrap(arena, words,
                        "no Secret Service (org.freedesktop.secrets) is on the D-Bus session bus");
    }
    if (is_service_gone(error)) {
        return err_wrap(arena, words, "the Secret Service went away in the middle");
    }
    return words;
}

static struct err *items_search(const struct keyring *keyring, struct str url, GList **out)
{
    GError *error = NULL;
    deadline_set(keyring->deadline, keyring->for_service);
    GList *items = secret_password_search_sync(&cargo_schema, SECRET_SEARCH_ALL, NULL, &error,
                                               "url", url.data, NULL);
    if (error) {
        return failure(keyring, error);
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
 * is seen there; `why` is the reason where the service gave one (a person's "no" has none).
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
    deadline_set(keyring->deadline, keyring->for_person);
    (void)secret_service_unlock_sync(service, locked, NULL, NULL, &error);
    if (g_error_matches(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) {
        *why = err_new(keyring->arena, "%s", error->message); /* locked_error() says the rest */
        g_error_free(error);
    } else if (error) {
        *why = failure(keyring, error);
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

static struct err *locked_error(const struct keyring *keyring, const struct err *why)
{
    return err_wrap(keyring->arena, why, "the keyring is locked");
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
        return locked_error(keyring, why);
    }
    GError *error = NULL;
    deadline_set(keyring->deadline, keyring->for_service);
    g_autoptr(SecretValue) value = secret_retrievable_retrieve_secret_sync(item, NULL, &error);
    if (error) {
        return failure(keyring, error);
    }
    const char *text = secret_value_get_text(value);
    if (!text || !g_utf8_validate(text, -1, NULL)) {
        return err_new(keyring->arena, "what the keyring holds is not text");
    }
    *token = str_copy(keyring->arena, text, strlen(text));
    *found = true;
    return NULL;
}

/* Attributes and labels can be read of locked items too. */
static void item_describe(SecretRetrievable *item, struct buf *out)
{
    g_autoptr(GHashTable) attributes = secret_retrievable_get_attributes(item);
    g_autofree char *label = secret_retrievable_get_label(item);
    const char *url = attributes ? g_hash_table_lookup(attributes, "url") : NULL;
    if (url && !strpbrk(url, "\t\n") && !(label && strchr(label, '\n'))) {
        buf_addf(out, "%s\t%s\n", url, label ? label : "");
    }
}

struct err *keyring_list(struct keyring *keyring, struct buf *out)
{
    GError *error = NULL;
    deadline_set(keyring->deadline, keyring->for_service);
    CLEANUP(items_release)
    GList *items =
        secret_password_search_sync(&cargo_schema, SECRET_SEARCH_ALL, NULL, &error, NULL);
    if (error) {
        return failure(keyring, error);
    }
    for (const GList *at = items; at; at = at->next) {
        item_describe(SECRET_RETRIEVABLE(at->data), out);
    }
    return NULL;
}

struct err *keyring_store(struct keyring *keyring, struct str url, struct str label,
                          struct str token)
{
    GError *error = NULL;
    g_autoptr(SecretValue) value = secret_value_new(token.data, (gssize)token.len, "text/plain");
    deadline_set(keyring->deadline, keyring->for_person);
    (void)secret_password_store_binary_sync(&cargo_schema, SECRET_COLLECTION_DEFAULT, label.data,
                                            value, NULL, &error, "url", url.data, NULL);
    return error ? failure(keyring, error) : NULL;
}

/* Deletes what is not locked. One failing does not stop the rest; the first failure is told. */
static struct err *items_delete(const struct keyring *keyring, GList *items)
{
    struct err *first = NULL;
    deadline_set(keyring->deadline, keyring->for_person);
    for (; items; items = items->next) {
        GError *error = NULL;
        if (!is_locked(items->data)) {
            (void)secret_item_delete_sync(items->data, NULL, &error);
        }
        if (error) {
            struct err *err = failure(keyring, error);
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
    deadline_set(keyring->deadline, keyring->for_service);
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
        return locked_error(keyring, locked);
    }
    if (left) {
        return err_wrap(keyring->arena, failed, "%u matching items are still in the keyring",
                        g_list_length(left));
    }
    return NULL;
}
