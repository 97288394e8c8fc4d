/* The rules about accounts. Two run through all of it: nobody hands out what they do not hold, and
 * there is always somebody left who may do everything. */
#include "domain/account/account_own.h"

#include "core/catalog.h"

static bool contains(struct texts list, struct str item)
{
    for (size_t i = 0; i < list.count; i++)
        if (str_eq(list.items[i], item))
            return true;
    return false;
}

/* ---- compartments ---------------------------------------------------------------------------- */

/* Is somebody in a compartment, or its owner? */
static rc admits(struct ctx *c, struct picture *picture, const struct actor *actor, struct str slug,
                 bool *ret)
{
    struct compartment compartment = {0};
    if (label_readable((struct label){TLP_CLEAR, slug}, actor->clearance)) {
        *ret = true;
        return OK;
    }
    rc result = picture_find(c, picture, &compartment_shape, "slug", slug, NULL, &compartment);
    if (result.code == RC_NOT_FOUND)
        REFUSE(c, INVALID, "compartment", "clearance", "there is no compartment \"%.*s\"",
               STR_ARG(slug));
    TRY(result);
    *ret = actor_is_system(actor) || str_eq(compartment.owner, actor->person);
    return OK;
}

/* A label written long ago still names the compartment by its slug. */
static rc check_slug_is_new(struct ctx *c, struct picture *picture, struct str slug)
{
    struct query query = {
        .filter_count = 1,
        .filters = {{STR("slug"), FILTER_EQ, slug}},
        .limit = 1,
        .with_retired = true,
    };
    struct page page;
    TRY(picture_list(c, picture, &compartment_shape, &query, &page));
    if (page.count > 0)
        REFUSE(c, CONFLICT, "slug-used", "slug",
               "there is, or was, a compartment of this name; labels may still carry it");
    return OK;
}

rc compartment_check(struct ctx *c, struct picture *picture, const struct command *command,
                     const void *before, const void *after)
{
    const struct compartment *old = before, *new = after;
    bool admitted = false;
    if (!new)
        return OK;
    if (!old)
        return check_slug_is_new(c, picture, new->slug);
    if (!str_eq(old->slug, new->slug))
        REFUSE(c, CONFLICT, "slug-kept", "slug", "labels use its slug, so the slug cannot change");
    if (str_eq(old->owner, new->owner))
        return OK;
    TRY(admits(c, picture, &command->actor, old->slug, &admitted));
    if (!admitted)
        REFUSE(c, FORBIDDEN, "grant", "owner", "only its owner or a member can hand it over");
    return OK;
}

/* ---- granting -------------------------------------------------------------------------------- */

static bool holds(const struct actor *actor, struct str permission)
{
    char name[256];
    if (permission.len >= sizeof name)
        return false;
    memcpy(name, permission.ptr, permission.len);
    name[permission.len] = '\0';
    return actor_may(actor, name);
}

/* May this actor hand out this role? `before` (may be NULL) is what it gave already. */
static rc may_grant_role(struct ctx *c, struct picture *picture, const struct actor *actor,
                         const struct role *before, const struct role *role)
{
    for (size_t i = 0; i < role->permissions.count; i++) {
        struct str permission = role->permissions.items[i];
        if (!holds(actor, permission) && !(before && contains(before->permissions, permission)))
            REFUSE(c, FORBIDDEN, "grant", "permissions",
                   "you cannot hand out %.*s, which you do not hold", STR_ARG(permission));
    }
    const struct label *clearance = &role->clearance;
    struct clearance had = {TLP_NONE, {NULL, 0}};
    if (before)
        had = (struct clearance){before->clearance.tlp, before->clearance.compartments};
    if (clearance->tlp > actor->clearance.tlp && clearance->tlp > had.tlp)
        REFUSE(c, FORBIDDEN, "grant", "clearance",
               "you cannot hand out a clearance above your own");
    struct str rest = clearance->compartments, slug;
    while (str_split(&rest, ',', &slug)) {
        bool admitted = label_readable((struct label){TLP_CLEAR, slug}, had);
        if (!admitted)
            TRY(admits(c, picture, actor, slug, &admitted));
        if (!admitted)
            REFUSE(c, FORBIDDEN, "grant", "clearance",
                   "only its owner or a member can admit to the compartment %.*s", STR_ARG(slug));
    }
    return OK;
}

/* May this actor take out of a role what it no longer gives? Whoever does not hold it may not. */
static rc may_take(struct ctx *c, const struct actor *actor, const struct role *before,
                   const struct role *after)
{
    for (size_t i = 0; i < before->permissions.count; i++) {
        struct str permission = before->permissions.items[i];
        if (!holds(actor, permission) && !(after && contains(after->permissions, permission)))
            REFUSE(c, FORBIDDEN, "grant", "permissions",
                   "you cannot take away %.*s, which you do not hold", STR_ARG(permission));
    }
    return OK;
}

/* The role with this id, all of it absent when it is retired: it then gives nothing. */
static rc get_role(struct ctx *c, struct picture *picture, struct str id, struct role *ret)
{
    struct row row;
    struct role role = {0};
    TRY(picture_get(c, picture, &role_shape, id, &row, &role));
    *ret = row.retired.us ? (struct role){0} : role;
    return OK;
}

static rc may_grant_roles(struct ctx *c, struct picture *picture, const struct actor *actor,
                          struct texts roles, struct texts except)
{
    for (size_t i = 0; i < roles.count; i++) {
        struct role role;
        if (contains(except, roles.items[i]))
            continue;
        TRY(get_role(c, picture, roles.items[i], &role));
        TRY(may_grant_role(c, picture, actor, NULL, &role));
    }
    return OK;
}

struct granting {
    struct picture *picture;
    const struct actor *actor;
};

static rc check_owned(struct ctx *c, void *arg, const struct row *, const void *record, bool *)
{
    const struct granting *granting = arg;
    const struct compartment *owned = record;
    bool admitted = false;
    TRY(admits(c, granting->picture, granting->actor, owned->slug, &admitted));
    if (!admitted)
        REFUSE(c, FORBIDDEN, "grant", "person",
               "this person owns a compartment; only they or a member of it can open an "
               "account for them");
    return OK;
}

/* An owner can admit themselves, so that whoever comes in as one can. */
static rc may_grant_owned(struct ctx *c, struct picture *picture, const struct actor *actor,
                          const struct account *account)
{
    struct granting granting = {picture, actor};
    struct query query = {
        .filter_count = 1,
        .filters = {{STR("owner"), FILTER_EQ, account->person}},
    };
    if (account->kind != ACCOUNT_KIND_PERSON)
        return OK;
    return picture_each(c, picture, &compartment_shape, &query, check_owned, &granting);
}

rc account_may_grant(struct ctx *c, struct picture *picture, const struct actor *actor,
                     const struct account *account)
{
    TRY(may_grant_owned(c, picture, actor, account));
    return may_grant_roles(c, picture, actor, account->roles, (struct texts){0});
}

rc account_actor(struct ctx *c, struct picture *picture, struct str id, struct actor *ret)
{
    struct account account = {0};
    struct row row;
    rc result = picture_get(c, picture, &account_shape, id, &row, &account);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    if (!rc_ok(result) || row.retired.us || account.status != ACCOUNT_STATUS_ACTIVE)
        FAIL(c, FORBIDDEN, "this account may not be used");

    struct role *roles = NULL;
    size_t permissions = 0, at = 0;
    NEW(c, roles, account.roles.count + 1);
    for (size_t i = 0; i < account.roles.count; i++) {
        TRY(get_role(c, picture, account.roles.items[i], &roles[i]));
        permissions += roles[i].permissions.count;
    }
    struct actor actor = {.id = account.id};
    if (account.kind == ACCOUNT_KIND_PERSON)
        actor.person = account.person;
    struct text compartments;
    text_init(&compartments, c, 64 << 10);
    NEW(c, actor.permissions.items, permissions + 1);
    for (size_t i = 0; i < account.roles.count; i++) {
        const struct role *role = &roles[i];
        for (size_t j = 0; j < role->permissions.count; j++)
            actor.permissions.items[at++] = role->permissions.items[j];
        if (role->clearance.tlp > actor.clearance.tlp)
            actor.clearance.tlp = role->clearance.tlp;
        if (compartments.len && role->clearance.compartments.len)
            text_put_char(&compartments, ',');
        text_put(&compartments, role->clearance.compartments);
    }
    actor.permissions.count = permissions;
    if (compartments.len)
        TRY(text_done(&compartments, &actor.clearance.compartments));
    *ret = actor;
    return OK;
}

/* ---- the last officer ------------------------------------------------------------------------ */

/* What is about to change: an account or a role, NULL when it goes. */
struct change {
    struct str account_id, role_id;
    const struct account *account;
    const struct role *role;
};

/* Would this account still be an officer's: active, a person's, and permitted everything? */
static rc is_officer(struct ctx *c, struct picture *picture, const struct account *account,
                     const struct change *change, bool *ret)
{
    *ret = false;
    if (account->status != ACCOUNT_STATUS_ACTIVE || account->kind != ACCOUNT_KIND_PERSON)
        return OK;
    for (size_t i = 0; i < account->roles.count && !*ret; i++) {
        struct role role = {0};
        if (!str_eq(account->roles.items[i], change->role_id))
            TRY(get_role(c, picture, account->roles.items[i], &role));
        else if (change->role)
            role = *change->role;
        *ret = contains(role.permissions, STR("*"));
    }
    return OK;
}

static rc officer_remains(struct ctx *c, struct picture *picture, const struct change *change)
{
    struct query query = {
        .filter_count = 1,
        .filters = {{STR("status"), FILTER_EQ, STR("active")}},
        .limit = QUERY_LIMIT_MAX,
    };
    bool found = false;
    if (change->account)
        TRY(is_officer(c, picture, change->account, change, &found));
    struct page page = {0};
    while (!found) {
        TRY(picture_list(c, picture, &account_shape, &query, &page));
        const struct account *accounts = page.records;
        for (size_t i = 0; i < page.count && !found; i++)
            if (!str_eq(accounts[i].id, change->account_id))
                TRY(is_officer(c, picture, &accounts[i], change, &found));
        if (str_absent(page.after))
            break;
        query.after = page.after;
    }
    if (!found) {
        rc refused = fault_raise(c, RC_CONFLICT, __FILE__, __LINE__,
                                 "nobody with full rights would be left");
        fault_set_rule(c, "last-officer");
        return refused;
    }
    return OK;
}

/* ---- roles, accounts ------------------------------------------------------------------------- */

/* A permission that nobody declares would be held by nobody and guard nothing. */
static bool is_declared(const struct catalog *catalog, struct str permission)
{
    struct str stem = str_sub(permission, 0, permission.len - 1);
    for (size_t i = 0; i < catalog_permission_count(catalog); i++) {
        struct str name = str_from(catalog_permission(catalog, i)->name);
        if (str_ends(permission, "*") ? str_eq(str_sub(name, 0, stem.len), stem)
                                      : str_eq(name, permission))
            return true;
    }
    return false;
}

rc role_check(struct ctx *c, struct picture *picture, const struct command *command,
              const void *before, const void *after)
{
    const struct role *old = before, *new = after;
    for (size_t i = 0; new &&i < new->permissions.count; i++)
        if (!is_declared(picture_catalog(picture), new->permissions.items[i]))
            REFUSE(c, INVALID, "permission", "permissions", "there is no permission %.*s",
                   STR_ARG(new->permissions.items[i]));
    if (new)
        TRY(may_grant_role(c, picture, &command->actor, old, new));
    if (old)
        TRY(may_take(c, &command->actor, old, new));
    struct change change = {.role_id = old ? old->id : (struct str){NULL, 0}, .role = new};
    bool was_all = old && contains(old->permissions, STR("*"));
    return was_all ? officer_remains(c, picture, &change) : OK;
}

/* Has the person an account besides this one, or had they? */
static rc has_another(struct ctx *c, struct picture *picture, const struct account *account,
                      bool *ret)
{
    struct query query = {
        .limit = 2,
        .filter_count = 2,
        .filters = {{STR("person"), FILTER_EQ, account->person},
                    {STR("kind"), FILTER_EQ, STR("person")}},
        .with_retired = true,
    };
    struct page page;
    TRY(picture_list(c, picture, &account_shape, &query, &page));
    const struct account *accounts = page.records;
    *ret = false;
    for (size_t i = 0; i < page.count; i++)
        *ret = *ret || !str_eq(accounts[i].id, account->id);
    return OK;
}

/* An account can be used from now on. Nobody gets a second one behind their back: what it does is
 * shown by their name. */
static rc check_opening(struct ctx *c, struct picture *picture, const struct actor *actor,
                        const struct account *account, bool is_new)
{
    bool another = false;
    TRY(may_grant_owned(c, picture, actor, account));
    if (account->kind == ACCOUNT_KIND_PERSON)
        TRY(has_another(c, picture, account, &another));
    if (!another || actor_is_system(actor))
        return OK;
    if (is_new && !str_eq(actor->person, account->person))
        REFUSE(c, CONFLICT, "second-account", "status",
               "this person has an account, or had one: add this one suspended; the person, or "
               "somebody else, reinstates it");
    return account_check_second(c, picture, actor, account);
}

/* Is something taken from an account that is in use: by its suspension or its end, or a role? */
static bool takes_away(const struct account *old, const struct account *new)
{
    if (!old || old->status != ACCOUNT_STATUS_ACTIVE)
        return false;
    if (!new || new->status != ACCOUNT_STATUS_ACTIVE)
        return true;
    for (size_t i = 0; i < old->roles.count; i++)
        if (!contains(new->roles, old->roles.items[i]))
            return true;
    return false;
}

rc account_check(struct ctx *c, struct picture *picture, const struct command *command,
                 const void *before, const void *after)
{
    const struct account *old = before, *new = after;
    if (new &&str_eq(new->id, actor_system.id))
        REFUSE(c, CONFLICT, "reserved", "id", "this name is reserved for Chancery itself");
    if (old && new && (old->kind != new->kind || !str_eq(old->person, new->person)))
        REFUSE(c, CONFLICT, "person-kept", "person",
               "an account cannot move to another person; add another account");
    if (new &&new->status == ACCOUNT_STATUS_ACTIVE) {
        bool was_active = old && old->status == ACCOUNT_STATUS_ACTIVE;
        if (!was_active)
            TRY(check_opening(c, picture, &command->actor, new, !old));
        TRY(may_grant_roles(c, picture, &command->actor, new->roles,
                            was_active ? old->roles : (struct texts){0}));
    }
    if (takes_away(old, new))
        TRY(account_may_grant(c, picture, &command->actor, old));
    struct change change = {.account_id = old ? old->id : (struct str){NULL, 0}, .account = new};
    bool was_officer = false;
    if (old)
        TRY(is_officer(c, picture, old, &(struct change){0}, &was_officer));
    return was_officer ? officer_remains(c, picture, &change) : OK;
}
