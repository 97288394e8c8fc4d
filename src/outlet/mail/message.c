/* A message is made of parts that cannot break out of their place: what becomes a header is refused
 * when it has a line break or another control character, words beyond ASCII are encoded (RFC 2047,
 * RFC 2231), and the text goes as base64, in which no line can begin with a dot or be too long. */
#include "outlet/mail/mail.h"

#include "base/encode.h"

enum { MESSAGE_MAX = 16 << 20, WORD_BYTES = 42, LINE_BYTES = 57 };

static rc check_header(struct ctx *c, const char *name, struct str value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < ' ' || value.ptr[i] == 0x7f)
            FAIL(c, INVALID, "%s: a control character cannot stand in a header", name);
    if (!str_absent(value) && !str_is_utf8(value))
        FAIL(c, INVALID, "%s: it is not UTF-8", name);
    return OK;
}

static rc put_base64(struct ctx *c, struct text *out, struct str bytes)
{
    struct str line;
    for (size_t at = 0; at < bytes.len; at += LINE_BYTES) {
        struct str part = str_sub(bytes, at, LINE_BYTES);
        TRY(encode_bytes(c, ENCODE_BASE64, part.ptr, part.len, &line));
        text_put(out, line);
        text_put(out, STR("\r\n"));
    }
    return OK;
}

/* As encoded words, each of whole characters and in a line of its own. */
static rc put_words(struct ctx *c, struct text *out, struct str value)
{
    while (value.len > 0) {
        struct str word = str_sub(value, 0, WORD_BYTES), coded;
        while (word.len < value.len && !str_is_utf8(word))
            word.len--;
        TRY(encode_bytes(c, ENCODE_BASE64, word.ptr, word.len, &coded));
        value = str_sub(value, word.len, value.len);
        text_printf(out, "=?UTF-8?B?%.*s?=%s", STR_ARG(coded), value.len > 0 ? "\r\n " : "");
    }
    return OK;
}

/* RFC 5322, 3.3, in UTC. */
static void put_date(struct text *out, struct wall when)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[WALL_TEXT_MAX];
    int64_t day = when.us / ((int64_t)86400 * 1000000), month = 1;
    struct str written = {text, wall_format(when, text)}; /* 2026-11-22T03:00:00Z */
    if (!str_to_i64(str_sub(written, 5, 2), &month))
        month = 1;
    text_printf(out, "Date: %s, %.2s %s %.4s %.8s +0000\r\n", days[day % 7], text + 8,
                months[month - 1], text, text + 11);
}

static rc put_subject(struct ctx *c, struct text *out, const struct delivery *delivery,
                      struct str label)
{
    struct str subject;
    TRY(str_format(c, &subject, "[%.*s] %.*s", STR_ARG(label), STR_ARG(delivery->subject)));
    text_put(out, STR("Subject: "));
    TRY(put_words(c, out, subject));
    text_put(out, STR("\r\n"));
    return OK;
}

static rc put_text(struct ctx *c, struct text *out, const struct delivery *delivery,
                   struct str label)
{
    struct str text;
    TRY(str_format(c, &text, "%.*s\r\n\r\n%.*s\r\n", STR_ARG(label),
                   STR_ARG(str_absent(delivery->text) ? delivery->subject : delivery->text)));
    text_put(out, STR("Content-Type: text/plain; charset=utf-8\r\n"
                      "Content-Transfer-Encoding: base64\r\n\r\n"));
    return put_base64(c, out, text);
}

static bool is_plain(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte == '.' || byte == '-' || byte == '_';
}

static rc put_document(struct ctx *c, struct text *out, const struct outlet_run *run)
{
    struct str type = run->delivery->type, name = run->delivery->document;
    for (size_t i = 0; i < type.len; i++)
        if (!is_plain(type.ptr[i]) && type.ptr[i] != '/' && type.ptr[i] != '+')
            FAIL(c, INVALID, "type: this is not a media type");
    text_printf(out, "Content-Type: %.*s\r\nContent-Transfer-Encoding: base64\r\n", STR_ARG(type));
    text_put(out, STR("Content-Disposition: attachment;\r\n filename*=UTF-8''"));
    for (size_t i = 0; i < name.len; i++) {
        if (is_plain(name.ptr[i]))
            text_put_char(out, name.ptr[i]);
        else
            text_printf(out, "%%%02X", (unsigned)(unsigned char)name.ptr[i]);
    }
    text_put(out, STR("\r\n\r\n"));
    return put_base64(c, out, run->document);
}

static rc put_head(struct ctx *c, struct text *out, const struct outlet_run *run, struct str label)
{
    const struct delivery *delivery = run->delivery;
    struct str domain = run->outlet->sender, local;
    str_split(&domain, '@', &local);
    text_printf(out, "From: <%.*s>\r\nTo: <%.*s>\r\n", STR_ARG(run->outlet->sender),
                STR_ARG(delivery->to));
    TRY(put_subject(c, out, delivery, label));
    put_date(out, delivery->wanted);
    text_printf(out, "Message-ID: <%.*s@%.*s>\r\n", STR_ARG(delivery->id), STR_ARG(domain));
    if (!str_absent(delivery->about))
        text_printf(out, "X-Chancery-About: %.*s\r\n", STR_ARG(delivery->about));
    text_put(out, STR("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"));
    return OK;
}

rc mail_message(struct ctx *c, const struct outlet_run *run, struct str *ret)
{
    const struct delivery *delivery = run->delivery;
    struct str label;
    struct text out;
    text_init(&out, c, MESSAGE_MAX);
    TRY(check_header(c, "to", delivery->to));
    TRY(check_header(c, "sender", run->outlet->sender));
    TRY(check_header(c, "subject", delivery->subject));
    TRY(check_header(c, "about", delivery->about));
    TRY(outlet_label(c, delivery->label, &label));
    TRY(put_head(c, &out, run, label));
    if (str_absent(run->document)) {
        TRY(put_text(c, &out, delivery, label));
        return text_done(&out, ret);
    }
    /* a line of base64 has no hyphen: the boundary is in no part */
    text_printf(&out, "Content-Type: multipart/mixed; boundary=\"--part-%.*s\"\r\n\r\n",
                STR_ARG(delivery->id));
    text_printf(&out, "----part-%.*s\r\n", STR_ARG(delivery->id));
    TRY(put_text(c, &out, delivery, label));
    text_printf(&out, "----part-%.*s\r\n", STR_ARG(delivery->id));
    TRY(put_document(c, &out, run));
    text_printf(&out, "----part-%.*s--\r\n", STR_ARG(delivery->id));
    return text_done(&out, ret);
}
