#include "http.h"

#include "credential/server_kind.h"
#include "util/child.h"
#include "util/json.h"

#include <curl/curl.h>
#include <malloc.h>
#include <poll.h>
#include <unistd.h>

#define BODY_LIMIT      ((size_t)256 * 1024) /* of an answer */
#define CONNECT_SECONDS 10L
#define SLOWEST         10L /* bytes a second: cargo's default of http.low-speed-limit */
#define WAIT_SECONDS    10  /* a longer Retry-After is not waited for */
#define RETRY_MS        1000

/* What libcurl passes to the callbacks during a call. */
struct receiver {
    struct buf body;
    bool has_headers; /* all headers arrived, up to the empty line */
    bool too_large;
    bool too_long; /* more bytes arrived than the stated length */
};

/* Always copies, because realloc() leaves the old bytes in memory when it moves a block. */
static void *wiping_realloc(void *memory, size_t size)
{
    size_t old = memory ? malloc_usable_size(memory) : 0;
    void *moved = malloc(size);
    if (moved && memory) {
        memcpy(moved, memory, old < size ? old : size);
        wiping_free(memory);
    }
    return moved;
}

void http_init(void)
{
    (void)curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wiping_free, wiping_realloc, strdup,
                               calloc);
}

CLEANUP_BY(text_free, char *, curl_free);
CLEANUP_BY(url_free, CURLU *, curl_url_cleanup);

static struct str url_part(struct arena *arena, CURLU *handle, CURLUPart part)
{
    CLEANUP(text_free) char *text = NULL;
    (void)curl_url_get(handle, part, &text, 0);
    struct str found = str_of(text); /* libcurl's texts are not empty */
    return str_copy(arena, found.data, found.len);
}

static struct str url_shown(struct arena *arena, CURLU *handle)
{
    static const CURLUPart hidden[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                                       CURLUPART_QUERY, CURLUPART_FRAGMENT};
    for (size_t i = 0; i < COUNT(hidden); i++)
        (void)curl_url_set(handle, hidden[i], NULL, 0);
    return url_part(arena, handle, CURLUPART_URL);
}

struct err *url_parse(struct arena *arena, struct str text, struct url *out)
{
    CLEANUP(url_free) CURLU *handle = curl_url();
    CURLUcode rc = curl_url_set(handle, CURLUPART_URL, text.data, 0);
    if (rc != CURLUE_OK)
        return err_new(arena, "it is not a URL: %s", curl_url_strerror(rc));
    if (strpbrk(text.data, "?#"))
        return err_new(arena, "its URL has a query or a fragment");
    struct str parsed = url_part(arena, handle, CURLUPART_URL);
    bool is_plain = str_starts(parsed, STR("http://"));
    if (!is_plain && !str_starts(parsed, STR("https://")))
        return err_new(arena, "its scheme is neither https nor http");
    if (is_plain && !server_is_loopback(url_part(arena, handle, CURLUPART_HOST).data)) {
        return err_new(arena,
                       "a token is sent over http only to this machine, because others could "
                       "read it on the way");
    }
    *out = (struct url){parsed, url_shown(arena, handle), is_plain};
    return NULL;
}

static size_t take_body(const char *data, size_t size, size_t count, void *argument)
{
    struct receiver *receiver = argument;
    receiver->too_large = receiver->body.len + size * count > BODY_LIMIT;
    if (receiver->too_large)
        return 0;
    buf_add_bytes(&receiver->body, data, size * count);
    return size * count;
}

/* Takes from libcurl's messages what it does not check itself: whether an answer is cut off in its
 * headers, and whether data follow a body of the stated length. */
static int take_debug(CURL *curl, curl_infotype type, char *data, size_t size, void *argument)
{
    (void)curl;
    struct receiver *receiver = argument;
    struct str text = {data, size};
    if (type == CURLINFO_TEXT)
        receiver->too_long |= memmem(data, size, "xcess found", strlen("xcess found")) != NULL;
    else if (type == CURLINFO_HEADER_IN && str_starts(text, STR("HTTP/")))
        receiver->has_headers = false; /* earlier headers were those of a proxy or a 1xx answer */
    else if (type == CURLINFO_HEADER_IN)
        receiver->has_headers |= str_eq(text, STR("\r\n")) || str_eq(text, STR("\n"));
    return 0;
}

/* Keeps the first error of curl_easy_setopt() in `rc`. Such an error must not be ignored, because
 * TLS depends on these options. Without a handle, every option fails. */
#define SET(option, value) (rc = rc == CURLE_OK ? curl_easy_setopt(curl, option, value) : rc)

/* Returns the system's file of authorities, which a static libcurl does not know, or NULL. */
static const char *system_authorities(void)
{
    static const char *const files[] = {
        "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Arch Linux, Alpine */
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, Red Hat */
        "/etc/pki/tls/certs/ca-bundle.crt",                  /* their older releases */
        "/etc/ssl/ca-bundle.pem",                            /* SUSE */
        "/etc/ssl/cert.pem",
    };
    for (size_t i = 0; i < COUNT(files); i++)
        if (access(files[i], R_OK) == 0)
            return files[i];
    return NULL;
}

/*
 * Sets the trusted authorities. If cargo's configuration has none, cargo's libcurl uses these
 * variables or searches for a file (openssl-probe), so they can be the only setting for a private
 * authority on this machine.
 */
static CURLcode set_authorities(CURL *curl, struct str cainfo)
{
    CURLcode rc = CURLE_OK;
    bool configured = cainfo.len > 0;
    const char *general = configured ? cainfo.data : system_authorities();
    struct str file = str_of(configured ? NULL : getenv("SSL_CERT_FILE"));
    struct str directory = str_of(configured ? NULL : getenv("SSL_CERT_DIR"));
    if (general) {
        SET(CURLOPT_CAINFO, general);
        SET(CURLOPT_PROXY_CAINFO, general);
    }
    if (file.len > 0)
        SET(CURLOPT_CAINFO, file.data);
    if (directory.len > 0)
        SET(CURLOPT_CAPATH, directory.data);
    return rc;
}

static CURLcode set_options(CURL *curl, const struct http *http, const struct url *url,
                            struct receiver *receiver)
{
    long seconds = http->timeout_seconds;
    long to_connect = seconds > 0 && seconds < CONNECT_SECONDS ? seconds : CONNECT_SECONDS;
    int64_t left = http->deadline - child_clock();
    if (left <= 0) /* 0 means no limit for libcurl */
        return CURLE_OPERATION_TIMEDOUT;
    CURLcode rc = set_authorities(curl, http->cainfo);
    SET(CURLOPT_URL, url->text.data);
    SET(CURLOPT_PROTOCOLS_STR, url->is_plain ? "http" : "https");
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, http->tls_versions);
    if (http->proxy.data)
        SET(CURLOPT_PROXY, http->proxy.data);
    if (url->is_plain) /* a proxy can read http requests */
        SET(CURLOPT_NOPROXY, "*");
    SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE); /* no Authorization for the proxy */
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1); /* HTTP/2 needs another library */
    SET(CURLOPT_USERAGENT, http->user_agent.data);
    SET(CURLOPT_TIMEOUT_MS, (long)left);
    SET(CURLOPT_CONNECTTIMEOUT, to_connect);
    SET(CURLOPT_LOW_SPEED_TIME, seconds);
    SET(CURLOPT_LOW_SPEED_LIMIT, SLOWEST);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* do not wait for a name server that does not answer */
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, receiver);
    SET(CURLOPT_DEBUGFUNCTION, take_debug);
    SET(CURLOPT_DEBUGDATA, receiver);
    SET(CURLOPT_VERBOSE, 1L); /* for take_debug(); nothing is printed */
    return rc;
}

/* Returns the number of headers with this name. `value` is the value of the last one. */
static size_t header_count(CURL *curl, const char *name, struct str *value)
{
    struct curl_header *header = NULL;
    (void)curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header);
    *value = str_of(header ? header->value : NULL);
    return header ? header->amount : 0;
}

/* Returns true if the body is complete. libcurl does not check this: it treats the end of a
 * connection as the end of the body even if TLS shows that the server did not end it, and it
 * accepts contradictory lengths. */
static bool is_whole(CURL *curl, long status, const struct receiver *receiver)
{
    struct str length;
    struct str encoding;
    size_t lengths = header_count(curl, "Content-Length", &length);
    size_t encodings = header_count(curl, "Transfer-Encoding", &encoding);
    if (receiver->too_long || lengths + encodings > 1)
        return false;
    if (status == 204)
        return encodings == 0 && (lengths == 0 || str_eq(length, STR("0")));
    if (encodings == 1)
        return strcasecmp(encoding.data, "chunked") == 0;
    return lengths == 1 && length.len > 0 && strspn(length.data, "0123456789") == length.len &&
           strtoull(length.data, NULL, 10) == receiver->body.len;
}

/* Sets `retry_ms` if the server said when to try again. */
static void reply_read(struct arena *arena, CURL *curl, const struct receiver *receiver,
                       struct http_reply *reply, int64_t *retry_ms)
{
    CLEANUP(url_free) CURLU *handle = curl_url();
    char *moved_to = NULL;
    long status = 0;
    curl_off_t seconds = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &moved_to);
    (void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds);
    if (moved_to && curl_url_set(handle, CURLUPART_URL, moved_to, CURLU_NON_SUPPORT_SCHEME) == 0) {
        reply->words = str_format(arena, "it redirects to %s, which is not followed",
                                  url_shown(arena, handle).data);
    } else if (!is_whole(curl, status, receiver)) {
        reply->words = STR("the answer is cut off or contradicts itself");
        return;
    }
    reply->status = (unsigned)status;
    reply->body = buf_str(&receiver->body);
    if ((status == 429 || status == 503) && seconds > 0 && seconds <= WAIT_SECONDS)
        *retry_ms = seconds * 1000;
}

static struct str error_words(struct arena *arena, CURLcode rc, const char *said)
{
    /* libcurl quotes malformed URLs of proxies, with user and password */
    const char *plain = *said && !strchr(said, '@') ? said : curl_easy_strerror(rc);
    return str_copy(arena, plain, strlen(plain));
}

/* Sets `retry_ms` to the time before the call can be made again, or to a negative number if the
 * server can have acted on it. */
static struct http_reply call_server(const struct http *http, const char *method,
                                     const struct url *url, struct str authorization,
                                     int64_t *retry_ms)
{
    struct arena *arena = http->arena;
    struct receiver receiver = {.body = buf_new(arena)};
    struct http_reply reply = {.url = url->shown};
    char words[CURL_ERROR_SIZE] = "";
    char accepted[] = "Accept: application/json";
    struct buf header = buf_new(arena);
    buf_addf(&header, "Authorization: %s", authorization.data);
    struct curl_slist with_token = {.data = header.data};
    struct curl_slist headers = {accepted, authorization.len > 0 ? &with_token : NULL};
    CURL *curl = curl_easy_init();
    CURLcode rc = set_options(curl, http, url, &receiver);
    SET(CURLOPT_ERRORBUFFER, words);
    SET(CURLOPT_CUSTOMREQUEST, method);
    SET(CURLOPT_HTTPHEADER, &headers);
    rc = rc == CURLE_OK ? curl_easy_perform(curl) : rc;
    rc = rc == CURLE_OK && !receiver.has_headers ? CURLE_PARTIAL_FILE : rc;
    *retry_ms = -1;
    if (rc == CURLE_OK) {
        reply_read(arena, curl, &receiver, &reply, retry_ms);
    } else {
        reply.words =
            receiver.too_large ? STR("the answer is too large") : error_words(arena, rc, words);
    }
    if (rc == CURLE_COULDNT_CONNECT || rc == CURLE_COULDNT_RESOLVE_HOST ||
        rc == CURLE_COULDNT_RESOLVE_PROXY)
        *retry_ms = RETRY_MS;
    curl_easy_cleanup(curl);
    return reply;
}

bool http_pause(const struct http *http, int64_t milliseconds)
{
    if (child_clock() + milliseconds >= http->deadline)
        return false;
    (void)poll(NULL, 0, (int)milliseconds);
    return true;
}

struct http_reply http_call(const struct http *http, const char *method, struct str text,
                            struct str authorization)
{
    struct url url = {.text = STR("")};
    struct err *err = url_parse(http->arena, text, &url);
    if (err)
        return (struct http_reply){.words = err->message};
    for (long calls = 1;; calls++) {
        int64_t retry_ms;
        struct http_reply reply = call_server(http, method, &url, authorization, &retry_ms);
        if (calls > http->retries || retry_ms < 0 || !http_pause(http, retry_ms))
            return reply;
    }
}
