#include "util/base.h"

struct err *err_wrap(struct arena *arena, const struct err *cause, const char *format, ...)
{
    struct err *err = arena_new(arena, struct err);
    va_list arguments;
    va_start(arguments, format);
    *err = (struct err){str_vformat(arena, format, arguments), cause};
    va_end(arguments);
    return err;
}

struct err *err_os(struct arena *arena, int number)
{
    /* In English, because this program sets no locale. */
    return err_new(arena, "%s (os error %d)", strerror(number), number);
}
