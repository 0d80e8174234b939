#include "registry/stable_hash.h"

enum { WORD = 8, ROUNDS_AT_END = 3 };

struct state {
    uint64_t v0;
    uint64_t v1;
    uint64_t v2;
    uint64_t v3;
};

static uint64_t rotate(uint64_t word, unsigned by)
{
    return word << by | word >> (64 - by);
}

static void mix(struct state *s, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        s->v0 += s->v1;
        s->v2 += s->v3;
        s->v1 = rotate(s->v1, 13) ^ s->v0;
        s->v3 = rotate(s->v3, 16) ^ s->v2;
        s->v0 = rotate(s->v0, 32);
        s->v2 += s->v1;
        s->v0 += s->v3;
        s->v1 = rotate(s->v1, 17) ^ s->v2;
        s->v3 = rotate(s->v3, 21) ^ s->v0;
        s->v2 = rotate(s->v2, 32);
    }
}

static void add_word(struct state *s, uint64_t word)
{
    s->v3 ^= word;
    mix(s, 1);
    s->v0 ^= word;
}

/* Up to eight bytes, the first the lowest. */
static uint64_t word_of(const char *bytes, size_t count)
{
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) {
        word |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
    }
    return word;
}

static uint64_t take_half(struct state *s, uint64_t *which, uint64_t mark)
{
    *which ^= mark;
    mix(s, ROUNDS_AT_END);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

struct str stable_hash(struct arena *arena, struct str bytes)
{
    struct state s = {0x736f6d6570736575, 0x646f72616e646f6d ^ 0xee, 0x6c7967656e657261,
                      0x7465646279746573};
    size_t whole = bytes.len - bytes.len % WORD;
    for (size_t at = 0; at < whole; at += WORD) {
        add_word(&s, word_of(bytes.data + at, WORD));
    }
    add_word(&s, word_of(bytes.data + whole, bytes.len - whole) | (uint64_t)bytes.len << 56);
    uint64_t first = take_half(&s, &s.v2, 0xee);
    uint64_t second = take_half(&s, &s.v1, 0xdd);
    uint64_t folded = first * 3 + second;
    struct buf digits = buf_new(arena);
    for (size_t i = 0; i < WORD; i++) {
        buf_addf(&digits, "%02x", (unsigned)(folded >> (8 * i) & 0xff));
    }
    return buf_str(&digits);
}
