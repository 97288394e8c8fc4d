/* A hit as the ledger keeps it. Its label is the strictest of the rule's and of all events that
 * made it, its place the one that they share; one exercise among them makes it an exercise. */
#include "domain/tripwire/tripwire_own.h"

#include "base/encode.h"
#include "core/catalog.h"
#include "core/seen.h"
#include "domain/mission/mission.h"

#include <inttypes.h>
#include <sodium.h>

enum { LINE_MAX_ = 200, GROUPS_MAX = 16, ACTIONS_MAX = 16, ASKED_MAX = 16, PARAMETERS_MAX = 20 };

/* The beginning of a text, fit for a line: at most so many bytes, cut at a character's edge. */
static rc line_of(struct ctx *c, struct str text, struct str *ret)
{
    char *line = NULL;
    size_t len = 0;
    NEW(c, line, LINE_MAX_ + 1);
    while (len < text.len) {
        struct str rest = str_sub(text, len, text.len);
        size_t size = str_first_char(rest);
        if (size == 0 || len + size > LINE_MAX_)
            break;
        bool control = (unsigned char)rest.ptr[0] < ' ' || rest.ptr[0] == 127;
        memcpy(line + len, control ? " " : rest.ptr, size);
        len += size;
    }
    *ret = str_trim((struct str){line, len});
    if (ret->len == 0)
        *ret = STR("-");
    return OK;
}

static rc put_group(struct ctx *c, const struct sigma_hit *hit, struct tripwire_hit *ret)
{
    size_t count = hit->group_count < GROUPS_MAX ? hit->group_count : GROUPS_MAX;
    NEW(c, ret->joined.items, count + 1);
    for (size_t i = 0; i < count; i++) {
        TRY(line_of(c, hit->group[i].name, &ret->joined.items[i].field));
        TRY(line_of(c, hit->group[i].value, &ret->joined.items[i].value));
    }
    ret->joined.count = count;
    return OK;
}

static rc put_actions(struct ctx *c, const struct sigma_rule *rule, struct tripwire_hit *ret)
{
    size_t count = rule->action_count < ACTIONS_MAX ? rule->action_count : ACTIONS_MAX;
    NEW(c, ret->actions.items, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct sigma_action *action = &rule->actions[i];
        struct tripwire_action *kept = &ret->actions.items[i];
        size_t parameters = action->count < PARAMETERS_MAX ? action->count : PARAMETERS_MAX;
        TRY(line_of(c, str_sub(action->name, 0, 100), &kept->what));
        NEW(c, kept->with.items, parameters + 1);
        for (size_t p = 0; p < parameters; p++) {
            struct str pair;
            TRY(str_format(c, &pair, "%.*s=%.*s", STR_ARG(action->keys[p]),
                           STR_ARG(action->values[p])));
            TRY(line_of(c, pair, &kept->with.items[p]));
        }
        kept->with.count = parameters;
    }
    ret->actions.count = count;
    return OK;
}

static rc put_one_asked(struct ctx *c, struct str state, struct str thing, enum tripwire_told told,
                        struct tripwire_hit *ret)
{
    if (ret->asked.count == ASKED_MAX)
        return OK;
    struct tripwire_asked *asked = &ret->asked.items[ret->asked.count++];
    asked->told = told;
    ret->unsure = ret->unsure || told == TRIPWIRE_TOLD_UNKNOWN;
    TRY(line_of(c, state, &asked->state));
    return thing.len ? line_of(c, thing, &asked->thing) : OK;
}

/* What it was told of the picture, and whether it rests on something that nobody knew: of itself,
 * and of the rules it stands on, what nothing here ever knows. */
static rc put_asked(struct ctx *c, const struct sigma_set *set, const struct sigma_hit *hit,
                    struct tripwire_hit *ret)
{
    static const enum tripwire_told told[] = {
        [SIGMA_FALSE] = TRIPWIRE_TOLD_NO,
        [SIGMA_TRUE] = TRIPWIRE_TOLD_YES,
        [SIGMA_UNKNOWN] = TRIPWIRE_TOLD_UNKNOWN,
    };
    const struct sigma_rule *own = sigma_set_rule(set, hit->rule);
    NEW(c, ret->asked.items, ASKED_MAX);
    for (size_t i = 0; i < hit->asked_count; i++)
        TRY(put_one_asked(c, hit->asked[i].name, hit->asked[i].thing, told[hit->asked[i].truth],
                          ret));
    for (size_t i = 0; own->correlation && i < sigma_set_count(set); i++) {
        const struct sigma_rule *rule = sigma_set_rule(set, i);
        if (rule == own || rule->output || !str_eq(rule->file, own->file))
            continue;
        for (size_t k = 0; k < rule->state_count; k++)
            if (!picture_knows(rule->states[k]))
                TRY(put_one_asked(c, rule->states[k], (struct str){NULL, 0}, TRIPWIRE_TOLD_UNKNOWN,
                                  ret));
    }
    return OK;
}

/* ---- where ----------------------------------------------------------------------------------- */

/* One thing that all agree on, or that they do not. */
struct common {
    struct str value; /* absent: nobody has said so far */
    bool differs;
};

static rc agree(struct ctx *c, struct common *common, struct str value)
{
    if (str_absent(value))
        return OK;
    if (str_absent(common->value))
        return str_copy(c, value, &common->value);
    common->differs = common->differs || !str_eq(common->value, value);
    return OK;
}

struct where {
    struct common zone, site;
};

/* Of several things that one event tells, the rule may have meant any. */
static rc see_place(struct ctx *c, struct picture *picture, const struct ledger_event *entry,
                    struct where *where)
{
    struct event event;
    if (!catalog_event(picture_catalog(picture), entry->kind))
        return OK;
    TRY(event_read(c, picture_catalog(picture), entry, &event));
    for (size_t part = 0; part < taxonomy_parts(&event); part++) {
        struct str zone, site;
        TRY(taxonomy_place(c, picture, &event, part, &zone, &site));
        TRY(agree(c, &where->zone, zone));
        TRY(agree(c, &where->site, site));
    }
    return OK;
}

static struct str joined_on(const struct sigma_hit *hit, const char *field)
{
    for (size_t i = 0; i < hit->group_count; i++)
        if (str_is(hit->group[i].name, field))
            return hit->group[i].value;
    return (struct str){NULL, 0};
}

/* The zone, if it is one that there is, and its site. */
static rc take_zone(struct ctx *c, struct picture *picture, struct str id, struct tripwire_hit *ret)
{
    struct zone zone = {.id = {NULL, 0}};
    if (str_absent(id))
        return OK;
    rc found = picture_get(c, picture, &zone_shape, id, NULL, &zone);
    if (rc_ok(found)) {
        ret->zone = zone.id;
        ret->site = zone.site;
    }
    return found.code == RC_NOT_FOUND ? OK : found;
}

static rc take_site(struct ctx *c, struct picture *picture, struct str id, struct tripwire_hit *ret)
{
    struct site site = {.id = {NULL, 0}};
    if (str_absent(id))
        return OK;
    rc found = picture_get(c, picture, &site_shape, id, NULL, &site);
    if (rc_ok(found))
        ret->site = site.id;
    return found.code == RC_NOT_FOUND ? OK : found;
}

/* Where the rule joined its events; or else where all of them were. */
static rc put_place(struct ctx *c, struct picture *picture, const struct sigma_hit *hit,
                    const struct where *where, struct tripwire_hit *ret)
{
    struct str none = {NULL, 0};
    const struct str places[] = {joined_on(hit, "zone"), joined_on(hit, "area"),
                                 where->zone.differs ? none : where->zone.value};
    const struct str sites[] = {joined_on(hit, "site"),
                                where->site.differs ? none : where->site.value};
    for (size_t i = 0; i < 3 && str_absent(ret->zone); i++)
        TRY(take_zone(c, picture, places[i], ret));
    for (size_t i = 0; i < 2 && str_absent(ret->site); i++)
        TRY(take_site(c, picture, sites[i], ret));
    return OK;
}

/* Label, drill mark and place of what made it. */
static rc put_origin(struct ctx *c, struct picture *picture, const struct sigma_hit *hit,
                     struct tripwire_hit *ret, int64_t *ret_last)
{
    struct store *store = picture_store(picture);
    struct where where = {0};
    size_t shown =
        hit->event_count < TRIPWIRE_HIT_EVENTS_MAX ? hit->event_count : TRIPWIRE_HIT_EVENTS_MAX;
    NEW(c, ret->events.items, shown + 1);
    ret->event_count = (int64_t)hit->event_count;
    ret->events.count = shown;
    *ret_last = 0;
    for (size_t i = 0; i < hit->event_count; i++) {
        struct ledger_event event;
        struct label label;
        struct str entry;
        int64_t seq = 0;
        if (!str_to_i64(hit->events[i], &seq))
            FAIL(c, INTERNAL, "a hit names no event: %.*s", STR_ARG(hit->events[i]));
        if (i < shown)
            TRY(str_copy(c, hit->events[i], &ret->events.items[i]));
        *ret_last = seq > *ret_last ? seq : *ret_last;
        TRY(ledger_entry(c, store, seq, &entry));
        TRY(ledger_decode(c, store, NULL, entry, &event));
        TRY(event_label(c, picture, &event, &label));
        TRY(label_join(c, ret->label, label, &ret->label));
        ret->drill = ret->drill || event.drill;
        if (i < shown)
            TRY(see_place(c, picture, &event, &where));
    }
    return put_place(c, picture, hit, &where, ret);
}

/* The same find is the same id. */
static rc put_id(struct ctx *c, const struct sigma_hit *hit, int64_t last, struct tripwire_hit *ret)
{
    struct text t;
    struct str name;
    unsigned char hash[crypto_hash_sha256_BYTES];
    text_init(&t, c, 1 << 20);
    text_put_json(&t, ret->tripwire);
    text_put_json(&t, ret->rule);
    text_put_i64(&t, last);
    text_put_char(&t, '/');
    text_put_i64(&t, hit->time.us);
    for (size_t i = 0; i < hit->group_count; i++)
        text_put_json(&t, hit->group[i].value);
    TRY(text_done(&t, &name));
    crypto_hash_sha256(hash, (const unsigned char *)name.ptr, name.len);
    return encode_bytes(c, ENCODE_HEX, hash, 13, &ret->id);
}

rc hit_body(struct ctx *c, struct picture *picture, const struct sigma_set *set,
            const struct live_rules *rules, const struct sigma_hit *hit, struct tripwire_hit *ret)
{
    const struct sigma_rule *rule = sigma_set_rule(set, hit->rule);
    struct tripwire_hit body = {.at = hit->time, .late = hit->late};
    int64_t last = 0;
    for (size_t i = 0; i < rules->count; i++) {
        if (!str_eq(rules->items[i].id, rule->file))
            continue;
        body.tripwire = rules->items[i].id;
        body.label = rules->items[i].label;
    }
    TRY(line_of(c, rule->label, &body.rule));
    TRY(line_of(c, rule->title, &body.title));
    if (rule->level.len)
        TRY(line_of(c, str_sub(rule->level, 0, 40), &body.level));
    if (rule->purpose.len)
        TRY(line_of(c, rule->purpose, &body.purpose));
    TRY(put_group(c, hit, &body));
    TRY(put_actions(c, rule, &body));
    TRY(put_asked(c, set, hit, &body));
    TRY(put_origin(c, picture, hit, &body, &last));
    TRY(put_id(c, hit, last, &body));
    *ret = body;
    return OK;
}

void hit_put(struct text *out, const struct sigma_set *set, const struct sigma_hit *hit)
{
    const struct sigma_rule *rule = sigma_set_rule(set, hit->rule);
    text_put(out, STR("{\"tripwire\":"));
    text_put_json(out, rule->file);
    text_put(out, STR(",\"rule\":"));
    text_put_json(out, rule->label);
    text_put(out, STR(",\"title\":"));
    text_put_json(out, rule->title);
    text_put(out, STR(",\"events\":["));
    for (size_t i = 0; i < hit->event_count && i < TRIPWIRE_HIT_EVENTS_MAX; i++) {
        text_put(out, i ? STR(",") : STR(""));
        text_put_json(out, hit->events[i]);
    }
    text_printf(out, "],\"event_count\":%zu,\"level\":", hit->event_count);
    text_put_json(out, str_absent(rule->level) ? STR("") : rule->level);
    text_put(out, STR(",\"at\":"));
    if (hit->time.us) {
        text_put_char(out, '"');
        text_put_wall(out, hit->time);
        text_put_char(out, '"');
    } else {
        text_put(out, STR("null"));
    }
    text_put(out, STR(",\"joined\":{"));
    for (size_t i = 0; i < hit->group_count; i++) {
        text_put(out, i ? STR(",") : STR(""));
        text_put_json(out, hit->group[i].name);
        text_put_char(out, ':');
        text_put_json(out, hit->group[i].value);
    }
    text_put(out, STR("},\"unknown\":["));
    bool any = false;
    for (size_t i = 0; i < hit->asked_count; i++) {
        if (hit->asked[i].truth != SIGMA_UNKNOWN)
            continue;
        text_put(out, any ? STR(",") : STR(""));
        text_put_json(out, hit->asked[i].name);
        any = true;
    }
    text_put(out, hit->late ? STR("],\"late\":true}") : STR("],\"late\":false}"));
}

void hit_put_cost(struct text *out, const struct sigma_rule *rule, const struct sigma_cost *cost)
{
    text_put(out, STR("{\"tripwire\":"));
    text_put_json(out, rule->file);
    text_put(out, STR(",\"rule\":"));
    text_put_json(out, rule->label);
    text_printf(out,
                ",\"looked\":%" PRIu64 ",\"matches\":%" PRIu64 ",\"hits\":%" PRIu64
                ",\"cost_us\":%" PRIu64 "}",
                cost->looked, cost->matches, cost->hits, cost->us);
}
