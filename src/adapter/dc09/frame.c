#include "adapter/dc09/frame.h"

#include "base/encode.h"
#include "base/text.h"

#include <openssl/evp.h>
#include <time.h>

enum { BLOCK = 16 };

uint16_t dc09_crc(struct str body)
{
    uint16_t crc = 0;
    for (size_t i = 0; i < body.len; i++) {
        crc ^= (unsigned char)body.ptr[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1);
    }
    return crc;
}

static int hex_value(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    if (ch >= 'A' && ch <= 'F')
        return ch - 'A' + 10;
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* The number that `len` hexadecimal digits at p make, or -1. */
static int32_t hex_number(const char *p, size_t len)
{
    int32_t value = 0;
    for (size_t i = 0; i < len; i++) {
        int digit = hex_value(p[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* With the CRC in `crc_len` bytes at `at`: is there a length and then a quote? -1 no, 0 too short.
 */
static int length_at(struct str bytes, size_t at, size_t crc_len, size_t *ret_len)
{
    size_t quote = at + crc_len + 4;
    if (bytes.len <= quote)
        return 0;
    int32_t len = hex_number(bytes.ptr + at + crc_len, 4);
    if (bytes.ptr[quote] != '"' || len <= 0 || len > DC09_BODY_MAX)
        return -1;
    *ret_len = (size_t)len;
    return 1;
}

bool dc09_span(struct str bytes, struct dc09_span *ret, size_t *ret_need)
{
    size_t at = bytes.len > 0 && bytes.ptr[0] == '\n', len = 0;
    int binary = at ? length_at(bytes, at, 2, &len) : -1;
    int found = binary > 0 ? binary : length_at(bytes, at, 4, &len);
    *ret_need = 0;
    if (found <= 0) {
        if (found == 0)
            *ret_need = at + 4 + 4 + 1;
        return false;
    }
    size_t crc_len = binary > 0 ? 2 : 4;
    *ret = (struct dc09_span){
        .crc = at, .crc_len = crc_len, .body = at + crc_len + 4, .body_len = len};
    if (bytes.len < ret->body + len) {
        *ret_need = ret->body + len;
        return false;
    }
    return true;
}

/* Take letters and digits of `digits` after `mark` from the front of *rest: least to most of them.
 * True also when the mark is not there; then *ret is absent. */
static bool take_part(struct str *rest, char mark, bool hex, size_t most, struct str *ret)
{
    *ret = (struct str){0};
    if (rest->len == 0 || rest->ptr[0] != mark)
        return true;
    size_t len = 0;
    while (1 + len < rest->len && len <= most) {
        char ch = rest->ptr[1 + len];
        bool good = hex_value(ch) >= 0 || (!hex && ch >= 'A' && ch <= 'Z');
        if (!good)
            break;
        len++;
    }
    if (len == 0 || len > most)
        return false;
    *ret = str_sub(*rest, 1, len);
    *rest = str_sub(*rest, 1 + len, rest->len);
    return true;
}

bool dc09_parse_head(struct str body, struct dc09_frame *ret)
{
    *ret = (struct dc09_frame){.body = body};
    struct str rest = str_sub(body, 1, body.len);
    size_t quote = str_find(rest, STR("\""));
    if (quote == SIZE_MAX || quote == 0 || quote > 20)
        return false;
    ret->id = str_sub(rest, 0, quote);
    rest = str_sub(rest, quote + 1, rest.len);
    ret->encrypted = ret->id.ptr[0] == '*';
    if (ret->encrypted)
        ret->id = str_sub(ret->id, 1, ret->id.len);
    for (size_t i = 0; i < 4; i++)
        if (i >= rest.len || rest.ptr[i] < '0' || rest.ptr[i] > '9')
            return false;
    ret->sequence = str_sub(rest, 0, 4);
    rest = str_sub(rest, 4, rest.len);
    if (!take_part(&rest, 'R', true, 6, &ret->receiver) ||
        !take_part(&rest, 'L', true, 6, &ret->line) ||
        !take_part(&rest, '#', false, 16, &ret->account))
        return false;
    if (rest.len == 0 || rest.ptr[0] != '[')
        return false;
    ret->content = str_sub(rest, 1, rest.len);
    return true;
}

/* AES-CBC without padding from an all-zero vector, as the field does it. */
static bool cipher(const struct dc09_key *key, bool encrypt, struct str in, unsigned char *out)
{
    static const unsigned char zero[BLOCK];
    const EVP_CIPHER *kind = key->len == 16   ? EVP_aes_128_cbc()
                             : key->len == 24 ? EVP_aes_192_cbc()
                                              : EVP_aes_256_cbc();
    EVP_CIPHER_CTX *work = EVP_CIPHER_CTX_new();
    int first = 0, last = 0;
    bool good =
        work && EVP_CipherInit_ex(work, kind, NULL, key->bytes, zero, encrypt) == 1 &&
        EVP_CIPHER_CTX_set_padding(work, 0) == 1 &&
        EVP_CipherUpdate(work, out, &first, (const unsigned char *)in.ptr, (int)in.len) == 1 &&
        EVP_CipherFinal_ex(work, out + first, &last) == 1;
    EVP_CIPHER_CTX_free(work);
    return good && (size_t)(first + last) == in.len;
}

rc dc09_open_content(struct ctx *c, const struct dc09_key *key, struct dc09_frame *frame,
                     bool *ret_good)
{
    struct str hex = frame->content;
    char *sealed = NULL, *clear = NULL;
    *ret_good = false;
    if (hex.len == 0 || hex.len % (2 * BLOCK) != 0)
        return OK;
    NEW(c, sealed, hex.len / 2);
    NEW(c, clear, hex.len / 2);
    for (size_t i = 0; i < hex.len; i += 2) {
        int32_t byte = hex_number(hex.ptr + i, 2);
        if (byte < 0)
            return OK;
        sealed[i / 2] = (char)byte;
    }
    if (!cipher(key, false, (struct str){sealed, hex.len / 2}, (unsigned char *)clear))
        FAIL(c, INTERNAL, "the cipher cannot be used");
    struct str text = {clear, hex.len / 2};
    /* Before the first stroke stands what fills up the blocks. Brackets never stand in it. */
    size_t stroke = str_find(text, STR("|")), bracket = str_find(text, STR("]"));
    if (bracket == SIZE_MAX)
        return OK;
    if (stroke != SIZE_MAX && stroke < bracket)
        text = str_sub(text, stroke + 1, text.len);
    else
        text = str_sub(text, bracket, text.len);
    frame->content = text;
    *ret_good = true;
    return OK;
}

static bool two_digits(struct str text, size_t at, int *ret)
{
    int64_t value;
    if (!str_to_i64(str_sub(text, at, 2), &value) || value < 0)
        return false;
    *ret = (int)value;
    return true;
}

bool dc09_parse_time(struct str text, struct wall *ret)
{
    char rfc[] = "0000-00-00T00:00:00Z";
    if (text.len != 19 || text.ptr[2] != ':' || text.ptr[5] != ':' || text.ptr[8] != ',' ||
        text.ptr[11] != '-' || text.ptr[14] != '-')
        return false;
    memcpy(rfc, text.ptr + 15, 4);
    memcpy(rfc + 5, text.ptr + 9, 2);
    memcpy(rfc + 8, text.ptr + 12, 2);
    memcpy(rfc + 11, text.ptr, 8);
    int ignored;
    return two_digits(text, 0, &ignored) && wall_parse((struct str){rfc, sizeof rfc - 1}, ret);
}

bool dc09_parse_content(struct dc09_frame *frame)
{
    struct str rest = frame->content;
    size_t end = str_find(rest, STR("]"));
    if (end == SIZE_MAX)
        return false;
    frame->data = str_sub(rest, 0, end);
    rest = str_sub(rest, end + 1, rest.len);
    while (rest.len > 0 && rest.ptr[0] == '[') {
        end = str_find(rest, STR("]"));
        if (end == SIZE_MAX || frame->extended_count == DC09_EXTENDED_MAX)
            return false;
        if (end > 1)
            frame->extended[frame->extended_count++] =
                (struct dc09_extended){.id = rest.ptr[1], .value = str_sub(rest, 2, end - 2)};
        rest = str_sub(rest, end + 1, rest.len);
    }
    frame->stamp = (struct wall){0};
    if (rest.len == 0)
        return true;
    return rest.ptr[0] == '_' && dc09_parse_time(str_sub(rest, 1, rest.len), &frame->stamp);
}

static void put_time(struct text *t, struct wall now)
{
    time_t seconds = (time_t)(now.us / 1000000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    text_printf(t, "_%02d:%02d:%02d,%02d-%02d-%04d", tm.tm_hour, tm.tm_min, tm.tm_sec,
                tm.tm_mon + 1, tm.tm_mday, tm.tm_year + 1900);
}

/* The end of an encrypted ACK: filling, stroke, bracket, time. */
static rc put_sealed(struct ctx *c, struct text *t, const struct dc09_key *key, struct wall now)
{
    struct text clear;
    struct str in;
    unsigned char *out = NULL;
    text_init(&clear, c, 256);
    text_put(&clear, STR("0000000000|]")); /* with the time's 20 characters two whole blocks */
    put_time(&clear, now);
    TRY(text_done(&clear, &in));
    NEW(c, out, in.len);
    if (!cipher(key, true, in, out))
        FAIL(c, INTERNAL, "the cipher cannot be used");
    for (size_t i = 0; i < in.len; i++)
        text_printf(t, "%02X", out[i]);
    return OK;
}

/* The receiver number is echoed only when there was one; a line number always stands. */
static void put_route(struct text *t, const struct dc09_frame *frame)
{
    if (!str_absent(frame->receiver))
        text_printf(t, "R%.*s", STR_ARG(frame->receiver));
    struct str line = str_absent(frame->line) ? STR("0") : frame->line;
    text_printf(t, "L%.*s", STR_ARG(line));
}

rc dc09_reply(struct ctx *c, enum dc09_answer answer, const struct dc09_frame *frame,
              const struct dc09_key *key, struct wall now, struct str *ret)
{
    struct text body, out;
    text_init(&body, c, 1024);
    bool sealed = answer == DC09_ACK && frame->encrypted && key->len > 0;
    if (answer == DC09_NAK) {
        text_put(&body, STR("\"NAK\"0000"));
        put_route(&body, frame);
        text_put(&body, STR("A0[]"));
        put_time(&body, now);
    } else {
        const char *id = answer == DC09_DUH ? "DUH" : sealed ? "*ACK" : "ACK";
        text_printf(&body, "\"%s\"%.*s", id, STR_ARG(frame->sequence));
        put_route(&body, frame);
        if (!str_absent(frame->account))
            text_printf(&body, "#%.*s", STR_ARG(frame->account));
        text_put_char(&body, '[');
        if (sealed)
            TRY(put_sealed(c, &body, key, now));
        else
            text_put_char(&body, ']');
    }
    struct str made;
    TRY(text_done(&body, &made));
    uint16_t crc = dc09_crc(made);
    text_init(&out, c, 2048);
    text_put_char(&out, '\n');
    if (frame->binary_crc) {
        text_put_char(&out, (char)(crc >> 8));
        text_put_char(&out, (char)(crc & 0xff));
    } else {
        text_printf(&out, "%04X", crc);
    }
    text_printf(&out, "%04zX%.*s\r", made.len, STR_ARG(made));
    return text_done(&out, ret);
}
