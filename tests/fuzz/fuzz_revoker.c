/*
 * The two lines between cargo-logout and cargo-logout-revoke, each written by one and read by the
 * other. First letter: which.
 *
 * 'r', a request: a byte for the kind, one for the place, then the token, that place and the
 * settings of the network, with NULs between. The helper reads of it what was said.
 * 'a', an answer: a byte for the verdict, one for the status, then URL and detail. cargo-logout
 * reads of it that same verdict, and shows one line of each text, never the token.
 * Any other: a line that anyone could have written. Where it is taken it says twice whether the
 * token is dead, and what may be shown of it does not show the token.
 */
#include "harness.h"

#include "util/utf8.h"
#include "revoke/answer.h"
#include "revoke/request.h"
#include "credential/revoker_protocol.h"
#include "toml/toml.h"

#include <curl/curl.h>

#define SHOWN_LIMIT ((size_t)1010) /* with `...`, or a mark for half a character */

static void check_shown(struct str text)
{
    HOLDS(text.len <= SHOWN_LIMIT);
    HOLDS(utf8_valid(text) && !harness_holds(text, STR(SECRET)));
    for (size_t i = 0; i < text.len; i++) {
        HOLDS((unsigned char)text.data[i] >= ' ' && text.data[i] != 0x7f);
    }
}

static void check_line(struct arena *arena, struct str line)
{
    struct revocation out = {.status = 77};
    struct err *err = revoker_answer(arena, line, STR(SECRET), &out);
    harness_check_err(err);
    if (err) {
        HOLDS(out.status == 77);
        return;
    }
    HOLDS(out.dead == (out.how <= REVOCATION_NOT_A_TOKEN) && out.how < REVOCATION_NOT_SENT);
    HOLDS(harness_holds(line, out.dead ? STR("true") : STR("false")));
    HOLDS(harness_holds(line, str_of(revocation_name(out.how))) || str_find(line, '\\') >= 0);
    check_shown(out.url);
    check_shown(out.detail);
}

static uint8_t number(struct str *rest)
{
    if (rest->len == 0) {
        return 0;
    }
    *rest = (struct str){rest->data + 1, rest->len - 1};
    return (uint8_t)rest->data[-1];
}

static void check_answer(struct arena *arena, struct str input)
{
    struct answer told = {
        .how = (enum how)(number(&input) % (HOW_NO_API + 1)),
        .status = number(&input),
        .url = harness_piece(arena, &input, '\0'),
        .detail = input,
    };
    struct str line = answer_line(arena, &told, STR(SECRET));
    struct revocation read;
    HOLDS(!revoker_answer(arena, line, STR(SECRET), &read));
    HOLDS(str_eq(str_of(revocation_name(read.how)), str_of(how_name(told.how))));
    HOLDS(read.dead == how_is_dead(told.how) && read.status == (unsigned)told.status);
    check_shown(read.url);
    check_shown(read.detail);
    HOLDS((read.detail.len > 0) == (told.detail.len > 0));
}

static bool same_text(struct arena *arena, struct str read, struct str told)
{
    return str_eq(read, utf8_lossy(arena, told));
}

static void check_request(struct arena *arena, struct str input)
{
    static const enum token_kind kinds[] = {
        [REVOKER_CRATES_IO] = TOKEN_CRATES_IO,
        [REVOKER_TRUSTED_PUBLISHING] = TOKEN_TRUSTED_PUBLISHING,
        [REVOKER_REGISTRY] = TOKEN_REGISTRY,
    };
    static const char *const versions[] = {"", "tlsv1", "tlsv1.2", "tlsv1.3"};
    uint8_t flags = number(&input);
    enum api_source source = (enum api_source)(number(&input) % (API_FROM_CLONE + 1));
    struct str token = harness_piece(arena, &input, '\0');
    struct str place = harness_piece(arena, &input, '\0');
    struct str cache = harness_piece(arena, &input, '\0');
    uint64_t timeout = number(&input);
    bool check = flags & 1;
    struct network network = {
        .proxy = harness_piece(arena, &input, '\0'),
        .cainfo = harness_piece(arena, &input, '\0'),
        .user_agent = harness_piece(arena, &input, '\0'),
        .ssl_min = str_of(versions[flags >> 2 & 3]),
        .ssl_max = str_of(versions[flags >> 4 & 3]),
        .timeout = timeout > 0 ? &timeout : NULL,
        .check_revoke = flags & 2 ? &check : NULL,
        .retry = flags >> 6,
    };
    if (!revoker_can_send(token) || place.len == 0) {
        return; /* who calls does not */
    }
    struct revoker_server server = {.cache = cache};
    *(source == API_KNOWN        ? &server.api
      : source == API_FROM_INDEX ? &server.index
                                 : &server.clone) = place;
    struct revoker_call call = {&server, flags % COUNT(kinds), token, &network};
    struct str line = revoker_request(arena, &call);
    HOLDS(str_find(line, '\n') == (ptrdiff_t)line.len - 1);
    struct request read;
    struct err *err = request_parse(arena, line, &read);
    if (err) {
        HOLDS(!http_header_can_hold(utf8_lossy(arena, network.user_agent)));
        return;
    }
    HOLDS(str_eq(read.token, token) && read.kind == kinds[call.kind]);
    HOLDS(read.source == source && same_text(arena, read.place, place));
    HOLDS(same_text(arena, read.cache, cache));
    HOLDS(same_text(arena, read.http.proxy, network.proxy));
    HOLDS(read.http.has_proxy == (network.proxy.len > 0));
    HOLDS(same_text(arena, read.http.cainfo, network.cainfo));
    HOLDS(same_text(arena, read.http.user_agent, network.user_agent) ||
          network.user_agent.len == 0);
    HOLDS(!network.timeout || read.http.timeout_seconds <= (long)timeout);
    HOLDS(read.http.retries == (long)network.retry);
    HOLDS(read.http.skip_revocation_lists == (network.check_revoke && !check));
    HOLDS((read.http.tls_versions == CURL_SSLVERSION_DEFAULT) ==
          (network.ssl_min.len == 0 && network.ssl_max.len == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct arena arena = {0};
    struct str text = harness_plant(&arena, data, size);
    struct str rest = str_slice(&arena, text, 1, text.len);
    switch (text.data[0]) {
    case 'r':
        check_request(&arena, rest);
        break;
    case 'a':
        check_answer(&arena, rest);
        break;
    default:
        check_line(&arena, text);
        break;
    }
    arena_free(&arena);
    return 0;
}
