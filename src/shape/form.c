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

static bool has_control(struct str s, const char *allowed)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char ch = (unsigned char)s.ptr[i];
        if (ch == 0 || ((ch < 0x20 || ch == 0x7f) && !strchr(allowed, ch)))
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
        bool dash = s.ptr[i] == '-' && i > 0 && i + 1 < s.len;
        if (!dash && !is_digit(s.ptr[i]) && !(s.ptr[i] >= 'a' && s.ptr[i] <= 'z'))
            return false;
    }
    return s.len > 0;
}

static bool is_email(struct str s)
{
    size_t at = str_find(s, STR("@"));
    if (at == SIZE_MAX || at == 0 || at + 3 >= s.len)
        return false;
    struct str host = str_sub(s, at + 1, s.len);
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f)
            return false;
    bool dotted =
        str_find(host, STR(".")) != SIZE_MAX && host.ptr[0] != '.' && !str_ends(host, ".");
    return dotted && str_find(host, STR("@")) == SIZE_MAX;
}

static bool is_phone(struct str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (is_digit(s.ptr[i]))
            digits++;
        else if (!strchr(" -()", s.ptr[i]) && !(s.ptr[i] == '+' && i == 0))
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
        if ((unsigned char)s.ptr[i] <= ' ' || strchr("\"<>\\^`{|}\x7f", s.ptr[i]))
            return false;
    return str_starts(s, "https://") && s.len > 8;
}

static bool is_zone(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_letter(s.ptr[i]) && !is_digit(s.ptr[i]) && !strchr("/_+-", s.ptr[i]))
            return false;
    return s.len > 0 && is_letter(s.ptr[0]) && str_find(s, STR("//")) == SIZE_MAX;
}

const struct text_form text_form_line = {"line", "one line of text", NULL, is_line},
                       text_form_block = {"block", "text without control characters", NULL,
                                          is_block},
                       text_form_slug = {"slug", "a-z, 0-9 and single inner dashes",
                                         "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", is_slug},
                       text_form_email = {"email", "an e-mail address",
                                          "^[^\\s@]+@[^\\s@.][^\\s@]*\\.[^\\s@.]+$", is_email},
                       text_form_phone = {"phone", "a telephone number of 3 to 15 digits",
                                          "^\\+?[0-9 ()-]+$", is_phone},
                       text_form_country = {"country", "a country code of ISO 3166 (two capitals)",
                                            "^[A-Z]{2}$", is_country},
                       text_form_locale = {"locale", "a language tag of BCP 47",
                                           "^[A-Za-z]{2}[A-Za-z0-9-]*$", is_locale},
                       text_form_https = {"https", "an https address", "^https://\\S+$", is_https},
                       text_form_zone = {"zone", "a time zone of the tz database",
                                         "^[A-Za-z][A-Za-z0-9/_+-]*$", is_zone};
