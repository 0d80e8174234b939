/*
 * Questions to a person. The Secret Service answers some calls with "ask the person first", and
 * libsecret then waits for as long as that takes; in 0.20 it also waits for ever when the service
 * goes away meanwhile. It has no setting for either, but it lets programs register a backend: ours
 * is libsecret's own, with another way to take a prompt. Should a libsecret not accept it, the
 * deadline still ends the waiting. And it takes "/" for the path of what was made, which is what a
 * service says when the person has answered with no: here that is a failure.
 */
#ifndef LIBSECRET_PROMPT_H
#define LIBSECRET_PROMPT_H

#include <stdbool.h>

/* Before the first call into libsecret, once. Unattended, a prompt fails at once, as locked. */
void prompts_take_over(bool attended);

#endif
