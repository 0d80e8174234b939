/*
 * Makes text from outside safe to print: names, paths, URLs and messages from files, the
 * environment, servers or other programs. text_shown() escapes it for people, and text_quoted()
 * quotes it for shells. No other function escapes or quotes.
 */
#ifndef UTIL_TEXT_H
#define UTIL_TEXT_H

#include "util/base.h"

/* Returns the text as it can be printed on one line. Control characters, including line ends and
 * tabs, and characters that change the direction of text or break lines become `\n`, `\t` or
 * `\u{1b}`. Bytes that are not UTF-8 become U+FFFD. Everything else stays, including backslashes.
 * Returns `text` itself if nothing changes. */
struct str text_shown(struct arena *arena, struct str text);

/* Quotes a word for a POSIX shell: unchanged if that is safe, or else in single quotes. Before
 * the result is printed, the caller must check that text_shown() does not change the word. */
struct str text_quoted(struct arena *arena, struct str word);

/* Chooses the best of several candidates for a suggestion, by Jaro's measure: 1 for equal texts, 0
 * for texts that have nothing in common. Returns true and raises `best`, which starts at 0, if
 * `candidate` is similar enough to `word` and at least as similar as the best one before. clap
 * chooses its tips so. The operations and their order are those of the strsim crate, because the
 * last bit can decide between two candidates. */
bool text_is_similar(struct arena *arena, struct str word, const char *candidate, double *best);

#endif
