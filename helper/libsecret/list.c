/* The part of keyring.h that lists items. */
#include "keyring.h"

#include "bus.h"
#include "util/json.h"

#include <jansson.h>

struct listing {
    struct arena *arena;
    GDBusConnection *bus;
    struct buf *out;
    bool locked; /* at least one item or collection is locked */
};

struct str keyring_error_line(struct arena *arena, const struct err *err)
{
    return json_line(arena,
                     json_pack("{ss so}", "state", "unknown", "error", json_from_err(arena, err)));
}

static void add_item(struct listing *listing, const char *url, const char *label, bool locked)
{
    listing->locked |= locked;
    buf_add(listing->out, json_line(listing->arena, json_pack("{ss ss sb}", "url", url, "label",
                                                              label, "locked", locked)));
}

static struct err *list_item(struct listing *listing, const char *path)
{
    g_autoptr(GVariant) item = NULL;
    g_autoptr(GVariant) attributes = NULL;
    const char *url = NULL;
    const char *label = NULL;
    gboolean locked = FALSE;
    TRY(bus_properties(listing->arena, listing->bus, path, SECRET_INTERFACE "Item", &item));
    if (!g_variant_lookup(item, "Attributes", "@a{ss}", &attributes) ||
        !g_variant_lookup(item, "Label", "&s", &label) ||
        !g_variant_lookup(item, "Locked", "b", &locked)) {
        return err_new(listing->arena, "an item of the Secret Service cannot be read");
    }
    if (g_variant_lookup(attributes, "url", "&s", &url)) { /* otherwise cargo cannot find it */
        add_item(listing, url, label, locked);
    }
    return NULL;
}

static struct err *list_collection(struct listing *listing, const char *path)
{
    g_autoptr(GVariant) collection = NULL;
    g_auto(GStrv) items = NULL;
    gboolean locked = FALSE;
    TRY(bus_properties(listing->arena, listing->bus, path, SECRET_INTERFACE "Collection",
                       &collection));
    if (!g_variant_lookup(collection, "Locked", "b", &locked)) {
        return err_new(listing->arena, "a collection of the Secret Service cannot be read");
    }
    if (locked) {
        listing->locked = true;
        return NULL;
    }
    TRY(bus_search(listing->arena, listing->bus, path, "xdg:schema", CARGO_SCHEMA, &items));
    for (size_t i = 0; items[i]; i++) {
        TRY(list_item(listing, items[i]));
    }
    return NULL;
}

static struct err *list_service(struct listing *listing)
{
    g_auto(GStrv) collections = NULL;
    TRY(bus_collections(listing->arena, listing->bus, &collections));
    for (size_t i = 0; collections[i]; i++) {
        TRY(list_collection(listing, collections[i]));
    }
    return NULL;
}

static struct err *list_file(struct listing *listing)
{
    GError *error = NULL;
    g_autolist(GObject) items =
        secret_password_search_sync(&keyring_schema, SECRET_SEARCH_ALL, NULL, &error, NULL);
    if (error) {
        return bus_error(listing->arena, error);
    }
    for (const GList *at = items; at; at = at->next) {
        g_autoptr(GHashTable) attributes = secret_retrievable_get_attributes(at->data);
        g_autofree char *label = secret_retrievable_get_label(at->data);
        const char *url = g_hash_table_lookup(attributes, "url");
        if (url) {
            add_item(listing, url, label ? label : "", false);
        }
    }
    return NULL;
}

/* Sets `state` unless it returns an err. */
static struct err *look(struct arena *arena, bool peek, struct buf *out, const char **state)
{
    bool none = false;
    bool present = false;
    g_autoptr(GDBusConnection) bus = NULL;
    struct listing listing = {.arena = arena, .out = out};
    if (keyring_is_file()) {
        *state = peek ? "present" : "listed";
        return peek ? NULL : list_file(&listing);
    }
    struct err *err = bus_open(arena, false, &bus, &none);
    if (err) {
        *state = "none";
        return none ? NULL : err;
    }
    TRY(bus_has_service(arena, bus, &present));
    if (peek || !present) {
        *state = present ? "present" : "none";
        return NULL;
    }
    listing.bus = bus;
    TRY(list_service(&listing));
    *state = listing.locked ? "locked" : "listed";
    return NULL;
}

bool keyring_list(struct arena *arena, bool peek, struct buf *out)
{
    const char *state = NULL;
    struct err *err = look(arena, peek, out, &state);
    buf_add(out, err ? keyring_error_line(arena, err)
                     : json_line(arena, json_pack("{ss}", "state", state)));
    return !err;
}
