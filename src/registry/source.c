#include "registry/source.h"

#include "util/fs.h"
#include "config/config_schema.h"
#include "registry/registry.h"
#include "registry/percent.h"

static struct err *source_new(struct arena *arena, struct source source, struct source *out)
{
    TRY(index_url_canonical(arena, &source.url, &source.canonical));
    *out = source;
    return NULL;
}

static struct source remote_source(struct str name, const struct index_url *url)
{
    return (struct source){
        .kind = index_url_is_sparse(url) ? SOURCE_SPARSE : SOURCE_REGISTRY,
        .name = name,
        .url = *url,
    };
}

struct err *source_of_registry(struct arena *arena, struct str name, const struct index_url *url,
                               struct source *out)
{
    struct source source = remote_source(name, url);
    source.from_registries = true;
    return source_new(arena, source, out);
}

static struct err *crates_io_at(struct context *context, struct str text, struct source *out)
{
    struct index_url url;
    TRY(index_url_parse(context->arena, text, &url));
    return source_of_registry(context->arena, STR(CRATES_IO_NAME), &url, out);
}

struct err *source_crates_io(struct context *context, struct source *out)
{
    struct config_key key = config_key(context->arena, STR("registry.index"));
    const struct config_string *index;
    TRY(config_string(context, &key, &index));
    if (index) {
        return err_new(context->arena,
                       "the `registry.index` config value is no longer supported\n"
                       "Use `[source]` replacement to alter the default index for crates.io.");
    }
    return crates_io_at(context, STR(CRATES_IO_INDEX), out);
}

struct err *source_crates_io_reached(struct context *context, struct source *out)
{
    struct config_key key = config_key(context->arena, STR("registries.crates-io.protocol"));
    const struct config_string *protocol;
    TRY(config_string(context, &key, &protocol));
    if (!protocol || str_eq(protocol->value, STR("sparse"))) {
        return crates_io_at(context, STR(CRATES_IO_HTTP_INDEX), out);
    }
    if (str_eq(protocol->value, STR("git"))) {
        return crates_io_at(context, STR(CRATES_IO_INDEX), out);
    }
    return err_new(context->arena, "unsupported registry protocol `%s` (defined in %s)",
                   protocol->value.data,
                   definition_display(context->arena, protocol->definition).data);
}

struct err *source_of_name(struct context *context, struct str name, struct source *out)
{
    struct arena *arena = context->arena;
    if (str_eq(name, STR(CRATES_IO_NAME))) {
        return source_crates_io(context, out);
    }
    TRY(registry_name_check(arena, name));
    struct config_key key = config_key(arena, str_format(arena, "registries.%s.index", name.data));
    const struct config_string *index;
    TRY(config_string(context, &key, &index));
    if (!index) {
        return err_new(arena, "registry index was not found in any configuration: `%s`", name.data);
    }
    struct index_url url;
    struct err *err =
        index_url_resolve(arena, index->value, definition_root(context, index->definition), &url);
    if (err) {
        return err_wrap(arena, err, "invalid index URL for registry `%s` defined in %s", name.data,
                        definition_display(arena, index->definition).data);
    }
    return source_of_registry(arena, name, &url, out);
}

/* --- [source.NAME] ------------------------------------------------------------------------- */

static struct err *entry_url(struct context *context, const struct source_entry *entry,
                             const char *key, const struct config_string *value,
                             struct index_url *out)
{
    struct err *err = index_url_parse(context->arena, value->value, out);
    if (!err) {
        return NULL;
    }
    return err_wrap(
        context->arena, err, "configuration key `source.%s.%s` specified an invalid URL (in %s)",
        entry->name.data, key, definition_display(context->arena, value->definition).data);
}

static struct err *path_source(struct context *context, enum source_kind kind,
                               const struct config_string *value, struct source *out)
{
    struct source source = {.kind = kind};
    struct str root = definition_root(context, value->definition);
    TRY(index_url_from_path(context->arena, path_join(context->arena, root, value->value),
                            &source.url));
    return source_new(context->arena, source, out);
}

static struct err *git_source(struct context *context, const struct source_entry *entry,
                              struct source *out)
{
    const struct source_config *config = entry->config;
    struct source source = {.kind = SOURCE_GIT};
    TRY(entry_url(context, entry, "git", config->git, &source.url));
    struct {
        const char *name;
        const struct config_string *value;
    } references[] = {{"branch", config->branch}, {"tag", config->tag}, {"rev", config->rev}};
    for (size_t i = 0; i < COUNT(references); i++) {
        if (references[i].value) {
            source.reference = str_format(context->arena, "%s=%s", references[i].name,
                                          references[i].value->value.data);
            break;
        }
    }
    return source_new(context->arena, source, out);
}

static struct err *check_no_reference(struct context *context, const struct source_entry *entry,
                                      const char *key, const struct config_string *value)
{
    if (!value) {
        return NULL;
    }
    return err_new(context->arena,
                   "source definition `source.%s` specifies `%s`, but that requires a `git` key to "
                   "be specified (in %s)",
                   entry->name.data, key,
                   definition_display(context->arena, value->definition).data);
}

struct err *source_of_entry(struct context *context, const struct source_entry *entry,
                            struct source *out)
{
    const struct source_config *config = entry->config;
    struct source found = {0};
    size_t count = 0;
    if (config->registry) {
        struct index_url url;
        TRY(entry_url(context, entry, "registry", config->registry, &url));
        TRY(source_new(context->arena, remote_source(entry->name, &url), &found));
        count++;
    }
    if (config->local_registry) {
        TRY(path_source(context, SOURCE_LOCAL_REGISTRY, config->local_registry, &found));
        count++;
    }
    if (config->directory) {
        TRY(path_source(context, SOURCE_DIRECTORY, config->directory, &found));
        count++;
    }
    if (config->git) {
        TRY(git_source(context, entry, &found));
        count++;
    } else {
        TRY(check_no_reference(context, entry, "branch", config->branch));
        TRY(check_no_reference(context, entry, "tag", config->tag));
        TRY(check_no_reference(context, entry, "rev", config->rev));
    }
    if (count == 0 && str_eq(entry->name, STR(CRATES_IO_NAME))) {
        return source_crates_io_reached(context, out);
    }
    if (count == 0) {
        return err_new(context->arena,
                       "no source location specified for `source.%s`, need `registry`, "
                       "`local-registry`, `directory`, or `git` defined",
                       entry->name.data);
    }
    if (count > 1) {
        return err_new(context->arena, "more than one source location specified for `source.%s`",
                       entry->name.data);
    }
    *out = found;
    return NULL;
}

/* --- what is done with a source ------------------------------------------------------------ */

bool source_same(const struct source *a, const struct source *b)
{
    return a->kind == b->kind && str_eq(a->canonical, b->canonical) &&
           str_eq(a->reference, b->reference);
}

/* `branch=a b` as in a form: `branch=a+b`. */
static void add_reference(struct buf *out, struct str reference)
{
    size_t value = (size_t)str_find(reference, '=') + 1;
    buf_add_char(out, '?');
    buf_add_bytes(out, reference.data, value);
    for (size_t i = value; i < reference.len; i++) {
        if (reference.data[i] == ' ') {
            buf_add_char(out, '+');
        } else {
            percent_encode(out, reference.data + i, 1, "!\"#$%&'()+,/:;<=>?@[\\]^`{|}~");
        }
    }
}

struct str source_display(struct arena *arena, const struct source *source)
{
    switch (source->kind) {
    case SOURCE_REGISTRY:
    case SOURCE_SPARSE:
        return str_format(arena, "registry `%s`", source->name.data);
    case SOURCE_LOCAL_REGISTRY:
        return str_format(arena, "registry `%s`", index_url_display(arena, &source->url).data);
    case SOURCE_DIRECTORY:
        return str_format(arena, "dir %s", index_url_display(arena, &source->url).data);
    case SOURCE_GIT:
        break;
    }
    struct buf out = buf_new(arena);
    buf_add(&out, source->url.text);
    if (source->reference.len > 0) {
        add_reference(&out, source->reference);
    }
    return buf_str(&out);
}

struct err *source_check(struct arena *arena, const struct source *source)
{
    struct str text = source->url.text;
    if (source->kind != SOURCE_SPARSE) {
        return NULL;
    }
    if (!str_ends(text, STR("/"))) {
        return err_new(arena, "sparse registry url must end in a slash `/`: %s", text.data);
    }
    /* cargo panics where this is no URL. */
    struct index_url http;
    return index_url_parse(arena, str_slice(arena, text, strlen("sparse+"), text.len), &http);
}
