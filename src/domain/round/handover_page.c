/* Hand-overs as their readers see them: an alarm by what it says, in the language of the request.
 */
#include "domain/round/round_own.h"

#include "assembly/page.h"

static rc put_handover(struct ctx *c, const struct request *request, struct response *response,
                       const struct handover *handover)
{
    for (size_t i = 0; i < handover->items.count; i++) {
        struct handover_item *item = &handover->items.items[i];
        const struct alarm_message message = {item->message, item->params.items,
                                              item->params.count};
        if (!str_absent(item->message))
            TRY(message_say(c, request, &message, "", &item->name));
    }
    shape_write(response->body, &handover_shape, SHAPE_VIEW_SHOWN, handover);
    return OK;
}

rc handovers_serve(struct ctx *c, const struct request *request, struct response *response)
{
    struct query query;
    struct page page;
    TRY(page_query(c, request, &query));
    TRY(picture_list(c, request->picture, &handover_shape, &query, &page));
    const struct handover *handovers = page.records;
    text_put(response->body, STR("{\"items\":["));
    for (size_t i = 0; i < page.count; i++) {
        if (i > 0)
            text_put_char(response->body, ',');
        TRY(put_handover(c, request, response, &handovers[i]));
    }
    return page_put_end(response->body, &page);
}
