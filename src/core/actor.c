#include "core/actor.h"

static struct str everything[] = {{"*", 1}};

const struct actor actor_system = {
    .id = {"system", 6},
    .permissions = {everything, 1},
    .clearance = {TLP_RED, {NULL, 0}},
};

bool actor_is_system(const struct actor *actor)
{
    return actor->permissions.items == everything;
}

bool actor_may_read(const struct actor *actor, struct label label)
{
    if (!actor)
        return false;
    if (actor_is_system(actor))
        return label.tlp != TLP_NONE;
    return label_readable(label, actor->clearance);
}

/* "*" covers all, "zone.*" covers "zone.read", a name covers itself. */
static bool covers(struct str granted, struct str wanted)
{
    if (!str_ends(granted, "*"))
        return str_eq(granted, wanted);
    struct str stem = str_sub(granted, 0, granted.len - 1);
    bool whole = stem.len == 0 || str_ends(stem, ".");
    return whole && str_eq(str_sub(wanted, 0, stem.len), stem);
}

bool actor_may(const struct actor *actor, const char *permission)
{
    struct str wanted = str_from(permission);
    if (str_is(wanted, PERMIT_ANYONE))
        return true;
    if (!actor || str_absent(actor->id))
        return false;
    if (str_is(wanted, PERMIT_SIGNED_IN))
        return true;
    for (size_t i = 0; i < actor->permissions.count; i++)
        if (covers(actor->permissions.items[i], wanted))
            return true;
    return false;
}
