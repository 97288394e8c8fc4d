/* The hand-over as a document: what both signed, to be kept on paper. */
#include "domain/round/round_own.h"

#include "frame/report/report.h"

SHAPE_DEFINE(handover_asked, HANDOVER_ASKED_FIELDS, 1, "Which hand-over");

/* The state of an item in the words of the screen: of an alarm, a source, or a zone. */
static rc state_word(struct ctx *c, const struct reporting *r, struct str what, struct str *ret)
{
    struct str condition;
    if (str_is(what, "armed")) {
        *ret = report_word(r, "handover.armed");
        return OK;
    }
    TRY(str_format(c, &condition, "post.condition.%.*s", STR_ARG(what)));
    return report_name(c, r, ret, condition.ptr, "post.state.%.*s", STR_ARG(what));
}

static rc put_item(struct ctx *c, struct reporting *r, const struct handover_item *item)
{
    struct str cells[3] = {0};
    TRY(state_word(c, r, item->what, &cells[0]));
    cells[1] = item->name;
    const struct alarm_message message = {item->message, item->params.items, item->params.count};
    if (!str_absent(item->message))
        TRY(message_say(c, r->request, &message, "", &cells[1]));
    else if (str_starts(item->record, "zone/"))
        TRY(report_title(c, r, item->record, &cells[1]));
    if (!str_absent(item->who))
        TRY(report_who(c, r, item->who, &cells[2]));
    document_row(r->document, 3, cells);
    return OK;
}

/* The items whose record is of this noun. */
static rc put_section(struct ctx *c, struct reporting *r, const struct handover *handover,
                      const char *noun, const char *title)
{
    const struct document_column columns[] = {{report_word(r, "handover.state"), 22, false},
                                              {report_word(r, "handover.name"), 53, false},
                                              {report_word(r, "handover.who"), 25, false}};
    document_heading(r->document, 1, report_word(r, title));
    document_table(r->document, 3, columns);
    for (size_t i = 0; i < handover->items.count; i++)
        if (str_starts(handover->items.items[i].record, noun))
            TRY(put_item(c, r, &handover->items.items[i]));
    return OK;
}

static rc put_signature(struct ctx *c, struct reporting *r, const char *as, struct str account,
                        struct wall when)
{
    struct str name, text;
    TRY(report_who(c, r, account, &name));
    TRY(report_time(c, r, when, &text));
    document_signature(r->document, report_word(r, as), name, text);
    return OK;
}

static rc put_head(struct ctx *c, struct reporting *r, const struct handover *handover)
{
    struct str from, to, made;
    TRY(report_who(c, r, handover->from, &from));
    TRY(report_who(c, r, handover->to, &to));
    TRY(report_time(c, r, handover->made, &made));
    document_fact(r->document, report_word(r, "handover.leaves"), from);
    document_fact(r->document, report_word(r, "handover.comes"), to);
    document_fact(r->document, report_word(r, "handover.made"), made);
    return OK;
}

rc handover_describe(struct ctx *c, struct reporting *r, const void *asked)
{
    struct handover handover = {0};
    struct row row;
    struct str id = ((const struct handover_asked *)asked)->id, name;
    TRY(picture_get(c, r->request->picture, &handover_shape, id, &row, &handover));
    if (!actor_may_read(r->request->actor, handover.label))
        return picture_absent(c, &handover_shape);
    TRY(str_format(c, &name, "handover/%.*s", STR_ARG(id)));
    TRY(str_format(c, &r->file_name, "handover-%.*s", STR_ARG(id)));
    TRY(report_open(c, r, report_word(r, "handover.title"), name, handover.label, row.drill));
    TRY(report_shown(c, r, handover.label));
    TRY(put_head(c, r, &handover));
    TRY(put_section(c, r, &handover, "alarm/", "handover.alarms"));
    document_withhold(r->document, handover.not_listed);
    TRY(put_section(c, r, &handover, "source/", "handover.sources"));
    TRY(put_section(c, r, &handover, "zone/", "handover.zones"));
    if (!str_absent(handover.note)) {
        document_heading(r->document, 1, report_word(r, "handover.note"));
        document_paragraph(r->document, handover.note);
    }
    document_heading(r->document, 1, report_word(r, "handover.signatures"));
    TRY(put_signature(c, r, "handover.leaves", handover.from, handover.signed_from));
    TRY(put_signature(c, r, "handover.comes", handover.to, handover.signed_to));
    return report_proof(c, r, name);
}
