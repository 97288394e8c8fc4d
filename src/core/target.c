#include "core/target.h"

#include "core/actor.h"
#include "core/module.h"

/* Found and readable, or absent. */
static rc get_readable(struct ctx *c, struct picture *picture, const struct actor *actor,
                       const struct shape *shape, struct str id, struct row *ret_row, void *ret)
{
    struct record_head *head = ctx_take(c, 1, shape->size);
    if (!head)
        return fault_again(c);
    if (str_absent(id))
        return picture_absent(c, shape);
    TRY(picture_get(c, picture, shape, id, ret_row, head));
    if (!actor_may_read(actor, head->label))
        return picture_absent(c, shape);
    memcpy(ret, head, shape->size);
    return OK;
}

rc command_other(struct ctx *c, struct picture *picture, const struct command *command,
                 const struct shape *shape, struct str id, struct row *ret_row, void *ret)
{
    struct row row;
    TRY(get_readable(c, picture, &command->actor, shape, id, &row, ret));
    if (row.retired.us)
        REFUSE(c, CONFLICT, "retired", "", "this %s is retired", shape->name);
    if (ret_row)
        *ret_row = row;
    return OK;
}

rc command_target(struct ctx *c, struct picture *picture, const struct command *command,
                  const struct shape *shape, struct row *ret_row, void *ret)
{
    struct row row;
    TRY(command_other(c, picture, command, shape, command->target, &row, ret));
    if (command->expect_seq >= 0 && command->expect_seq != row.seq)
        FAIL(c, STALE, "this %s was changed meanwhile, by event %lld", shape->name,
             (long long)row.seq);
    if (ret_row)
        *ret_row = row;
    return OK;
}

rc request_target(struct ctx *c, const struct request *request, const struct shape *shape,
                  struct row *ret_row, void *ret)
{
    return get_readable(c, request->picture, request->actor, shape, request->parts[0], ret_row,
                        ret);
}

/* "7" in quotes, as an ETag of ours is. */
static rc read_tag(struct ctx *c, struct str tag, int64_t *ret)
{
    if (tag.len > 2 && tag.ptr[0] == '"')
        tag = str_sub(tag, 1, tag.len - 2);
    if (!str_to_i64(tag, ret) || *ret < 0)
        FAIL(c, STALE, "If-Match: not a valid ETag");
    return OK;
}

rc request_command(struct ctx *c, const struct request *request, const struct decision *decision,
                   struct command **ret)
{
    struct command *command = NULL;
    NEW(c, command, 1);
    *command = (struct command){
        .decision = decision,
        .input = request->input,
        .target = request->parts[0],
        .actor = *request->actor,
        .cause = -1,
        .expect_seq = -1,
    };
    if (!str_absent(request->if_match))
        TRY(read_tag(c, request->if_match, &command->expect_seq));
    *ret = command;
    return OK;
}

rc request_serve_command(struct ctx *c, const struct request *request, struct response *response)
{
    const struct decision *decision = request->route->arg;
    TRY(request_command(c, request, decision, &response->command));
    response->command->alarm = decision->lane;
    return OK;
}

/* ---- handlers -------------------------------------------------------------------------------- */

static rc serve_watched(struct ctx *c, const struct request *request, struct response *response,
                        serve_fn *serve)
{
    response->readings.actor = request->actor;
    picture_watch(request->picture, &response->readings);
    rc result = serve(c, request, response);
    picture_watch(request->picture, NULL);
    return result;
}

rc request_serve(struct ctx *c, const struct request *request, struct response *response)
{
    return serve_watched(c, request, response, request->route->serve);
}

rc request_answer(struct ctx *c, const struct request *request, struct response *response)
{
    return serve_watched(c, request, response, response->answer);
}
