/* One DC-09 frame, taken apart and put together:
 *
 *     LF crc 0LLL "id" seq [Rrcvr] [Lline] [#account] [ data ] [extended]… [_time] CR
 *
 * The CRC is that of the field (reflected 0x8005, that is 0xA001, from 0), over what stands from
 * the quote before the id to the CR; it is four hexadecimal digits, or two bytes from some panels.
 */
#ifndef ADAPTER_DC09_FRAME_H
#define ADAPTER_DC09_FRAME_H

#include "base/ctx.h"

enum { DC09_BODY_MAX = 0xfff, DC09_FRAME_MAX = DC09_BODY_MAX + 64, DC09_EXTENDED_MAX = 16 };

/* A block of extended data: "[M0011223344]" is 'M' and its value. */
struct dc09_extended {
    char id;
    struct str value;
};

struct dc09_frame {
    struct str body;                    /* from the quote to before the CR */
    bool binary_crc;                    /* the CRC came as two bytes */
    bool encrypted;                     /* a star before the id */
    struct str id;                      /* without quotes and star */
    struct str sequence;                /* four digits */
    struct str receiver, line, account; /* without their letters; absent if not sent */
    struct str content;                 /* behind the first bracket; once opened, in the clear */
    struct str data;                    /* of the content: up to the bracket */
    struct dc09_extended extended[DC09_EXTENDED_MAX];
    size_t extended_count;
    struct wall stamp; /* 0: none */
};

struct dc09_key {
    unsigned char bytes[32];
    size_t len; /* 16, 24 or 32; 0: no key */
};

uint16_t dc09_crc(struct str body);

/* Where the frame at the start of `bytes` (an LF, or its CRC when the LF is missing) has its parts.
 * False: the text does not begin like a frame, or not enough of it is there (*ret_need > 0). */
struct dc09_span {
    size_t crc, crc_len, body, body_len;
};
bool dc09_span(struct str bytes, struct dc09_span *ret, size_t *ret_need);

/* Take the body apart as far as the first bracket. False: it is not written as DC-09 has it. */
bool dc09_parse_head(struct str body, struct dc09_frame *ret);

/* Decrypt the content. False: it is not whole blocks of hexadecimal digits. */
rc dc09_open_content(struct ctx *c, const struct dc09_key *key, struct dc09_frame *frame,
                     bool *ret_good);

/* Take the content in the clear apart: data, extended data, time. False: not as DC-09 has it. */
bool dc09_parse_content(struct dc09_frame *frame);

/* "_12:34:56,11-22-2026" (hours first, then month-day-year, UTC) without the stroke. */
bool dc09_parse_time(struct str text, struct wall *ret);

/* The answers, complete with LF, CRC, length and CR. */
enum dc09_answer { DC09_ACK, DC09_NAK, DC09_DUH };
rc dc09_reply(struct ctx *c, enum dc09_answer answer, const struct dc09_frame *frame,
              const struct dc09_key *key, struct wall now, struct str *ret);

#endif
