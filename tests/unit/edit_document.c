#include "edit_document.h"

#include <setjmp.h>

#include <cmocka.h>

static void registries_add(struct buf *buf, const char *prefix, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_addf(buf, "registries.%s-%zu.token = \"token of %zu\" # keep\n", prefix, i, i);
    }
}

void tables_add(struct buf *buf, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_addf(buf, "[registries.z-%zu]\ntoken = \"token of %zu\"\n", i, i);
    }
}

struct document document_make(struct arena *arena, const struct form *form, size_t at,
                              size_t registries)
{
    struct buf text = buf_new(arena);
    if (!strstr(form->before, "[registries]")) { /* which may not be dotted into before */
        registries_add(&text, "a", registries);
    }
    buf_add_char(&text, '#');
    buf_add_times(&text, '=', at - strlen(form->before) - text.len - 1);
    buf_addf(&text, "\n%s", form->before);
    assert_int_equal(text.len, at);
    struct buf after = buf_new(arena);
    buf_add(&after, buf_str(&text));

    struct document doc;
    buf_addf(&text, "%s", form->key);
    doc.cut.value.start = text.len;
    buf_addf(&text, "%s", form->value);
    doc.cut.value.end = text.len;
    buf_addf(&text, "%s", form->end);
    doc.cut.bytes = (struct span){at, text.len};

    struct buf tail = buf_new(arena);
    buf_addf(&tail, "%s", form->after);
    tables_add(&tail, registries);
    buf_add(&text, buf_str(&tail));
    buf_add(&after, buf_str(&tail));
    doc.text = buf_str(&text);
    doc.after = buf_str(&after);
    return doc;
}

void assert_blanked(const struct document *doc, struct str text)
{
    struct span cut = doc->cut.bytes;
    assert_int_equal(text.len, doc->text.len);
    assert_memory_equal(text.data, doc->text.data, cut.start);
    assert_memory_equal(text.data + cut.end, doc->text.data + cut.end, text.len - cut.end);
    for (size_t i = cut.start; i < cut.end; i++) {
        char old = doc->text.data[i];
        assert_int_equal(text.data[i], old == '\n' || old == '\r' ? old : ' ');
    }
}
