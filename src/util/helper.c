#include "util/helper.h"

#include "util/fs.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

/* How to build a helper. The crate's build script sets another text. */
#ifndef HELPER_OPTION
#define HELPER_OPTION "-D%s=enabled"
#endif

/* The option in meson_options.txt and the feature in Cargo.toml have the same names. */
static struct err *not_installed(struct arena *arena, struct str name)
{
    const char *option = str_eq(name, STR("cargo-logout-revoke")) ? "revoke" : "libsecret";
    struct err *how = err_new(arena, "install the package `%s`, or build with `" HELPER_OPTION "`",
                              name.data, option);
    return err_wrap(arena, how, "`%s` is not installed", name.data);
}

struct err *helper_path(struct arena *arena, struct str name, struct str *out)
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self));
    if (len < 0) {
        return err_wrap(arena, err_os(arena, errno), "failed to find the program `%s`", name.data);
    }
    struct str dir;
    (void)path_parent(arena, str_copy(arena, self, (size_t)len), &dir);
    const struct str dirs[] = {
        dir,
        path_join(arena, dir, STR("../libexec/cargo-logout")),
        STR(HELPER_DIR),
    };
    for (size_t i = 0; i < COUNT(dirs); i++) {
        struct str path = path_join(arena, dirs[i], name);
        if (path_exists(path)) {
            *out = path;
            return NULL;
        }
    }
    return not_installed(arena, name);
}
