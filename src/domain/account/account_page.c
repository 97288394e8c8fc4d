/* What a role may be made of, and the roles that a mission starts with. */
#include "domain/account/account_own.h"

#include "core/catalog.h"
#include "core/core.h"

#include "base/json.h"

#define PERMISSION_HELD_FIELDS(F, T)                              \
    F(T, text, line, name, REQUIRED, 0, 0, "as in \"zone.read\"") \
    F(T, text, line, help, REQUIRED, 0, 0, "what it allows")      \
    F(T, flag, _, held, 0, 0, 0, "the caller holds it")
SHAPE_DECLARE(permission_held, PERMISSION_HELD_FIELDS);
SHAPE_DEFINE(permission_held, PERMISSION_HELD_FIELDS, 1, "A permission, and who asks holds it");

static rc serve_permissions(struct ctx *, const struct request *request, struct response *response)
{
    struct text *out = response->body;
    text_put(out, STR("{\"items\":["));
    for (size_t i = 0; i < catalog_permission_count(request->catalog); i++) {
        const struct permission *permission = catalog_permission(request->catalog, i);
        text_put(out, i > 0 ? STR(",{\"name\":") : STR("{\"name\":"));
        text_put_json(out, str_from(permission->name));
        text_put(out, STR(",\"help\":"));
        text_put_json(out, str_from(permission->help));
        text_printf(out, ",\"held\":%s}",
                    actor_may(request->actor, permission->name) ? "true" : "false");
    }
    text_put(out, STR("]}"));
    return OK;
}

const struct route account_routes[] = {
    ROUTE(GET, "/api/v1/permissions", "role.read",
          "What a role may be made of, and what of it the caller holds",
          .output = &permission_held_shape, .output_list = true, .serve = serve_permissions),
    {0},
};

/* ---- the roles a mission starts with --------------------------------------------------------- */

static rc add_role(struct ctx *c, struct core *core, struct str json, bool *ret_new)
{
    struct role role = {0};
    TRY(shape_read(c, &role_shape, SHAPE_FROM_INPUT, json, &role));
    rc result = core_command(c, core, "role.add", &actor_system, (struct str){NULL, 0}, &role);
    *ret_new = rc_ok(result);
    return result.code == RC_CONFLICT ? OK : result;
}

rc account_add_roles(struct ctx *c, struct core *core, struct str text, size_t *ret_count)
{
    struct json json;
    struct str role;
    size_t count = 0;
    json_init(&json, text);
    json_array(&json);
    while (json_next_item(&json)) {
        bool new = false;
        if (!json_skip(&json, &role))
            break;
        TRY(add_role(c, core, role, &new));
        count += new;
    }
    if (!json_end(&json))
        return json_fault(c, &json);
    *ret_count = count;
    return OK;
}
