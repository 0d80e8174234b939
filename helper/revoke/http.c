#include "http.h"

#include "util/child.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

#define BODY_LIMIT      ((size_t)256 * 1024) /* of an answer */
#define HEADERS_LIMIT   ((size_t)256 * 1024) /* of an answer, including those of its 1xx answers */
#define CONNECT_SECONDS 10L
#define SLOWEST         10L /* bytes a second: cargo's default of http.low-speed-limit */
#define WAIT_SECONDS    10  /* a longer Retry-After is not waited for */
#define FIRST_WAIT_MS   500 /* before the second call; longer before each further one */

/* What libcurl passes to the callbacks during a call. */
struct receiver {
    struct buf body;
    size_t headers_len;
    bool has_headers; /* all headers arrived, up to the empty line */
    bool too_large;
    bool too_long; /* more bytes arrived than the stated length */
};

bool http_header_can_hold(struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if (byte != '\t' && (byte < 0x20 || byte > 0x7E)) {
            return false;
        }
    }
    return value.len > 0;
}

static void text_free(char **text)
{
    curl_free(*text);
}

static struct str url_part(struct arena *arena, CURLU *handle, CURLUPart part)
{
    CLEANUP(text_free) char *text = NULL;
    (void)curl_url_get(handle, part, &text, 0);
    struct str found = str_of(text); /* libcurl's texts are not empty */
    return str_copy(arena, found.data, found.len);
}

/* `host` is in libcurl's format: IPv4 as four numbers, IPv6 in brackets. libcurl resolves
 * `localhost` itself, independently of the system. */
static bool is_loopback(struct arena *arena, struct str host)
{
    struct in_addr address;
    bool in_127 = inet_pton(AF_INET, host.data, &address) == 1 &&
                  ntohl(address.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
    return in_127 || str_eq(host, STR("[::1]")) || str_eq(str_lower(arena, host), STR("localhost"));
}

static struct str url_shown(struct arena *arena, CURLU *handle)
{
    CURLU *copy = curl_url_dup(handle);
    (void)curl_url_set(copy, CURLUPART_USER, NULL, 0);
    (void)curl_url_set(copy, CURLUPART_PASSWORD, NULL, 0);
    (void)curl_url_set(copy, CURLUPART_OPTIONS, NULL, 0);
    (void)curl_url_set(copy, CURLUPART_QUERY, NULL, 0);
    (void)curl_url_set(copy, CURLUPART_FRAGMENT, NULL, 0);
    struct str text = url_part(arena, copy, CURLUPART_URL);
    curl_url_cleanup(copy);
    return text;
}

void url_free(struct url *url)
{
    curl_url_cleanup(url->handle);
    url->handle = NULL;
}

struct err *url_parse(struct arena *arena, struct str text, struct url *out)
{
    CLEANUP(url_free) struct url url = {.handle = curl_url()};
    CURLUcode rc = strlen(text.data) == text.len
                       ? curl_url_set(url.handle, CURLUPART_URL, text.data, 0)
                       : CURLUE_MALFORMED_INPUT;
    if (rc != CURLUE_OK) {
        return err_new(arena, "it is not a URL: %s", curl_url_strerror(rc));
    }
    struct str scheme = url_part(arena, url.handle, CURLUPART_SCHEME);
    url.is_plain = str_eq(scheme, STR("http"));
    if (!url.is_plain && !str_eq(scheme, STR("https"))) {
        return err_new(arena, "its scheme is neither https nor http");
    }
    if (url.is_plain && !is_loopback(arena, url_part(arena, url.handle, CURLUPART_HOST))) {
        return err_new(arena,
                       "a token is sent over http only to this machine, because others could "
                       "read it on the way");
    }
    url.shown = url_shown(arena, url.handle);
    *out = url;
    url.handle = NULL; /* the caller owns it now */
    return NULL;
}

static size_t take_body(const char *data, size_t size, size_t count, void *argument)
{
    struct receiver *receiver = argument;
    receiver->too_large = receiver->body.len + size * count > BODY_LIMIT;
    if (receiver->too_large) {
        return 0;
    }
    buf_add_bytes(&receiver->body, data, size * count);
    return size * count;
}

/* Needed because libcurl treats an answer that is cut off in its headers like one with an empty
 * body. */
static size_t take_header(const char *data, size_t size, size_t count, void *argument)
{
    struct receiver *receiver = argument;
    struct str line = {data, size * count};
    receiver->headers_len += line.len;
    receiver->too_large = receiver->headers_len > HEADERS_LIMIT;
    if (str_starts(line, STR("HTTP/"))) {
        receiver->has_headers = false; /* earlier headers were those of a 1xx answer */
    } else if (str_eq(line, STR("\r\n")) || str_eq(line, STR("\n"))) {
        receiver->has_headers = true;
    }
    return receiver->too_large ? 0 : line.len;
}

/* libcurl ignores data after a body of the stated length, and reports that only to this callback.
 */
static int take_debug(CURL *curl, curl_infotype type, char *data, size_t size, void *argument)
{
    (void)curl;
    struct receiver *receiver = argument;
    static const char words[] = "xcess found";
    if (type == CURLINFO_TEXT && memmem(data, size, words, strlen(words))) {
        receiver->too_long = true;
    }
    return 0;
}

/* Keeps the first error of curl_easy_setopt() in `rc`. No such error may be ignored, because TLS
 * depends on these options. Without a handle, every option fails. */
static CURLcode first_fault(CURLcode rc, CURLcode next)
{
    return rc == CURLE_OK ? next : rc;
}

#define SET(option, value) (rc = first_fault(rc, curl_easy_setopt(curl, option, value)))

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
    for (size_t i = 0; i < COUNT(files); i++) {
        if (access(files[i], R_OK) == 0) {
            return files[i];
        }
    }
    return NULL;
}

/*
 * Sets the trusted authorities. If cargo's configuration has none, cargo's libcurl uses these
 * variables or searches for a file (openssl-probe), so they can be the only setting for a private
 * authority on this machine.
 */
static CURLcode set_trust(CURL *curl, CURLcode rc, const struct http_settings *settings,
                          bool is_plain)
{
    bool configured = settings->cainfo.len > 0;
    const char *general = configured ? settings->cainfo.data : system_authorities();
    const char *file = configured ? NULL : getenv("SSL_CERT_FILE");
    const char *directory = configured ? NULL : getenv("SSL_CERT_DIR");
    file = file && *file ? file : general;
    if (file) {
        SET(CURLOPT_CAINFO, file);
    }
    if (directory && *directory) {
        SET(CURLOPT_CAPATH, directory);
    }
    if (general) {
        SET(CURLOPT_PROXY_CAINFO, general);
    }
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, settings->tls_versions);
    SET(CURLOPT_SSL_OPTIONS, settings->skip_revocation_lists ? CURLSSLOPT_NO_REVOKE : 0L);
    SET(CURLOPT_PROTOCOLS_STR, is_plain ? "http" : "https");
    return rc;
}

static CURLcode set_route(CURL *curl, CURLcode rc, const struct http_settings *settings,
                          bool is_plain)
{
    if (settings->has_proxy) {
        SET(CURLOPT_PROXY, settings->proxy.data);
    }
    if (is_plain) { /* a proxy can read http requests */
        SET(CURLOPT_NOPROXY, "*");
    }
    SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE); /* no Authorization for the proxy */
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1); /* HTTP/2 needs another library */
    SET(CURLOPT_USERAGENT, settings->user_agent.data);
    return rc;
}

static CURLcode set_limits(CURL *curl, CURLcode rc, const struct http *http,
                           struct receiver *receiver)
{
    long seconds = http->settings->timeout_seconds;
    long to_connect = seconds > 0 && seconds < CONNECT_SECONDS ? seconds : CONNECT_SECONDS;
    int64_t left = http->deadline - child_clock();
    if (left <= 0) { /* 0 means no limit for libcurl */
        return first_fault(rc, CURLE_OPERATION_TIMEDOUT);
    }
    SET(CURLOPT_TIMEOUT_MS, (long)left);
    SET(CURLOPT_CONNECTTIMEOUT, to_connect);
    SET(CURLOPT_LOW_SPEED_TIME, seconds);
    SET(CURLOPT_LOW_SPEED_LIMIT, SLOWEST);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* do not wait for a name server that does not answer */
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, receiver);
    SET(CURLOPT_HEADERFUNCTION, take_header);
    SET(CURLOPT_HEADERDATA, receiver);
    SET(CURLOPT_DEBUGFUNCTION, take_debug);
    SET(CURLOPT_DEBUGDATA, receiver);
    SET(CURLOPT_VERBOSE, 1L); /* for take_debug(); nothing is printed */
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    return rc;
}

static struct curl_slist *headers_new(struct arena *arena, struct str authorization)
{
    struct curl_slist *list = curl_slist_append(NULL, "Accept: application/json");
    if (list && authorization.len > 0) {
        struct str header = str_format(arena, "Authorization: %s", authorization.data);
        struct curl_slist *longer = curl_slist_append(list, header.data);
        if (!longer) {
            curl_slist_free_all(list);
        }
        return longer;
    }
    return list;
}

static enum http_outcome outcome_of(CURLcode rc)
{
    switch ((int)rc) { /* libcurl can add values */
    case CURLE_OK:
        return HTTP_ANSWERED;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return HTTP_UNREACHED;
    default:
        return HTTP_FAILED;
    }
}

/* Returns the number of headers with this name. `value` is the value of the last one. */
static size_t header_count(CURL *curl, const char *name, struct str *value)
{
    struct curl_header *header;
    if (curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        *value = STR("");
        return 0;
    }
    *value = str_of(header->value);
    return header->amount;
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
    if (receiver->too_long || lengths + encodings > 1) {
        return false;
    }
    if (status == 204) {
        return encodings == 0 && (lengths == 0 || str_eq(length, STR("0")));
    }
    if (encodings == 1) {
        return strcasecmp(encoding.data, "chunked") == 0;
    }
    return lengths == 1 && length.len > 0 && strspn(length.data, "0123456789") == length.len &&
           strtoull(length.data, NULL, 10) == receiver->body.len;
}

static void reply_read(struct arena *arena, CURL *curl, const struct receiver *receiver,
                       struct http_reply *reply, long *retry_after)
{
    char *moved_to = NULL;
    curl_off_t seconds = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply->status);
    (void)curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &moved_to);
    (void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds);
    reply->is_whole = is_whole(curl, reply->status, receiver);
    CURLU *handle = curl_url();
    if (moved_to && curl_url_set(handle, CURLUPART_URL, moved_to, CURLU_NON_SUPPORT_SCHEME) == 0) {
        reply->moved_to = url_shown(arena, handle);
    }
    curl_url_cleanup(handle);
    *retry_after = seconds > 0 && seconds <= WAIT_SECONDS ? (long)seconds : 0;
}

static struct http_reply call_server(const struct http *http, const char *method,
                                     const struct url *url, struct str authorization,
                                     long *retry_after)
{
    struct arena *arena = http->arena;
    struct receiver receiver = {.body = buf_new(arena)};
    char words[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = headers_new(arena, authorization);
    CURL *curl = curl_easy_init();
    CURLcode rc = headers ? CURLE_OK : CURLE_OUT_OF_MEMORY;
    SET(CURLOPT_ERRORBUFFER, words);
    SET(CURLOPT_CURLU, url->handle);
    SET(CURLOPT_CUSTOMREQUEST, method);
    SET(CURLOPT_HTTPHEADER, headers);
    rc = set_trust(curl, rc, http->settings, url->is_plain);
    rc = set_route(curl, rc, http->settings, url->is_plain);
    rc = set_limits(curl, rc, http, &receiver);
    rc = rc == CURLE_OK ? curl_easy_perform(curl) : rc;
    rc = rc == CURLE_OK && !receiver.has_headers ? CURLE_PARTIAL_FILE : rc;

    struct http_reply reply = {.outcome = outcome_of(rc), .body = buf_str(&receiver.body)};
    *retry_after = 0;
    if (rc == CURLE_OK) {
        reply_read(arena, curl, &receiver, &reply, retry_after);
    } else if (receiver.too_large) {
        reply.words = STR("the answer is too large");
    } else {
        const char *said = *words ? words : curl_easy_strerror(rc);
        reply.words = str_copy(arena, said, strlen(said));
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    return reply;
}

/* Returns how many milliseconds to wait before the next attempt, or a negative number if there is
 * none. */
static int64_t wait_before_next(const struct http_reply *reply, long retry_after, long calls)
{
    if (reply->outcome == HTTP_UNREACHED) {
        return (int64_t)FIRST_WAIT_MS * calls;
    }
    bool comes_again = reply->outcome == HTTP_ANSWERED &&
                       (reply->status == 429 || reply->status == 503) && retry_after > 0;
    return comes_again ? (int64_t)retry_after * 1000 : -1;
}

struct http_reply http_call(const struct http *http, const char *method, const struct url *url,
                            struct str authorization)
{
    for (long calls = 1;; calls++) {
        long retry_after;
        struct http_reply reply = call_server(http, method, url, authorization, &retry_after);
        int64_t wait = wait_before_next(&reply, retry_after, calls);
        if (calls > http->settings->retries || wait < 0 || child_clock() + wait >= http->deadline) {
            return reply;
        }
        struct timespec pause = {.tv_sec = (time_t)(wait / 1000),
                                 .tv_nsec = (long)(wait % 1000) * 1000000};
        (void)nanosleep(&pause, NULL);
    }
}
