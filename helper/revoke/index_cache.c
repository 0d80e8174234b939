#include "index_cache.h"

#include "util/fs.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

enum { HALF = 8, WIDTH = 16 };

/* The numbers that Rust derives for cargo's SourceKind. */
enum { SOURCE_REGISTRY = 2, SOURCE_SPARSE = 3 };

/* The byte that Rust adds to a hash after a str. It cannot occur in UTF-8. */
enum { END_OF_STR = 0xff };

static void mac_free(EVP_MAC **mac)
{
    EVP_MAC_free(*mac);
}

static void context_free(EVP_MAC_CTX **context)
{
    EVP_MAC_CTX_free(*context);
}

static bool siphash(struct str bytes, unsigned char *out)
{
    static const unsigned char key[WIDTH];
    CLEANUP(mac_free) EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    CLEANUP(context_free) EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    size_t width = WIDTH;
    unsigned rounds = 1;
    unsigned rounds_at_end = 3;
    const OSSL_PARAM settings[] = {
        OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &width),
        OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &rounds),
        OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &rounds_at_end),
        OSSL_PARAM_construct_end(),
    };
    return context && EVP_MAC_init(context, key, sizeof(key), settings) &&
           EVP_MAC_update(context, (const unsigned char *)bytes.data, bytes.len) &&
           EVP_MAC_final(context, out, &width, WIDTH) && width == WIDTH;
}

/* Little-endian. */
static uint64_t word_of(const unsigned char *bytes)
{
    uint64_t word = 0;
    for (size_t i = 0; i < HALF; i++) {
        word |= (uint64_t)bytes[i] << (8 * i);
    }
    return word;
}

struct err *stable_hash(struct arena *arena, struct str bytes, struct str *out)
{
    unsigned char hash[WIDTH];
    if (!siphash(bytes, hash)) {
        return err_new(arena, "OpenSSL has no SipHash");
    }
    uint64_t folded = word_of(hash) * 3 + word_of(hash + HALF);
    struct buf digits = buf_new(arena);
    for (size_t i = 0; i < HALF; i++) {
        buf_addf(&digits, "%02x", (unsigned)(folded >> (8 * i) & 0xff));
    }
    *out = buf_str(&digits);
    return NULL;
}

struct err *index_cache_directory(struct arena *arena, const struct request *request,
                                  struct str *out)
{
    struct buf hashed = buf_new(arena);
    struct str hash = STR("");
    buf_add_char(&hashed, request->sparse ? SOURCE_SPARSE : SOURCE_REGISTRY);
    buf_add(&hashed, request->canonical);
    buf_add_char(&hashed, (char)END_OF_STR);
    TRY(stable_hash(arena, buf_str(&hashed), &hash));
    struct str name = str_format(arena, "%.*s-%s", STR_ARG(request->host), hash.data);
    struct str directory = path_join(arena, request->cargo_home, STR("registry/index"));
    *out = path_join(arena, directory, name);
    return NULL;
}
