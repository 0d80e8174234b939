/*
 * Without a person nothing may ask one. The Secret Service answers some calls with "ask the person
 * first", and libsecret then waits for as long as that takes. It has no setting for it, but it lets
 * programs register a backend: ours is libsecret's own, with another answer to a prompt. Should a
 * libsecret not take it, the deadline still ends the waiting.
 */
#ifndef LIBSECRET_PROMPT_H
#define LIBSECRET_PROMPT_H

/* Before the first call into libsecret, once. From then on each prompt fails at once, as locked. */
void prompts_refuse(void);

#endif
