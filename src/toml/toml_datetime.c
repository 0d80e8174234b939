#include "toml/toml_decode.h"

/* A date or time, piece by piece, in the order in which the toml_datetime crate looks at it: the
 * shape first, then the number of digits, then their range. */
struct reader {
    struct toml_decoder *decoder;
    struct toml_span raw;
    size_t at;
};

/* Digits: where they begin and how many there are. */
struct field {
    size_t start;
    size_t count;
};

static bool refuse(struct reader *r, const char *reason, const char *expected)
{
    return toml_decode_fault(r->decoder, reason, expected, r->raw.start, r->raw.end);
}

static char peek(const struct reader *r)
{
    if (r->at == r->raw.end) {
        return '\0';
    }
    return r->decoder->text.data[r->at];
}

static bool take(struct reader *r, char c)
{
    bool found = peek(r) == c;
    r->at += found;
    return found;
}

static bool take_field(struct reader *r, struct field *out)
{
    *out = (struct field){r->at, 0};
    while (peek(r) >= '0' && peek(r) <= '9') {
        r->at++;
        out->count++;
    }
    return out->count > 0;
}

/* Only of a field of two or four digits. */
static unsigned int number(const struct reader *r, struct field field)
{
    unsigned int value = 0;
    for (size_t i = 0; i < field.count; i++) {
        value = value * 10 + (unsigned int)(r->decoder->text.data[field.start + i] - '0');
    }
    return value;
}

static bool check_day(struct reader *r, unsigned int year, unsigned int month, unsigned int day)
{
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    unsigned int most = (unsigned int)days[month - 1] + (month == 2 && leap);
    if (day >= 1 && day <= most) {
        return true;
    }
    return refuse(r, "invalid date",
                  most == 31   ? "day between 01 and 31"
                  : most == 30 ? "day between 01 and 30"
                  : most == 29 ? "day between 01 and 29"
                               : "day between 01 and 28");
}

/* Behind `YYYY-`. */
static bool read_date(struct reader *r, struct field year)
{
    static const char reason[] = "invalid date";
    struct field month;
    struct field day;
    if (!take_field(r, &month)) {
        return refuse(r, reason, "month");
    }
    if (!take(r, '-')) {
        return refuse(r, reason, "`-` (MM-DD)");
    }
    if (!take_field(r, &day)) {
        return refuse(r, reason, "day");
    }
    if (year.count != 4) {
        return refuse(r, reason, "a four-digit year (YYYY)");
    }
    if (month.count != 2) {
        return refuse(r, reason, "a two-digit month (MM)");
    }
    if (day.count != 2) {
        return refuse(r, reason, "a two-digit day (DD)");
    }
    unsigned int m = number(r, month);
    if (m < 1 || m > 12) {
        return refuse(r, reason, "month between 01 and 12");
    }
    return check_day(r, number(r, year), m, number(r, day));
}

static bool check_time(struct reader *r, struct field hour, struct field minute,
                       struct field second)
{
    static const char reason[] = "invalid time";
    if (hour.count != 2) {
        return refuse(r, reason, "a two-digit hour (HH)");
    }
    if (minute.count != 2) {
        return refuse(r, reason, "a two-digit minute (MM)");
    }
    if (second.count != 0 && second.count != 2) {
        return refuse(r, reason, "a two-digit second (SS)");
    }
    if (number(r, hour) > 23) {
        return refuse(r, reason, "hour between 00 and 23");
    }
    if (number(r, minute) > 59) {
        return refuse(r, reason, "minute between 00 and 59");
    }
    if (number(r, second) > 60) {
        return refuse(r, reason, "second between 00 and 60");
    }
    return true;
}

static bool read_time(struct reader *r)
{
    static const char reason[] = "invalid time";
    struct field hour;
    struct field minute;
    struct field second = {0, 0};
    struct field fraction;
    if (!take_field(r, &hour)) {
        return refuse(r, reason, "hour");
    }
    if (!take(r, ':')) {
        return refuse(r, reason, "`:` (HH:MM)");
    }
    if (!take_field(r, &minute)) {
        return refuse(r, reason, "minute");
    }
    if (take(r, ':')) {
        if (!take_field(r, &second)) {
            return refuse(r, reason, "second");
        }
        if (take(r, '.') && !take_field(r, &fraction)) {
            return refuse(r, reason, "nanosecond");
        }
    }
    return check_time(r, hour, minute, second);
}

/* Behind the sign. */
static bool read_offset(struct reader *r)
{
    static const char reason[] = "invalid offset";
    struct field hours;
    struct field minutes;
    if (!take_field(r, &hours)) {
        return refuse(r, reason, "hour");
    }
    if (!take(r, ':')) {
        return refuse(r, reason, "`:` (HH:MM)");
    }
    if (!take_field(r, &minutes)) {
        return refuse(r, reason, "minute");
    }
    if (hours.count != 2) {
        return refuse(r, reason, "a two-digit hour (HH)");
    }
    if (minutes.count != 2) {
        return refuse(r, reason, "a two-digit minute (MM)");
    }
    if (number(r, hours) > 23) {
        return refuse(r, reason, "hours between 00 and 23");
    }
    if (number(r, minutes) > 59) {
        return refuse(r, reason, "minutes between 00 and 59");
    }
    return true;
}

static bool read_zone(struct reader *r)
{
    if (r->at == r->raw.end || take(r, 'Z') || take(r, 'z')) {
        return true;
    }
    if (take(r, '+') || take(r, '-')) {
        return read_offset(r);
    }
    return refuse(r, "invalid offset", "`Z`, +OFFSET, -OFFSET");
}

bool toml_decode_datetime(struct toml_decoder *decoder, struct toml_span span)
{
    struct reader r = {decoder, span, span.start};
    struct field year;
    bool date = false;
    if (!take_field(&r, &year)) {
        return refuse(&r, "invalid datetime", "year or hour");
    }
    if (take(&r, '-')) {
        date = true;
        if (!read_date(&r, year)) {
            return false;
        }
    } else {
        r.at = span.start;
    }
    if (date && r.at == span.end) {
        return true;
    }
    if (date && !take(&r, 'T') && !take(&r, 't') && !take(&r, ' ')) {
        return refuse(&r, "invalid date-time", "`T` between date and time");
    }
    if (!read_time(&r) || (date && !read_zone(&r))) {
        return false;
    }
    if (r.at != span.end) {
        return refuse(&r, "invalid datetime", NULL);
    }
    return true;
}
