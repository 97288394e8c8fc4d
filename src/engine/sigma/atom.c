/* Atoms that need more than text: networks and regular expressions. */
#include "engine/sigma/rule.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <arpa/inet.h>

/* "10.0.0.0/8" or "fe80::/10"; an address alone is a network of one. */
rc atom_make_cidr(struct reading *r, const struct yaml *node, struct atom *ret)
{
    struct str rest = node->text, host, bits;
    char text[INET6_ADDRSTRLEN + 1];
    int64_t prefix;
    struct atom atom = {.kind = ATOM_CIDR};
    if (!str_split(&rest, '/', &host) || host.len >= sizeof text)
        REFUSE(r, node, "'%.*s' is not a network", STR_ARG(node->text));
    memcpy(text, host.ptr, host.len);
    text[host.len] = 0;
    atom.v6 = memchr(text, ':', host.len) != NULL;
    if (inet_pton(atom.v6 ? AF_INET6 : AF_INET, text, atom.address) != 1)
        REFUSE(r, node, "'%.*s' is not a network: no such address", STR_ARG(node->text));
    unsigned most = atom.v6 ? 128 : 32;
    prefix = most;
    if (host.len < node->text.len) {
        bits = str_sub(node->text, host.len + 1, node->text.len);
        if (!str_to_i64(bits, &prefix) || prefix < 0 || prefix > most)
            REFUSE(r, node, "'%.*s' is not a network: the prefix is 0 to %u", STR_ARG(node->text),
                   most);
    }
    atom.prefix = (unsigned)prefix;
    for (unsigned bit = atom.prefix; bit < most; bit++)
        if (atom.address[bit / 8] >> (7 - bit % 8) & 1)
            REFUSE(r, node, "'%.*s' is not a network: bits are set behind the prefix",
                   STR_ARG(node->text));
    *ret = atom;
    return OK;
}

static rc keep_regex(struct reading *r, void *regex)
{
    struct sigma_set *set = r->set;
    if (set->regex_count == set->regex_room) {
        size_t room = set->regex_room ? 2 * set->regex_room : 64;
        void **wider = ctx_take(r->c, room, sizeof *wider);
        if (!wider) {
            regex_free(regex);
            return fault_again(r->c);
        }
        for (size_t i = 0; i < set->regex_count; i++)
            wider[i] = set->regexes[i];
        set->regexes = wider;
        set->regex_room = room;
    }
    set->regexes[set->regex_count++] = regex;
    return OK;
}

rc atom_make_regex(struct reading *r, const struct yaml *node, struct str text, uint32_t flags,
                   struct atom *ret)
{
    int error = 0;
    size_t at = 0;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)text.ptr, text.len, flags | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C,
                      &error, &at, NULL);
    if (!code) {
        char why[128] = "";
        pcre2_get_error_message(error, (PCRE2_UCHAR *)why, sizeof why);
        REFUSE(r, node, "the regular expression is wrong at character %zu: %s", at, why);
    }
    TRY(keep_regex(r, code));
    *ret = (struct atom){.kind = ATOM_REGEX, .regex = code};
    return OK;
}

void regex_free(void *regex)
{
    pcre2_code_free(regex);
}
