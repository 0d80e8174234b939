#include "util/base.h"

struct err *err_wrap(struct arena *arena, const struct err *cause, const char *format, ...)
{
    struct err *err = arena_new(arena, struct err);
    struct buf buf = buf_new(arena);
    va_list arguments;
    va_start(arguments, format);
    buf_vaddf(&buf, format, arguments);
    va_end(arguments);
    err->message = buf_str(&buf);
    err->cause = cause;
    return err;
}

struct err *err_os(struct arena *arena, int number)
{
    /* Uses the text of the C locale, as Rust does. strerrordesc_np() is thread-safe, but not every
     * C library has it. This program sets no locale. */
#ifdef __GLIBC__
    const char *text = strerrordesc_np(number);
#else
    const char *text = strerror(number);
#endif
    if (!text) {
        return err_new(arena, "Unknown error %d (os error %d)", number, number);
    }
    return err_new(arena, "%s (os error %d)", text, number);
}
