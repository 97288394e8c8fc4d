/* The forms of texts: what a line, an e-mail address or a country code may look like. Each is a
 * plain check and the same rule as a pattern for forms and OpenAPI. */
#include "shape/shape.h"

static bool is_letter(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static bool is_digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

static bool is_one_of(char ch, const char *set)
{
    return ch != '\0' && strchr(set, ch) != NULL;
}

static bool has_control(struct str s, const char *allowed)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char ch = (unsigned char)s.ptr[i];
        if ((ch < 0x20 || ch == 0x7f) && !is_one_of((char)ch, allowed))
            return true;
    }
    return false;
}

static bool is_line(struct str s)
{
    return !has_control(s, "");
}

static bool is_block(struct str s)
{
    return !has_control(s, "\n\t");
}

static bool is_slug(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool dash = s.ptr[i] == '-' && i > 0 && i + 1 < s.len && s.ptr[i - 1] != '-';
        if (!dash && !is_digit(s.ptr[i]) && !(s.ptr[i] >= 'a' && s.ptr[i] <= 'z'))
            return false;
    }
    return s.len > 0;
}

static bool is_email(struct str s)
{
    size_t at = str_find(s, STR("@"));
    if (at == SIZE_MAX || at == 0)
        return false;
    struct str host = str_sub(s, at + 1, s.len);
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f)
            return false;
    bool dotted = str_find(host, STR(".")) != SIZE_MAX && host.ptr[0] != '.';
    return dotted && !str_ends(host, ".") && str_find(host, STR("@")) == SIZE_MAX;
}

static bool is_phone(struct str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (is_digit(s.ptr[i]))
            digits++;
        else if (!is_one_of(s.ptr[i], " -()") && !(s.ptr[i] == '+' && i == 0))
            return false;
    }
    return digits >= 3 && digits <= 15;
}

static bool is_country(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < 'A' || s.ptr[i] > 'Z')
            return false;
    return s.len == 2;
}

static bool is_locale(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_letter(s.ptr[i]) && !is_digit(s.ptr[i]) && s.ptr[i] != '-')
            return false;
    return s.len >= 2 && is_letter(s.ptr[0]) && is_letter(s.ptr[1]);
}

static bool is_https(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || is_one_of(s.ptr[i], "\"<>\\^`{|}\x7f"))
            return false;
    return str_starts(s, "https://") && s.len > 8;
}

static bool is_zone(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_letter(s.ptr[i]) && !is_digit(s.ptr[i]) && !is_one_of(s.ptr[i], "/_+-"))
            return false;
    return s.len > 0 && is_letter(s.ptr[0]) && str_find(s, STR("//")) == SIZE_MAX;
}

/* The patterns say exactly what the checks do, in the part of ECMA 262 that reads the same with its
 * `u` and its `v` mark. */
const struct text_form text_form_line = {
    "line", "one line of text", "^[^\\x00-\\x1f\\x7f]*$", is_line, "A line of text",
};
const struct text_form text_form_heard = {
    "heard", "one line of text", "^[^\\x00-\\x1f\\x7f]*$", is_line, "A line of text",
};
const struct text_form text_form_block = {
    "block",  "text without control characters", "^[^\\x00-\\x08\\x0b-\\x1f\\x7f]*$",
    is_block, "Some text\nof two lines",
};
const struct text_form text_form_slug = {
    "slug", "a-z, 0-9 and single inner dashes", "^[a-z0-9]+(?:-[a-z0-9]+)*$", is_slug, "north-gate",
};
const struct text_form text_form_email = {
    "email",
    "an e-mail address",
    "^[^\\x00-\\x20\\x7f@]+@[^\\x00-\\x20\\x7f@.][^\\x00-\\x20\\x7f@]*\\."
    "(?:[^\\x00-\\x20\\x7f@]*[^\\x00-\\x20\\x7f@.])$",
    is_email,
    "duty@mission.example",
};
const struct text_form text_form_phone = {
    "phone",
    "a telephone number of 3 to 15 digits",
    "^\\+?(?:[ \\(\\)\\-]*[0-9]){3,15}[ \\(\\)\\-]*$",
    is_phone,
    "+358 40 123 4567",
};
const struct text_form text_form_country = {
    "country", "a country code of ISO 3166 (two capitals)", "^[A-Z]{2}$", is_country, "FI",
};
const struct text_form text_form_locale = {
    "locale", "a language tag of BCP 47", "^[A-Za-z]{2}[A-Za-z0-9\\-]*$", is_locale, "en-GB",
};
const struct text_form text_form_https = {
    "https",  "an https address",         "^https:\\/\\/[^\\x00-\\x20\"<>\\\\\\^`\\{\\|\\}\\x7f]+$",
    is_https, "https://mission.example/",
};
const struct text_form text_form_zone = {
    "zone",
    "a time zone of the tz database",
    "^[A-Za-z](?:\\/?[A-Za-z0-9_+\\-])*\\/?$",
    is_zone,
    "Europe/Helsinki",
};
