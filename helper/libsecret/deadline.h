/*
 * Limits the time of one answer. libsecret and GLib have calls without a time limit (the handshake
 * with a bus that accepts and then sends nothing, a prompt that never completes). When the time is
 * over, a signal handler writes the answer that was prepared for this case and exits. The status is
 * 0, because cargo ignores the answer of a provider that exits with another status.
 *
 *     deadline_start(fd, 20, late);   `late` must stay valid until deadline_stop()
 *     deadline_stop();                before the ordinary answer is written
 *
 * After deadline_stop() returns, the late answer can no longer be written. This module uses
 * SIGALRM.
 */
#ifndef LIBSECRET_DEADLINE_H
#define LIBSECRET_DEADLINE_H

#include "util/base.h"

void deadline_start(int fd, unsigned seconds, struct str late);
void deadline_stop(void);

#endif
