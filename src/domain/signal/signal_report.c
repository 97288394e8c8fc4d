/* Reports that were there already. A device that had no answer sends a report again, with the same
 * key; it is then counted and not kept twice. That must not be a way to make another's report
 * vanish: so a duplicate comes over the same way, and says the same. What has the key of another
 * report and says something else is kept beside it. */
#include "domain/signal/signal_own.h"

#include "base/encode.h"

#include <sodium.h>

enum { HASH_BYTES = 18, OF_ONE_KEY = 8 };

static void hash_part(crypto_hash_sha256_state *state, struct str part)
{
    crypto_hash_sha256_update(state, (const unsigned char *)part.ptr, part.len);
}

static rc hash_parts(struct ctx *c, const struct str parts[], size_t count, struct str *ret)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            crypto_hash_sha256_update(&state, (const unsigned char *)"", 1);
        hash_part(&state, parts[i]);
    }
    crypto_hash_sha256_final(&state, hash);
    return encode_bytes(c, ENCODE_BASE64URL, hash, HASH_BYTES, ret);
}

rc report_hash(struct ctx *c, struct str first, struct str second, struct str *ret)
{
    return hash_parts(c, (const struct str[]){first, second}, 2, ret);
}

rc signal_way(struct ctx *c, const struct command *command, const struct signal_delivery *delivery,
              struct source_way *ret)
{
    *ret = (struct source_way){delivery->way, delivery->way_proves};
    if (!str_absent(delivery->way) || actor_is_system(&command->actor))
        return OK;
    ret->proves = true; /* by its token or session */
    return str_format(c, &ret->name, "account/%.*s", STR_ARG(command->actor.id));
}

rc report_key(struct ctx *c, const struct hearing *h, const struct heard_source *from,
              struct str identity, struct str dedupe, struct str *ret)
{
    const struct str parts[] = {identity, dedupe, h->way.name};
    bool own = from->known && !from->foreign;
    return hash_parts(c, parts, own || str_absent(h->way.name) ? 2 : 3, ret);
}

rc report_key_beside(struct ctx *c, struct str key, const struct signal *signal, struct str *ret)
{
    const struct str parts[] = {
        key, str_from(shape_choice_name(&signal_kind_choices, signal->kind)),
        str_from(shape_choice_name(&signal_priority_choices, signal->priority)), signal->text};
    return hash_parts(c, parts, sizeof parts / sizeof parts[0], ret);
}

rc report_look_up(struct ctx *c, struct picture *picture, struct str key,
                  const struct signal *signal, enum report_fate *ret, struct row *ret_row,
                  struct kept_signal *ret_kept)
{
    struct query query = {.limit = OF_ONE_KEY, .filter_count = 1};
    struct page page;
    bool any = false;
    *ret = REPORT_NEW;
    TRY(picture_any(c, picture, &kept_signal_shape, "report", key, &any));
    if (!any)
        return OK;
    query.filters[0] = (struct filter){STR("report"), FILTER_EQ, key};
    TRY(picture_list(c, picture, &kept_signal_shape, &query, &page));
    const struct kept_signal *kept = page.records;
    *ret = REPORT_OTHER;
    for (size_t i = 0; i < page.count && *ret == REPORT_OTHER; i++)
        if (kept[i].kind == signal->kind && kept[i].priority == signal->priority &&
            str_eq(kept[i].text, signal->text)) {
            *ret = REPORT_SAME;
            *ret_row = page.rows[i];
            *ret_kept = kept[i];
        }
    return OK;
}
