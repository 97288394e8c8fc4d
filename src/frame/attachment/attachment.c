/* What is added to each record that has files, and the module. */
#include "core/system.h"
#include "frame/attachment/attachment_own.h"

SHAPE_DEFINE(attachment_made, ATTACHMENT_MADE_FIELDS, 1, "A file that was attached");
SHAPE_DEFINE(attachment, ATTACHMENT_FIELDS, 1, "A file that belongs to a record");
SHAPE_DEFINE(attachment_given, ATTACHMENT_GIVEN_FIELDS, 1, "A file on its way in");
SHAPE_DEFINE(attachment_end, ATTACHMENT_END_FIELDS, 1, "Why a file is removed");
SHAPE_DEFINE(attachment_file, ATTACHMENT_FILE_FIELDS, 1, "The sealed bytes of a file");
SHAPE_DEFINE(attachment_room, ATTACHMENT_ROOM_FIELDS, 1, "How many files there are");

/* What one record gets. */
struct added {
    struct event_kind kinds[2];
    const struct event_kind *events[3];
    struct fold folds[3];
    struct route routes[5];
};

static rc add_kinds(struct ctx *c, const struct record *record, struct added *a)
{
    struct str attached, detached;
    TRY(str_format(c, &attached, "%s.attached", record->shape->name));
    TRY(str_format(c, &detached, "%s.detached", record->shape->name));
    a->kinds[0] = (struct event_kind){
        .name = attached.ptr,
        .help = "A file was attached; its digest proves it",
        .body = &attachment_shape,
        .read = record->read,
        .sealed = record_sealed(record),
    };
    a->kinds[1] = a->kinds[0];
    a->kinds[1].name = detached.ptr;
    a->kinds[1].help = "A file was removed; its digest stays";
    a->events[0] = &a->kinds[0];
    a->events[1] = &a->kinds[1];
    a->folds[0] = (struct fold){&a->kinds[0], attachment_fold_added};
    a->folds[1] = (struct fold){&a->kinds[1], attachment_fold_removed};
    return OK;
}

static rc add_routes(struct ctx *c, const struct record *record, struct added *a)
{
    int64_t most = record->attachments.bytes_max;
    struct str all, one;
    TRY(str_format(c, &all, "/api/v1/%s/{id}/attachments", record->plural));
    TRY(str_format(c, &one, "/api/v1/%s/{id}/attachments/{file}", record->plural));
    const struct route rows[] = {
        ROUTE(POST, all.ptr, attachment_permission(record),
              "Attach a file: its bytes are the body; name, label and expires are parameters",
              .output = &attachment_made_shape, .raw = true, .slow = true,
              .serve = attachment_serve_add,
              .body_max = most ? (size_t)most : ATTACHMENT_BYTES_MAX),
        ROUTE(GET, all.ptr, record->read, "Its files, including removed ones",
              .output = &attachment_shape, .output_list = true, .serve = attachment_serve_list),
        ROUTE(GET, one.ptr, record->read, "Download one file", .slow = true,
              .type = "application/octet-stream", .serve = attachment_serve_one),
        ROUTE(DELETE, one.ptr, attachment_permission(record),
              "Remove a file; `why` gives the reason", .serve = attachment_serve_remove),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        a->routes[i] = rows[i];
        a->routes[i].arg = record;
    }
    return OK;
}

static rc extend(struct ctx *c, const struct record *record, struct extension *ret)
{
    struct added *a = NULL;
    if (record->attachments.most == 0)
        return OK;
    if (!record->attachments.kinds || record->attachments.bytes_max > ATTACHMENT_BYTES_MAX)
        FAIL(c, INTERNAL, "the record %s has files of no kind, or longer than %d bytes",
             record->shape->name, ATTACHMENT_BYTES_MAX);
    NEW(c, a, 1);
    TRY(add_kinds(c, record, a));
    TRY(add_routes(c, record, a));
    *ret = (struct extension){.events = a->events, .folds = a->folds, .routes = a->routes};
    return OK;
}

const struct decision attachment_decisions[ATTACHMENT_DECISIONS + 1] = {
    [ATTACHMENT_ADD] = {.name = "attachment.add",
                        .help = "Attach a file to a record",
                        .permission = PERMIT_SIGNED_IN,
                        .input = &attachment_given_shape,
                        .decide = attachment_decide_add},
    [ATTACHMENT_REMOVE] = {.name = "attachment.remove",
                           .help = "Remove a file from a record",
                           .permission = PERMIT_SIGNED_IN,
                           .input = &attachment_end_shape,
                           .decide = attachment_decide_remove,
                           .grave = true},
    [ATTACHMENT_EXPIRE] = {.name = "attachment.expire",
                           .help = "Remove an expired file",
                           .permission = PERMIT_SYSTEM_READ,
                           .decide = attachment_decide_expire},
    {0},
};

const struct module attachment_module = {
    .name = "attachment",
    .help = "Files that belong to records",
    .tables =
        (const struct table[]){
            {&attachment_shape, TABLE_PICTURE},
            {&attachment_room_shape, TABLE_PICTURE},
            {&attachment_file_shape, TABLE_VAULT},
            {0},
        },
    .decisions = attachment_decisions,
    .folds = (const struct fold[]){{&subject_erased_kind, attachment_fold_subject}, {0}},
    .reactions =
        (const struct reaction[]){
            {.kind = &subject_erased_kind, .react = attachment_on_subject},
            {0},
        },
    .extend = extend,
};
