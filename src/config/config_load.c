#include "config/config_layer.h"
#include "config/context.h"

#include "util/fs.h"

#include <errno.h>

/* A configuration or credentials file of 100,000 registries has some 10 MB. */
enum { FILE_LIMIT = 256 * 1024 * 1024 };
/* All files of a run, included ones too. */
enum { FILES_LIMIT = 1000 };

void config_find(struct context *context, struct str dir, struct str name, struct config_found *out)
{
    /* What is there and cannot be opened is told when it is read. */
    struct str plain = path_join(context->arena, dir, name);
    struct str with = str_format(context->arena, "%.*s.toml", STR_ARG(plain));
    *out = (struct config_found){.path = STR(""), .hidden = STR(""), .fd = file_open(plain)};
    if (out->fd < 0 && file_absent(errno)) {
        out->fd = file_open(with);
        if (out->fd >= 0 || (errno != ENOENT && path_exists(with))) {
            out->path = with;
        }
        return;
    }
    out->path = plain;
    switch (fd_identity(out->fd, with)) {
    case FILE_OTHER:
        out->hidden = with;
        context_warn(context, STR(""), "both `%.*s` and `%.*s` exist. Using `%.*s`", STR_ARG(plain),
                     STR_ARG(with), STR_ARG(plain));
        break;
    case FILE_ABSENT:
        context_warn(context,
                     str_format(context->arena,
                                "if you need to support cargo 1.38 or earlier, you can symlink "
                                "`%.*s` to `%.*s.toml`",
                                STR_ARG(name), STR_ARG(name)),
                     "`%.*s` is deprecated in favor of `%.*s.toml`", STR_ARG(plain), STR_ARG(name));
        break;
    case FILE_SAME:
    default:
        break;
    }
}

/* The path without what Rust's paths do not tell apart either: `//`, `/./`, a slash at the end. */
static struct str plain_path(struct arena *arena, struct str path)
{
    struct buf buf = buf_new(arena);
    for (size_t at = 0; at < path.len;) {
        size_t end = at;
        while (end < path.len && path.data[end] != '/') {
            end++;
        }
        bool dot = at > 0 && end == at + 1 && path.data[at] == '.';
        if (end > at && !dot) {
            if (at > 0) {
                buf_add_char(&buf, '/');
            }
            buf_add_bytes(&buf, path.data + at, end - at);
        }
        at = end + 1;
    }
    return buf_str(&buf);
}

/* A circle of includes is told by the path that comes a second time. */
static struct err *mark_seen(struct context *context, struct str path, struct config_seen **seen)
{
    struct str plain = plain_path(context->arena, path);
    for (const struct config_seen *s = *seen; s; s = s->next) {
        if (str_eq(s->path, plain)) {
            return err_new(context->arena, "config `include` cycle detected with path `%.*s`",
                           STR_ARG(path));
        }
    }
    if (++context->file_count > FILES_LIMIT) {
        return err_new(context->arena, "more than %d configuration files", FILES_LIMIT);
    }
    struct config_seen *new = arena_new(context->arena, struct config_seen);
    *new = (struct config_seen){plain, *seen};
    *seen = new;
    return NULL;
}

static struct err *read_text(struct context *context, struct str path, int fd, struct str *out)
{
    if (memchr(path.data, '\0', path.len)) {
        return err_new(context->arena, "file name contained an unexpected NUL byte");
    }
    struct str text;
    if (fd >= 0) {
        TRY(fd_read(context->arena, fd, FILE_LIMIT, &text));
    } else {
        TRY(file_read(context->arena, path, FILE_LIMIT, &text));
    }
    if (!utf8_valid(text)) {
        return err_new(context->arena, "stream did not contain valid UTF-8");
    }
    *out = text;
    return NULL;
}

/* Spells `token =`, `"token" =` and `secret-key =`, also at the end of a dotted key. */
bool config_holds_secret(struct str text)
{
    static const char *const names[] = {"token", "secret-key"};
    for (size_t n = 0; n < COUNT(names); n++) {
        size_t length = strlen(names[n]);
        const char *at = text.data;
        const char *end = text.data + text.len;
        while ((at = memmem(at, (size_t)(end - at), names[n], length))) {
            at += length;
            const char *after = at;
            while (after < end &&
                   (*after == '"' || *after == '\'' || *after == ' ' || *after == '\t')) {
                after++;
            }
            if (after < end && *after == '=') {
                return true;
            }
        }
    }
    return false;
}

static struct err *parse(struct context *context, struct str text, enum config_secret secret,
                         struct toml_doc **out)
{
    (void)secret;
    return toml_parse(context->arena, text, out);
}

static void add_key_path(struct arena *arena, struct buf *buf, const struct toml_node *node)
{
    const struct toml_node *parent = node->parent;
    if (!parent) {
        return;
    }
    add_key_path(arena, buf, parent);
    if (parent->type == TOML_ARRAY) {
        size_t index = 0;
        for (const struct toml_node *n = parent->first; n != node; n = n->next) {
            index++;
        }
        buf_addf(buf, "[%zu]", index);
        return;
    }
    struct config_key key = {.parts = &node->key, .count = 1};
    if (parent->parent) {
        buf_add_char(buf, '.');
    }
    buf_add(buf, config_key_display(arena, &key));
}

static const struct toml_node *first_unsupported(const struct toml_node *node)
{
    if (node->type == TOML_FLOAT || node->type == TOML_DATETIME) {
        return node;
    }
    if (node->type != TOML_TABLE && node->type != TOML_ARRAY) {
        return NULL;
    }
    for (const struct toml_node *child = node->first; child; child = child->next) {
        const struct toml_node *found = first_unsupported(child);
        if (found) {
            return found;
        }
    }
    return NULL;
}

struct err *config_check_types(struct arena *arena, const struct toml_node *root)
{
    const struct toml_node *node = first_unsupported(root);
    if (!node) {
        return NULL;
    }
    struct err *err = err_new(arena, "unsupported TOML configuration type `%s`",
                              node->type == TOML_FLOAT ? "float" : "datetime");
    struct buf path = buf_new(arena);
    add_key_path(arena, &path, node);
    return err_wrap(arena, err, "failed to parse config at `%.*s`", STR_ARG(buf_str(&path)));
}

static void remember_file(struct context *context, struct str path, const struct toml_doc *doc,
                          enum config_secret secret)
{
    struct config_file **end = &context->files;
    for (; *end; end = &(*end)->next) {
        if (str_eq((*end)->path, path)) {
            return;
        }
    }
    *end = arena_new(context->arena, struct config_file);
    **end = (struct config_file){path, doc, secret == CONFIG_CREDENTIALS, NULL};
}

struct err *config_load_file(struct context *context, struct str path, int fd,
                             enum definition_kind kind, enum config_secret secret,
                             struct config_seen **seen, struct config_value *out)
{
    TRY(mark_seen(context, path, seen));
    struct str text;
    struct err *err = read_text(context, path, fd, &text);
    if (err) {
        return err_wrap(context->arena, err, "failed to read configuration file `%.*s`",
                        STR_ARG(path));
    }
    struct toml_doc *doc;
    err = parse(context, text, secret, &doc);
    if (err) {
        return err_wrap(context->arena, err, "could not parse TOML configuration in `%.*s`",
                        STR_ARG(path));
    }
    err = config_check_types(context->arena, doc->root);
    if (err) {
        return err_wrap(context->arena, err, "failed to load TOML configuration from `%.*s`",
                        STR_ARG(path));
    }
    struct definition *definition = arena_new(context->arena, struct definition);
    *definition = (struct definition){kind, path, doc};
    remember_file(context, path, doc, secret);
    struct config_value table = config_of_node(doc->root, definition);
    TRY(config_load_includes(context, secret, seen, &table));
    *out = table;
    return NULL;
}

/* Loads a file and merges it below what is there. */
static struct err *load_below(struct context *context, struct str path, int fd,
                              struct config_value *values)
{
    struct config_seen *seen = NULL;
    struct config_value table;
    TRY(config_load_file(context, path, fd, DEFINITION_FILE, CONFIG_PLAIN, &seen, &table));
    struct err *err = config_merge(context->arena, values, &table, false, values);
    if (err) {
        return err_wrap(context->arena, err, "failed to merge configuration at `%.*s`",
                        STR_ARG(path));
    }
    return NULL;
}

static struct err *load_directory(struct context *context, struct str dir,
                                  struct config_value *values, bool *is_home)
{
    struct config_found found;
    config_find(context, dir, STR("config"), &found);
    CLEANUP(fd_close) int fd = found.fd;
    if (found.path.len == 0) {
        return NULL;
    }
    /* Only where a file was found can home come a second time. */
    *is_home |= str_eq(dir, context->home) || path_same(dir, context->home);
    return load_below(context, found.path, fd, values);
}

/* cargo: walk_tree. Goes on after a fault, for who looks for all that is on the disk. */
static const struct err *load_all(struct context *context, struct config_value *values)
{
    const struct err *first = NULL;
    bool home_done = false;
    struct str dir = context->cwd;
    do {
        struct str config_dir = path_join(context->arena, dir, STR(".cargo"));
        const struct err *err = load_directory(context, config_dir, values, &home_done);
        first = first ? first : err;
        context->silent = first;
    } while (path_parent(context->arena, dir, &dir));
    if (!home_done) {
        const struct err *err = load_directory(context, context->home, values, &home_done);
        first = first ? first : err;
    }
    context->silent = false;
    return first;
}

struct err *config_load(struct context *context, struct config_value *out)
{
    *out = (struct config_value){.type = CONFIG_TABLE};
    const struct err *err = load_all(context, out);
    return err ? err_wrap(context->arena, err, "could not load Cargo configuration") : NULL;
}
