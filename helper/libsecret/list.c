#include "list.h"

#include "bus.h"
#include "keyring.h"
#include "protocol.h"

#define INTERFACE "org.freedesktop.Secret."

struct listing {
    struct arena *arena;
    GDBusConnection *bus;
    struct buf *out;
    bool locked; /* at least one item or collection is locked */
};

static struct err *is_locked(struct listing *listing, const char *path, const char *interface,
                             bool *out)
{
    g_autoptr(GVariant) value = NULL;
    TRY(bus_property(listing->arena, listing->bus, path, interface, "Locked", "b", &value));
    *out = g_variant_get_boolean(value);
    listing->locked |= *out;
    return NULL;
}

static struct err *list_item(struct listing *listing, const char *path)
{
    g_autoptr(GVariant) attributes = NULL;
    g_autoptr(GVariant) label = NULL;
    const char *url = NULL;
    bool locked;
    struct arena *arena = listing->arena;
    TRY(bus_property(arena, listing->bus, path, INTERFACE "Item", "Attributes", "a{ss}",
                     &attributes));
    if (!g_variant_lookup(attributes, "url", "&s", &url)) {
        return NULL; /* cargo cannot find it */
    }
    TRY(bus_property(arena, listing->bus, path, INTERFACE "Item", "Label", "s", &label));
    TRY(is_locked(listing, path, INTERFACE "Item", &locked));
    buf_add(listing->out, list_item_line(arena, url, g_variant_get_string(label, NULL), locked));
    return NULL;
}

static struct err *list_collection(struct listing *listing, const char *path)
{
    g_autoptr(GVariant) found = NULL;
    bool locked;
    TRY(is_locked(listing, path, INTERFACE "Collection", &locked));
    if (locked) {
        return NULL;
    }
    TRY(bus_call(listing->arena, listing->bus, SECRETS_NAME, path, INTERFACE "Collection",
                 "SearchItems", g_variant_new_parsed("({'xdg:schema': %s},)", CARGO_SCHEMA), "(ao)",
                 &found));
    g_autofree const char **items = NULL;
    g_variant_get(found, "(^a&o)", &items);
    for (size_t i = 0; items[i]; i++) {
        TRY(list_item(listing, items[i]));
    }
    return NULL;
}

static struct err *list_service(struct listing *listing)
{
    g_autoptr(GVariant) collections = NULL;
    TRY(bus_property(listing->arena, listing->bus, SECRETS_PATH, INTERFACE "Service", "Collections",
                     "ao", &collections));
    g_autofree const char **paths = g_variant_get_objv(collections, NULL);
    for (size_t i = 0; paths[i]; i++) {
        TRY(list_collection(listing, paths[i]));
    }
    return NULL;
}

static struct err *look(struct arena *arena, bool peek, struct buf *out, const char **state)
{
    bool none = false;
    bool present = false;
    g_autoptr(GDBusConnection) bus = NULL;
    if (keyring_is_file()) {
        *state = peek ? "present" : "listed";
        return peek ? NULL : keyring_list_file(arena, out);
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
    struct listing listing = {.arena = arena, .bus = bus, .out = out};
    TRY(list_service(&listing));
    *state = listing.locked ? "locked" : "listed";
    return NULL;
}

bool list_items(struct arena *arena, bool peek, struct buf *out)
{
    const char *state = NULL;
    struct err *err = look(arena, peek, out, &state);
    buf_add(out, err ? list_error_line(arena, err) : list_state_line(arena, state));
    return !err;
}
