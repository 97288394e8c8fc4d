/* Outlets: where a message may leave, and what. Fail closed: what is not set lets nothing out. */
#include "frame/delivery/delivery_own.h"

SHAPE_DEFINE_CHOICES(delivery_kind, DELIVERY_KIND, DELIVERY_KINDS);
SHAPE_DEFINE_CHOICES(outlet_tls, OUTLET_TLS, OUTLET_TLSES);
SHAPE_DEFINE(outlet_trial, OUTLET_TRIAL_FIELDS, 1, "A test of an outlet");
SHAPE_DEFINE(outlet, OUTLET_FIELDS, 1, "An outlet, through which messages may leave the house");

/* What goes in the clear is read by whoever is on the way. */
static bool fits_the_clear(struct label label)
{
    return label.tlp <= TLP_GREEN && str_absent(label.compartments);
}

static bool is_host(struct str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char byte = host.ptr[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (!letter && !(byte >= '0' && byte <= '9') && byte != '.' && byte != '-' && byte != ':')
            return false;
    }
    return host.len > 0;
}

static bool is_path(struct str path)
{
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] <= ' ' || path.ptr[i] >= 0x7f || path.ptr[i] == '#')
            return false;
    return str_starts(path, "/");
}

static rc check_connection(struct ctx *c, const struct outlet *outlet)
{
    bool clear = outlet->tls == OUTLET_TLS_NONE;
    if (!is_host(outlet->host))
        REFUSE(c, INVALID, "host", "host", "a name or an address: letters, digits, dots, hyphens");
    if (!str_absent(outlet->path) && !is_path(outlet->path))
        REFUSE(c, INVALID, "path", "path", "a path begins with / and contains no spaces and no #");
    if (clear && outlet->carries.tlp && !fits_the_clear(outlet->carries))
        REFUSE(c, INVALID, "clear", "carries", "in the clear, at most TLP:GREEN may leave");
    if (outlet->tls == OUTLET_TLS_UPGRADE && outlet->kind != DELIVERY_KIND_MAIL)
        REFUSE(c, INVALID, "tls", "tls", "only mail can be upgraded; use implicit");
    return OK;
}

static rc check_kind(struct ctx *c, const struct outlet *outlet)
{
    bool webhook = outlet->kind == DELIVERY_KIND_WEBHOOK;
    if (outlet->kind == DELIVERY_KIND_MAIL && str_absent(outlet->sender))
        REFUSE(c, INVALID, "required", "sender", "mail needs a sender address");
    if (webhook && outlet->tls != OUTLET_TLS_IMPLICIT)
        REFUSE(c, INVALID, "tls", "tls", "a webhook needs HTTPS: use implicit");
    if (webhook && str_absent(outlet->secret))
        REFUSE(c, INVALID, "required", "secret", "a webhook needs a signing key");
    if (webhook && !str_absent(outlet->user))
        REFUSE(c, INVALID, "user", "user", "a webhook is signed and has no user: leave it out");
    if (outlet->kind != DELIVERY_KIND_MAIL && str_absent(outlet->path))
        REFUSE(c, INVALID, "required", "path", "give the path on the server");
    return OK;
}

rc outlet_check(struct ctx *c, struct picture *, const struct command *, const void *before,
                const void *after)
{
    const struct outlet *was = before, *is = after;
    if (!after)
        return OK;
    if (was && was->kind != is->kind)
        REFUSE(c, INVALID, "kind", "kind", "an outlet cannot change its kind: add a new one");
    TRY(check_connection(c, after));
    return check_kind(c, after);
}

const char *outlet_refuses(const struct outlet *outlet, struct label label)
{
    struct clearance carries = {outlet->carries.tlp, outlet->carries.compartments};
    if (!outlet->enabled)
        return "its outlet is not enabled";
    if (outlet->carries.tlp == TLP_NONE)
        return "no label is set for what its outlet may carry";
    if (!label_readable(label, carries))
        return "its label is beyond what its outlet may carry";
    if (outlet->tls == OUTLET_TLS_NONE && !fits_the_clear(label))
        return "its outlet sends in the clear";
    return NULL;
}

rc outlet_of(struct ctx *c, struct picture *picture, const struct delivery *delivery,
             struct outlet *ret)
{
    struct query query = {.limit = QUERY_LIMIT_MAX, .filter_count = 1};
    struct page page;
    struct row row;
    if (!str_absent(delivery->outlet)) {
        TRY(picture_get(c, picture, &outlet_shape, delivery->outlet, &row, ret));
        if (row.retired.us || ret->kind != delivery->kind)
            FAIL(c, NOT_FOUND, "its outlet is retired or of another kind");
        return OK;
    }
    const char *kind = shape_choice_name(&delivery_kind_choices, delivery->kind);
    query.filters[0] = (struct filter){STR("kind"), FILTER_EQ, str_from(kind)};
    TRY(picture_list(c, picture, &outlet_shape, &query, &page));
    const struct outlet *outlets = page.records;
    for (size_t i = 0; i < page.count; i++)
        if (outlets[i].enabled) {
            *ret = outlets[i];
            return OK;
        }
    FAIL(c, NOT_FOUND, "no outlet of the kind %s is enabled", kind);
}
