#include "util/helper.h"

#include "util/fs.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

struct err *helper_path(struct arena *arena, struct str name, struct str *out)
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self));
    if (len < 0) {
        return err_wrap(arena, err_os(arena, errno), "failed to find the program `%s`", name.data);
    }
    struct str dir;
    (void)path_parent(arena, str_copy(arena, self, (size_t)len), &dir);
    struct str beside = path_join(arena, dir, name);
    struct str installed = path_join(arena, STR(HELPER_DIR), name);
    *out = !path_exists(beside) && path_exists(installed) ? installed : beside;
    return NULL;
}
