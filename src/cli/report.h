/*
 * What a run did, told to a person in cargo's words.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "base/shell.h"
#include "logout/logout.h"

void report_logout(struct shell *shell, const struct logout *logout);

#endif
