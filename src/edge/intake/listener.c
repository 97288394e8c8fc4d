/* The records of the intake and their rules. What the signals mean is the watch's: "intake.take"
 * hands them to its "signal.take" and adds, in the same transaction, how far the file is read. */
#include "edge/intake/listener.h"

#include "adapter/registry/registry.h"
#include "core/catalog.h"
#include "edge/intake/carrier.h"

#include <assert.h>

#define PERMIT_READ  "listener.read"
#define PERMIT_WRITE "listener.write"

/* ---- options --------------------------------------------------------------------------------- */

rc listener_adapter(struct ctx *c, const struct listener *listener, const struct adapter **ret,
                    void **ret_options)
{
    const char *protocol = shape_choice_name(&listener_protocol_choices, listener->protocol);
    const struct adapter *adapter = adapter_find(str_from(protocol));
    struct str options = str_absent(listener->options) ? STR("{}") : listener->options;
    void *record = NULL;
    assert(adapter && !adapter->outside);
    rc result = intake_options(c, adapter, options, &record);
    if (rc_ok(result) && !str_absent(listener->secret_options))
        result =
            shape_read(c, adapter->options, SHAPE_FROM_INPUT, listener->secret_options, record);
    if (!rc_ok(result)) {
        fault_enter_name(c, STR("options"));
        return result;
    }
    *ret = adapter;
    *ret_options = record;
    return OK;
}

bool listener_proves(const struct listener *listener, const struct adapter *adapter,
                     const void *options)
{
    const struct carrier *carrier = carrier_of(listener->carrier);
    bool local = carrier && carrier->in_files; /* who may write there, the machine decides */
    return local || (carrier && carrier->proves && carrier->proves(listener)) ||
           (adapter->proves && adapter->proves(options));
}

/* ---- the record ------------------------------------------------------------------------------ */

static rc check(struct ctx *c, struct picture *, const struct command *, const void *,
                const void *after)
{
    const struct listener *listener = after;
    const struct carrier *carrier = listener ? carrier_of(listener->carrier) : NULL;
    const struct adapter *adapter = NULL;
    struct intake *intake = NULL;
    void *options = NULL;
    if (!listener)
        return OK;
    if (!carrier)
        return listener_refuse(c, "carrier", "give the carrier: how the bytes arrive");
    TRY(carrier->check(c, listener));
    TRY(listener_adapter(c, listener, &adapter, &options));
    rc opened = intake_open(c, adapter, options, &intake);
    intake_close(intake);
    if (!rc_ok(opened))
        fault_enter_name(c, STR("options"));
    return opened;
}

/* ---- decisions ------------------------------------------------------------------------------- */

/* What a source reports over, when it reports over this listener. */
static rc way_of(struct ctx *c, struct str listener, struct str *ret)
{
    return str_format(c, ret, "listener/%.*s", STR_ARG(listener));
}

static rc take(struct ctx *c, struct picture *picture, const struct command *command,
               struct outcome *outcome)
{
    const struct listener_take *input = command->input;
    const struct decision *signals = catalog_decision(picture_catalog(picture), STR("signal.take"));
    if (input->items.count > 0) {
        struct signal_delivery *delivery = NULL;
        struct command inner = *command;
        NEW(c, delivery, 1);
        delivery->items.items = input->items.items;
        delivery->items.count = input->items.count;
        delivery->way_proves = input->proves;
        TRY(way_of(c, input->listener, &delivery->way));
        inner.decision = signals;
        inner.input = delivery;
        TRY(signals->decide(c, picture, &inner, outcome));
    }
    if (str_absent(input->place.id))
        return OK;
    return outcome_vault_put(c, outcome, &listener_place_shape, &input->place);
}

/* To be shown on the page of the source, too, if it reports over this listener. Of nobody on the
 * list there is none. */
static rc blame(struct ctx *c, struct picture *picture, const struct command *command,
                struct str listener, const struct listener_blame *blame, struct outcome *outcome)
{
    const struct decision *refuse =
        catalog_decision(picture_catalog(picture), STR("source.refuse"));
    struct hearing h = {.c = c, .picture = picture, .now = clock_now(c)};
    struct heard_source *from = NULL;
    struct command inner = *command;
    NEW(c, from, 1);
    TRY(way_of(c, listener, &h.way.name));
    TRY(source_find(&h, blame->identity, from));
    if (!from->known || from->foreign)
        return OK;
    inner.decision = refuse;
    inner.input = &blame->bad;
    inner.target = from->source.id;
    inner.actor = actor_system;
    return refuse->decide(c, picture, &inner, outcome);
}

/* Figures only: nothing of it is for the record. */
static rc note(struct ctx *c, struct picture *picture, const struct command *command,
               struct outcome *outcome)
{
    const struct listener_note *input = command->input;
    for (size_t i = 0; i < input->blames.count; i++)
        TRY(blame(c, picture, command, input->state.id, &input->blames.items[i], outcome));
    return outcome_vault_put(c, outcome, &listener_state_shape, &input->state);
}

static const struct decision decisions[] = {
    {.name = "intake.take",
     .help = "Take the signals that came over a listener",
     .permission = PERMIT_WRITE,
     .input = &listener_take_shape,
     .decide = take},
    {.name = "intake.note",
     .help = "Record the state of a listener",
     .permission = PERMIT_WRITE,
     .input = &listener_note_shape,
     .decide = note},
    {0},
};

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/listener-states", PERMIT_READ, "The state of every listener",
          .output = &listener_state_shape, .output_list = true, .serve = listener_serve_states),
    ROUTE(GET, "/api/v1/listeners/{id}/state", PERMIT_READ,
          "The state of a listener: condition, counters, what could not be read",
          .output = &listener_state_shape, .serve = listener_serve_state),
    ROUTE(
        GET, "/api/v1/listeners/{id}/place", PERMIT_READ,
        "How far a listener's file has been read, and what was in it: in all, not since the start",
        .output = &listener_place_shape, .serve = listener_serve_place),
    {0},
};

static const struct permission permissions[] = {
    {PERMIT_READ, "See where devices reach us, and the state of the listeners"},
    {PERMIT_WRITE, "Change where devices reach us"},
    {0},
};

const struct module intake_module = {
    .name = "intake",
    .help = "Listeners: where devices reach us, and with which protocol",
    .needs = NEEDS(&signal_module),
    .records =
        (const struct record[]){
            RECORD(listener, "listeners", PERMIT_READ, PERMIT_WRITE, .check = check),
            {0},
        },
    .tables =
        (const struct table[]){
            {&listener_place_shape, TABLE_VAULT},
            {&listener_state_shape, TABLE_VAULT},
            {0},
        },
    .decisions = decisions,
    .routes = routes,
    .permissions = permissions,
};
