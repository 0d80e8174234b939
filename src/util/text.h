/*
 * Foreign text: names, paths, URLs and messages that come from files, the environment, servers or
 * other programs. It is shown to people through text_shown(), and offered to a shell through
 * text_quoted(). Nothing else escapes or quotes.
 */
#ifndef UTIL_TEXT_H
#define UTIL_TEXT_H

#include "util/base.h"

/*
 * The text as it may be printed on one line: control characters (line ends and tabs too), and the
 * characters that turn the direction of text around or break lines, become `\n`, `\t` or `\u{1b}`;
 * bytes that are not UTF-8 become U+FFFD. Everything else stays, a backslash too. Returns `text`
 * itself if nothing has to change.
 */
struct str text_shown(struct arena *arena, struct str text);

/* Whether text_shown() would return the text unchanged. */
bool text_is_plain(struct str text);

/* Whether this character is one that text_shown() escapes. */
bool text_is_control(uint32_t character);

/* The word as a POSIX shell reads it back: unchanged where that is safe, else in single quotes. The
 * caller checks text_is_plain() first if the result is to be shown. */
struct str text_quoted(struct arena *arena, struct str word);

/* Columns on a terminal: 2 for wide characters, 0 for combining ones. Without libunistring, every
 * character counts as 1. */
size_t text_width(struct arena *arena, struct str text);

/* At most `columns` wide: a longer text loses its middle, which becomes `…`. */
struct str text_fit(struct arena *arena, struct str text, size_t columns);

#endif
