/* Frigate (0.14 and later): PREFIX/available, PREFIX/CAMERA/status/detect, PREFIX/events and
 * PREFIX/reviews. Its cameras are sources of their own, "PREFIX/CAMERA". */
#include "adapter/mqtt/mqtt.h"

static rc camera_source(struct ctx *c, const struct mqtt_message *m, struct str camera,
                        struct str *ret)
{
    struct str name;
    TRY(str_format(c, &name, "%.*s/%.*s", STR_ARG(m->prefix), STR_ARG(camera)));
    return signal_line(c, name, 200, ret);
}

/* online, offline, disabled: the last one is a person's doing. */
static rc take_status(struct ctx *c, const struct adapter_input *in, const struct mqtt_message *m,
                      struct str source, struct adapter_output *out)
{
    struct signal signal = {.source = source,
                            .peer = in->peer,
                            .kind = SIGNAL_KIND_TROUBLE,
                            .priority = SIGNAL_PRIORITY_HIGH,
                            .code_system = STR("frigate"),
                            .code = STR("offline"),
                            .text = STR("it is offline")};
    out->source = source;
    if (str_is(m->payload, "online")) {
        signal.kind = SIGNAL_KIND_RESTORE;
        signal.ends = SIGNAL_KIND_TROUBLE;
        signal.priority = SIGNAL_PRIORITY_NOTE;
        signal.code = STR("online");
        signal.text = STR("it is online again");
    } else if (str_is(m->payload, "disabled")) {
        signal.kind = SIGNAL_KIND_BYPASS;
        signal.priority = SIGNAL_PRIORITY_LOW;
        signal.code = STR("disabled");
        signal.text = STR("it was switched off in Frigate");
    } else if (!str_is(m->payload, "offline")) {
        return OK;
    }
    signal_set_raw(&signal, m->payload);
    return adapter_emit(c, out, &signal);
}

static rc read_time(struct ctx *c, struct str json, const char *path, struct wall *ret)
{
    struct str text;
    int64_t us = 0;
    TRY(mqtt_member_text(c, json, path, 40, &text));
    if (!str_absent(text) && str_to_decimal(text, 6, &us) && us > 0 &&
        wall_in_calendar((struct wall){us}))
        ret->us = us;
    return OK;
}

/* What is common to events and reviews: who, when, which one, and whether it begins or ends. */
static rc begin(struct ctx *c, const struct adapter_input *in, const struct mqtt_message *m,
                struct adapter_output *out, struct signal *signal, bool *ret_known)
{
    struct str type, camera, id;
    *signal = (struct signal){
        .peer = in->peer, .kind = SIGNAL_KIND_MOTION, .code_system = STR("frigate")};
    TRY(mqtt_member_text(c, m->payload, "type", 20, &type));
    TRY(mqtt_member_text(c, m->payload, "after.camera", 100, &camera));
    TRY(mqtt_member_text(c, m->payload, "after.id", 80, &id));
    *ret_known = !str_absent(type) && !str_absent(camera) && !str_absent(id);
    if (!*ret_known)
        return OK;
    TRY(camera_source(c, m, camera, &signal->source));
    out->source = signal->source;
    TRY(read_time(c, m->payload, "after.start_time", &signal->occurred));
    if (str_is(type, "end")) {
        signal->kind = SIGNAL_KIND_RESTORE;
        signal->ends = SIGNAL_KIND_MOTION;
        TRY(read_time(c, m->payload, "after.end_time", &signal->occurred));
    } else if (!str_is(type, "new")) {
        signal->kind = SIGNAL_KIND_UNSET; /* an update: counted */
    }
    signal_set_raw(signal, m->payload);
    return str_format(c, &signal->dedupe, "%.*s/%.*s/%.*s", STR_ARG(m->rest), STR_ARG(id),
                      STR_ARG(type));
}

static rc take_event(struct ctx *c, const struct adapter_input *in, const struct mqtt_message *m,
                     struct adapter_output *out, bool *ret_known)
{
    struct signal signal;
    struct str what;
    TRY(begin(c, in, m, out, &signal, ret_known));
    if (!*ret_known || signal.kind == SIGNAL_KIND_UNSET)
        return OK;
    signal.priority = SIGNAL_PRIORITY_NOTE; /* a review says what is worth looking at */
    signal.code = STR("event");
    TRY(mqtt_member_text(c, m->payload, "after.label", 60, &what));
    TRY(mqtt_member_text(c, m->payload, "after.top_score", 20, &signal.value));
    if (str_absent(what))
        what = STR("something");
    TRY(str_format(c, &signal.text,
                   signal.kind == SIGNAL_KIND_MOTION ? "%.*s in sight" : "%.*s out of sight",
                   STR_ARG(what)));
    return adapter_emit(c, out, &signal);
}

static rc take_review(struct ctx *c, const struct adapter_input *in, const struct mqtt_message *m,
                      struct adapter_output *out, bool *ret_known)
{
    struct signal signal;
    struct str severity;
    TRY(begin(c, in, m, out, &signal, ret_known));
    if (!*ret_known || signal.kind == SIGNAL_KIND_UNSET)
        return OK;
    TRY(mqtt_member_text(c, m->payload, "after.severity", 20, &severity));
    bool alert = str_is(severity, "alert");
    signal.priority = alert ? SIGNAL_PRIORITY_HIGH : SIGNAL_PRIORITY_LOW;
    signal.code = alert ? STR("alert") : STR("detection");
    TRY(signal_line(c, mqtt_member(m->payload, STR("after.data.objects")), 200, &signal.value));
    TRY(signal_line(c, mqtt_member(m->payload, STR("after.data.zones")), 200, &signal.location));
    TRY(str_format(c, &signal.text, "%s: %.*s", alert ? "alert" : "detection",
                   STR_ARG(str_absent(signal.value) ? STR("motion") : signal.value)));
    return adapter_emit(c, out, &signal);
}

rc frigate_take(struct ctx *c, const struct adapter_input *in, const struct mqtt_message *m,
                struct adapter_output *out, bool *ret_known)
{
    struct str stood[8], source;
    size_t count = 0;
    *ret_known = true;
    if (str_is(m->rest, "available")) {
        TRY(signal_line(c, m->prefix, 200, &source));
        return take_status(c, in, m, source, out);
    }
    if (mqtt_fits(STR("+/status/detect"), m->rest, stood, &count)) {
        TRY(camera_source(c, m, stood[0], &source));
        return take_status(c, in, m, source, out);
    }
    if (str_is(m->rest, "events"))
        return take_event(c, in, m, out, ret_known);
    if (str_is(m->rest, "reviews"))
        return take_review(c, in, m, out, ret_known);
    *ret_known = false;
    return OK;
}
