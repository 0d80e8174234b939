/*
 * The lines between cargo-logout and cargo-logout-revoke, each written by one and read by the
 * other. The first letter decides which:
 *
 * 'r', a request: bytes for settings, then index URL, token and the settings of the network, with
 * NULs between. The helper reads the same values.
 * 'a', an answer: a byte for the verdict, one for the status, then the texts with NULs between.
 * cargo-logout reads that same verdict, and of each text one line without the token.
 * 'j', a request in any JSON. An error does not show the token.
 * 'c', the config.json of an index. An API that is found is a string of the text, and one whose URL
 * has a query or a fragment is not called. An error does not quote the text.
 * Any other letter: an arbitrary line. If it is accepted, it has a verdict's name.
 */
#include "harness.h"

#include "revoke/api_base.h"
#include "revoke/protocol.h"
#include "util/json.h"
#include "util/text.h"

#include "credential/revoke_client.h"

#include <curl/curl.h>

static void check_line(struct arena *arena, struct str line)
{
    size_t id;
    struct server_answer read;
    struct err *err = server_line_read(arena, line, &id, &read);
    harness_check_err(err);
    if (!err && str_find(line, '\\') < 0)
        HOLDS(harness_holds(line, str_of(server_verdict_names[read.verdict])));
}

static uint8_t number(struct str *rest)
{
    if (rest->len == 0)
        return 0;
    *rest = (struct str){rest->data + 1, rest->len - 1};
    return (uint8_t)rest->data[-1];
}

static void check_answer(struct arena *arena, struct str input)
{
    struct server_answer told = {
        .verdict = number(&input) % (VERDICT_UNKNOWN + 1),
        .status = number(&input),
        .url = harness_piece(arena, &input, '\0'),
        .detail = harness_piece(arena, &input, '\0'),
        .who = harness_piece(arena, &input, '\0'),
        .scopes = harness_piece(arena, &input, '\0'),
        .page = input,
    };
    size_t id;
    struct server_answer read;
    const struct request request = {.id = told.status, .token = STR(SECRET), .http.arena = arena};
    struct str line = answer_line(&request, &told);
    HOLDS(!server_line_read(arena, line, &id, &read));
    HOLDS(id == told.status && read.status == told.status);
    HOLDS(read.verdict == told.verdict);
    const struct str texts[][2] = {{told.url, read.url},
                                   {told.detail, read.detail},
                                   {told.who, read.who},
                                   {told.scopes, read.scopes},
                                   {told.page, read.page}};
    for (size_t i = 0; i < COUNT(texts); i++) {
        HOLDS((texts[i][0].len > 0) == (texts[i][1].len > 0));
        HOLDS(str_eq(texts[i][1], text_shown(arena, texts[i][1])));
        HOLDS(!harness_holds(texts[i][1], STR(SECRET)));
    }
}

static bool same_text(struct arena *arena, struct str read, struct str told)
{
    return str_eq(read, utf8_lossy(arena, told));
}

static void check_network(struct arena *arena, const struct network *network,
                          const struct http *read)
{
    HOLDS(same_text(arena, read->proxy, network->proxy));
    HOLDS(!read->proxy.data == (network->proxy.len == 0));
    HOLDS(same_text(arena, read->cainfo, network->cainfo));
    HOLDS(same_text(arena, read->user_agent, network->user_agent) || network->user_agent.len == 0);
    HOLDS(!network->timeout || read->timeout_seconds <= (long)*network->timeout);
    HOLDS(read->retries == (long)network->retry);
    HOLDS((read->tls_versions == CURL_SSLVERSION_DEFAULT) ==
          (network->ssl_min.len == 0 && network->ssl_max.len == 0));
}

static void check_request(struct arena *arena, struct str input)
{
    static const char *const versions[] = {"", "tlsv1", "tlsv1.2", "tlsv1.3"};
    uint8_t flags = number(&input);
    uint64_t timeout = number(&input);
    struct server_call call = {
        .revokes = flags & 1,
        .index = harness_piece(arena, &input, '\0'),
        .token = harness_piece(arena, &input, '\0'),
        .cache = harness_piece(arena, &input, '\0'),
        .canonical = STR("c"),
    };
    const struct network network = {
        .proxy = harness_piece(arena, &input, '\0'),
        .cainfo = harness_piece(arena, &input, '\0'),
        .user_agent = harness_piece(arena, &input, '\0'),
        .ssl_min = str_of(versions[flags >> 2 & 3]),
        .ssl_max = str_of(versions[flags >> 4 & 3]),
        .timeout = timeout > 0 ? &timeout : NULL,
        .retry = flags >> 6,
    };
    call.network = &network;
    call.sent = &call;
    struct index_url url;
    if (index_url_parse(arena, call.index, &url))
        return;
    call.index = url.text;
    call.server = server_recognize(arena, &url);
    if (call.server.obstacle || server_token_obstacle(call.server.kind, call.token))
        return; /* it is not sent */
    struct str line = server_requests(arena, &call, 1, 99);
    HOLDS(str_find(line, '\n') == (ptrdiff_t)line.len - 1);
    json_auto_t *document = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, NULL);
    HOLDS(json_integer_value(json_object_get(document, "run_ms")) == 99);
    json_t *group = json_object_get(json_object_get(document, "groups"),
                                    utf8_lossy(arena, call.server.host).data);
    struct request read;
    if (request_read(arena, json_array_get(group, 0), 0, &read)) {
        HOLDS(!server_can_send(utf8_lossy(arena, network.user_agent)));
        return;
    }
    HOLDS(str_eq(read.token, server_bare_token(call.token)) && read.id == 0);
    HOLDS(read.kind == call.server.kind || read.kind == SERVER_TRUSTED_PUBLISHING);
    HOLDS(read.revokes == call.revokes);
    HOLDS(same_text(arena, read.api, call.server.root));
    HOLDS(read.api.len > 0 || same_text(arena, read.index, call.index));
    HOLDS(read.api.len > 0 || same_text(arena, read.cache, call.cache));
    check_network(arena, &network, &read.http);
}

static void check_api(struct arena *arena, struct str text)
{
    struct str api;
    struct err *none = api_base_of(arena, text, &api);
    harness_check_err(none);
    if (!none) {
        HOLDS(harness_holds(text, api) || str_find(text, '\\') >= 0);
        HOLDS(harness_holds(text, STR("api")) || str_find(text, '\\') >= 0);
        struct url url;
        struct err *err = url_parse(arena, api, &url);
        HOLDS(err || (str_find(api, '?') < 0 && str_find(api, '#') < 0));
        HOLDS(err || str_starts(str_lower(arena, api), STR("http")));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena arena = {0};
    struct str text = harness_plant(&arena, data, size);
    struct str rest = str_slice(&arena, text, 1, text.len);
    json_wipe_memory();
    if (text.data[0] == 'r') {
        check_request(&arena, rest);
    } else if (text.data[0] == 'a') {
        check_answer(&arena, rest);
    } else if (text.data[0] == 'j') {
        struct request request;
        json_auto_t *json = json_loadb(rest.data, rest.len, 0, NULL);
        harness_check_err(request_read(&arena, json, 0, &request));
    } else if (text.data[0] == 'c') {
        check_api(&arena, rest);
    } else {
        check_line(&arena, text);
    }
    arena_free(&arena);
    return 0;
}
