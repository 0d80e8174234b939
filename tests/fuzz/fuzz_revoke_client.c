/*
 * The lines between cargo-logout and cargo-logout-revoke, each written by one and read by the
 * other. The first letter says which.
 *
 * 'r', a request: bytes for settings, then index URL, token and the settings of the network, with
 * NULs between. The helper reads what was said.
 * 'a', an answer: a byte for the verdict, one for the status, then the texts with NULs between.
 * cargo-logout reads that same verdict, and of each text one line without the token.
 * Any other: a line that anyone could have written. If it is accepted, it says twice whether the
 * token is invalid, and what it shows does not show the token.
 */
#include "harness.h"

#include "revoke/answer.h"
#include "revoke/request.h"
#include "util/utf8.h"

#include "credential/revoke_client.h"

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

static void check_texts(const struct server_answer *answer)
{
    check_shown(answer->url);
    check_shown(answer->detail);
    check_shown(answer->who);
    check_shown(answer->scopes);
    check_shown(answer->expires);
    check_shown(answer->page);
}

static void check_line(struct arena *arena, struct str line)
{
    struct server_line read = {.id = 77};
    struct err *err = server_line_read(arena, line, &read);
    harness_check_err(err);
    if (err) {
        HOLDS(read.id == 77);
        return;
    }
    bool invalid = server_verdict_is_invalid(read.answer.verdict);
    HOLDS(read.waiting || harness_holds(line, invalid ? STR("true") : STR("false")));
    HOLDS(read.waiting || str_find(line, '\\') >= 0 ||
          harness_holds(line, str_of(server_verdict_name(read.answer.verdict))));
    HOLDS(!read.waiting || !invalid);
    server_answer_clean(arena, &read.answer, STR(SECRET));
    check_texts(&read.answer);
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
        .verdict = (enum verdict)(number(&input) % (TOKEN_UNKNOWN + 1)),
        .status = number(&input),
        .url = harness_piece(arena, &input, '\0'),
        .detail = harness_piece(arena, &input, '\0'),
        .facts.who = harness_piece(arena, &input, '\0'),
        .facts.scopes = harness_piece(arena, &input, '\0'),
        .page = input,
    };
    struct secrets secrets = {0};
    struct server_line read;
    secrets_add(&secrets, STR(SECRET));
    struct str line = answer_line(arena, told.status, &told, &secrets);
    HOLDS(!server_line_read(arena, line, &read));
    server_answer_clean(arena, &read.answer, STR(SECRET));
    HOLDS(read.id == (size_t)told.status && !read.waiting);
    HOLDS(str_eq(str_of(server_verdict_name(read.answer.verdict)),
                 str_of(verdict_name(told.verdict))));
    HOLDS(server_verdict_is_invalid(read.answer.verdict) == verdict_is_invalid(told.verdict));
    HOLDS(read.answer.status == (unsigned)told.status);
    HOLDS((read.answer.detail.len > 0) == (told.detail.len > 0));
    check_texts(&read.answer);
}

static bool same_text(struct arena *arena, struct str read, struct str told)
{
    return str_eq(read, utf8_lossy(arena, told));
}

static void check_network(struct arena *arena, const struct network *network,
                          const struct http_settings *read)
{
    HOLDS(same_text(arena, read->proxy, network->proxy));
    HOLDS(read->has_proxy == (network->proxy.len > 0));
    HOLDS(same_text(arena, read->cainfo, network->cainfo));
    HOLDS(same_text(arena, read->user_agent, network->user_agent) || network->user_agent.len == 0);
    HOLDS(!network->timeout || read->timeout_seconds <= (long)*network->timeout);
    HOLDS(read->retries == (long)network->retry);
    HOLDS(read->skip_revocation_lists == (network->check_revoke && !*network->check_revoke));
    HOLDS((read->tls_versions == CURL_SSLVERSION_DEFAULT) ==
          (network->ssl_min.len == 0 && network->ssl_max.len == 0));
}

static void check_request(struct arena *arena, struct str input)
{
    static const char *const versions[] = {"", "tlsv1", "tlsv1.2", "tlsv1.3"};
    uint8_t flags = number(&input);
    uint64_t timeout = number(&input);
    bool check = flags & 1;
    struct server_call call = {
        .action = (enum server_action)(timeout % (SERVER_INSPECT + 1)),
        .index_url = harness_piece(arena, &input, '\0'),
        .token = harness_piece(arena, &input, '\0'),
        .cargo_home = harness_piece(arena, &input, '\0'),
        .deadline_ms = (int64_t)timeout,
    };
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
    call.network = &network;
    enum server_kind kind = server_kind_of(call.index_url);
    struct str root = server_root(arena, kind, call.index_url);
    struct str line;
    if (!server_can_know(kind, call.token) || (kind != SERVER_OTHER && root.len == 0) ||
        !utf8_valid(call.index_url) || server_request(arena, &call, 5, 3, 99, &line)) {
        return; /* server_ask() does not send it */
    }
    HOLDS(str_find(line, '\n') == (ptrdiff_t)line.len - 1);
    struct request read;
    struct err *err = request_parse(arena, line, &read);
    if (err) {
        HOLDS(!http_header_can_hold(utf8_lossy(arena, network.user_agent)));
        return;
    }
    HOLDS(str_eq(read.token, call.token) && read.id == 5 && read.group == 3 && read.run_ms == 99);
    HOLDS(strcmp(servers[read.kind].name, server_kind_name(kind)) == 0);
    HOLDS((int)read.action == (int)call.action);
    HOLDS(read.has_api == (kind != SERVER_OTHER) && str_eq(read.api, root));
    HOLDS(read.has_api || (read.index.len > 0 && read.canonical.len > 0));
    HOLDS(read.has_api || same_text(arena, read.cargo_home, call.cargo_home));
    check_network(arena, &network, &read.http);
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
