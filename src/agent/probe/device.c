/* What the camera itself notices, by ONVIF: a subscription (PullPoint) that is kept, and made anew
 * whenever the camera has forgotten it.
 *
 *     clock ──▶ services ──▶ addresses ──▶ subscribe ──▶ pull ──▶ pull …
 *
 *     half of what was granted is over   renew, then pull
 *     it has forgotten us                subscribe
 *     it refuses us                      clock: that may have jumped
 *     it fails again and again           from the beginning
 *
 * The token that signs us in carries the camera's own time, not ours: a camera whose clock is years
 * off accepts it all the same. How long a subscription lasts is the difference of two times of the
 * camera's, for the same reason, and is not believed beyond its use: pulling goes on until it is
 * refused. */
#include "agent/probe/probe_own.h"

#include "adapter/onvif/onvif.h"
#include "adapter/onvif/soap.h"
#include "base/random.h"

enum {
    ANSWER_MAX = 1 << 20,
    CALL_MS = 10000,
    PULL_S = 20,        /* the camera may keep us waiting so long when it has nothing to say */
    GRANT_S = 120,      /* asked for: what a camera still holds of us after an end is soon over */
    GRANT_S_LEAST = 10, /* where it grants nonsense */
    RENEW_S_MOST = 3600,
    PULL_EVERY_MS = 1000, /* for cameras that do not wait */
    FAILURES_MOST = 5,    /* of one subscription, before it is made anew */
    LOST_MS = 30000,      /* so long without an answer is told */
    SKEW_MS_MOST = 60000, /* a clock that is further off is told */
    PING_MS = 20000,      /* for cameras without events */
    SECOND_US = 1000000,
};

struct device {
    struct probe *probe;
    struct ctx c;                 /* of a turn */
    struct ctx own, subscription; /* of what lasts longer */
    struct caller *caller;
    struct intake *intake;
    struct stream *stream;
    struct device_address at;
    int64_t skew_us; /* the camera's clock less ours */
    bool has_clock, knows_addresses, no_events, clock_told;
    struct str events;             /* address of the event service */
    struct str address, reference; /* of the subscription; absent: there is none */
    struct mono renew;
    int64_t granted_s;
    int failures;
    struct mono answered;
    int64_t wait_ms;
};

static int64_t now_us(const struct device *d)
{
    return clock_mono(&d->c).us;
}

/* ---- one call -------------------------------------------------------------------------------- */

/* FORBIDDEN: our name, password or time. NOT_FOUND: no such subscription. UNSUPPORTED. IO,
 * MALFORMED and the rest: the camera is not well. */
static rc check_fault(struct ctx *c, const struct onvif_told *told)
{
    if (!told->fault)
        return OK;
    enum rc_code code = told->refused       ? RC_FORBIDDEN
                        : told->unknown     ? RC_NOT_FOUND
                        : told->unsupported ? RC_UNSUPPORTED
                                            : RC_INVALID;
    return fault_raise(c, code, __FILE__, __LINE__, "the camera refuses: %.*s", STR_ARG(told->why));
}

static rc call_device(struct device *d, struct onvif_ask *ask, struct str *ret_bytes,
                      struct onvif_told *ret)
{
    struct ctx *c = &d->c;
    struct call call = {.most = ANSWER_MAX, .wait_ms = CALL_MS};
    struct called called;
    struct str url;
    ask->user = d->probe->camera.user;
    ask->password = d->probe->camera.password;
    ask->created = (struct wall){clock_now(c).us + d->skew_us};
    random_bytes(ask->nonce, sizeof ask->nonce);
    TRY(onvif_make(c, ask, &call.body, &call.action));
    TRY(device_address_move(c, ask->to, &d->at, &url));
    call.url = url.ptr;
    if (ask->verb == ONVIF_PULL)
        call.wait_ms += (int64_t)PULL_S * 1000;
    TRY(caller_call(c, d->caller, &call, &called));
    TRY(onvif_read(c, called.body, ret));
    if (ret_bytes)
        *ret_bytes = called.body;
    return check_fault(c, ret);
}

static rc ask_device(struct device *d, enum onvif_verb verb, struct str to, struct onvif_told *ret)
{
    struct onvif_ask ask = {.verb = verb, .to = to};
    return call_device(d, &ask, NULL, ret);
}

/* ---- its clock ------------------------------------------------------------------------------- */

static void tell_clock(struct device *d)
{
    static const struct probe_word wrong = {"clock.wrong",        "clock",
                                            "its clock is wrong", SIGNAL_KIND_STATUS,
                                            SIGNAL_KIND_UNSET,    SIGNAL_PRIORITY_LOW};
    static const struct probe_word right = {"clock.right",
                                            "clock",
                                            "its clock is right again",
                                            SIGNAL_KIND_RESTORE,
                                            SIGNAL_KIND_STATUS,
                                            SIGNAL_PRIORITY_NOTE};
    int64_t off_ms = d->skew_us / 1000;
    bool is_wrong = off_ms > SKEW_MS_MOST || off_ms < -SKEW_MS_MOST;
    char why[80];
    probe_lock(d->probe);
    d->probe->state.skew_ms = (struct opt_i64){true, off_ms};
    probe_unlock(d->probe);
    if (is_wrong == d->clock_told)
        return;
    d->clock_told = is_wrong;
    snprintf(why, sizeof why, "%lld s %s ours", (long long)(off_ms < 0 ? -off_ms : off_ms) / 1000,
             off_ms < 0 ? "behind" : "ahead of");
    probe_say(d->probe, &d->c, is_wrong ? &wrong : &right, is_wrong ? why : "");
}

static rc read_clock(struct device *d)
{
    struct onvif_told told;
    d->skew_us = 0;
    TRY(ask_device(d, ONVIF_GET_TIME, d->probe->camera.onvif, &told));
    d->skew_us = told.time.us - clock_now(&d->c).us;
    d->has_clock = true;
    tell_clock(d);
    return OK;
}

/* ---- its services and addresses -------------------------------------------------------------- */

static void set_model(struct device *d, struct str model)
{
    probe_lock(d->probe);
    snprintf(d->probe->model, sizeof d->probe->model, "%.*s", STR_ARG(model));
    while (!str_is_utf8(str_from(d->probe->model)))
        d->probe->model[strlen(d->probe->model) - 1] = '\0';
    probe_unlock(d->probe);
}

/* What the record says goes before what the camera says. */
static void set_address(struct device *d, struct str uri, const char *scheme, char *to)
{
    struct str url;
    if (str_absent(uri) || !rc_ok(device_address_move(&d->c, uri, &d->at, &url)) ||
        !str_starts(url, scheme) || url.len >= PROBE_ADDRESS_MAX)
        return;
    probe_lock(d->probe);
    if (to[0] == '\0')
        memcpy(to, url.ptr, url.len + 1);
    pthread_cond_broadcast(&d->probe->changed);
    probe_unlock(d->probe);
}

/* A camera without media services has its addresses in the record, or gives no image. */
static void read_media(struct device *d, struct str media)
{
    struct onvif_told told;
    struct onvif_ask ask = {.verb = ONVIF_GET_STREAM, .to = media};
    if (str_absent(media) || !rc_ok(ask_device(d, ONVIF_GET_PROFILES, media, &told)) ||
        str_absent(told.profile))
        return;
    ask.profile = told.profile;
    if (rc_ok(call_device(d, &ask, NULL, &told)))
        set_address(d, told.uri, "rtsp:", d->probe->addresses.stream);
    ask.verb = ONVIF_GET_STILL;
    if (rc_ok(call_device(d, &ask, NULL, &told)))
        set_address(d, told.uri, "http", d->probe->addresses.still);
}

static rc read_services(struct device *d)
{
    struct str service = d->probe->camera.onvif;
    struct onvif_told told, device;
    TRY(ask_device(d, ONVIF_GET_SERVICES, service, &told));
    arena_reset(d->own.arena);
    TRY(str_copy(&d->own, told.events, &d->events));
    if (rc_ok(ask_device(d, ONVIF_GET_DEVICE, service, &device)))
        set_model(d, device.model);
    read_media(d, told.media);
    d->no_events = str_absent(d->events);
    d->knows_addresses = true;
    return OK;
}

/* ---- the subscription ------------------------------------------------------------------------ */

static void set_subscribed(struct device *d, bool subscribed)
{
    probe_lock(d->probe);
    d->probe->state.subscribed = subscribed;
    d->probe->state.subscriptions += subscribed;
    probe_unlock(d->probe);
}

/* Half of what was granted, an hour at most. What is granted is the camera's word twice. */
static void set_renewal(struct device *d, const struct onvif_told *told)
{
    int64_t granted_s = (told->ends.us - told->time.us) / SECOND_US;
    if (told->ends.us == 0 || told->time.us == 0)
        granted_s = GRANT_S;
    d->granted_s = granted_s < GRANT_S_LEAST ? GRANT_S_LEAST : granted_s;
    int64_t half_s = d->granted_s / 2 < RENEW_S_MOST ? d->granted_s / 2 : RENEW_S_MOST;
    d->renew.us = now_us(d) + half_s * SECOND_US;
}

static void forget(struct device *d)
{
    struct onvif_ask ask = {.verb = ONVIF_UNSUBSCRIBE, .to = d->address, .reference = d->reference};
    struct onvif_told told;
    if (!str_absent(d->address)) {
        rc left = call_device(d, &ask, NULL, &told);
        (void)left; /* it has forgotten us, or will */
        set_subscribed(d, false);
    }
    d->address = d->reference = (struct str){NULL, 0};
    d->failures = 0;
}

static rc subscribe(struct device *d)
{
    struct onvif_ask ask = {.verb = ONVIF_SUBSCRIBE, .to = d->events, .seconds = GRANT_S};
    struct onvif_told told;
    struct str address;
    TRY(call_device(d, &ask, NULL, &told));
    arena_reset(d->subscription.arena);
    TRY(str_copy(&d->subscription, told.reference, &d->reference));
    TRY(str_copy(&d->subscription, str_absent(told.address) ? d->events : told.address, &address));
    d->address = address;
    set_renewal(d, &told);
    set_subscribed(d, true);
    return OK;
}

/* One that cannot renew is used until it refuses, and then made anew. */
static rc renew(struct device *d)
{
    struct onvif_ask ask = {
        .verb = ONVIF_RENEW, .to = d->address, .reference = d->reference, .seconds = GRANT_S};
    struct onvif_told told;
    rc result = call_device(d, &ask, NULL, &told);
    if (result.code == RC_UNSUPPORTED || result.code == RC_INVALID) {
        d->renew.us = INT64_MAX;
        return OK;
    }
    TRY(result);
    set_renewal(d, &told);
    return OK;
}

/* ---- what it notices ------------------------------------------------------------------------- */

static void count(struct device *d)
{
    probe_lock(d->probe);
    d->probe->state.pulls++;
    d->probe->state.notifications = (int64_t)intake_tally(d->intake, ONVIF_NOTIFICATIONS);
    d->probe->state.bad =
        (int64_t)intake_counts(d->intake)->bad + (int64_t)intake_tally(d->intake, ONVIF_NO_TOPIC);
    probe_unlock(d->probe);
}

static rc take_events(struct device *d, struct str bytes)
{
    struct stream_item item;
    stream_give(d->stream, bytes, (struct stream_given){.last = true});
    do {
        TRY(stream_next(&d->c, d->stream, clock_now(&d->c), &item));
        for (size_t i = 0; item.kind == STREAM_FRAME && i < item.out.count; i++)
            probe_signal(d->probe, &d->c, &item.out.signals[i]);
    } while (item.kind != STREAM_EMPTY);
    count(d);
    return OK;
}

static rc pull(struct device *d)
{
    struct onvif_ask ask = {
        .verb = ONVIF_PULL, .to = d->address, .reference = d->reference, .seconds = PULL_S};
    struct onvif_told told;
    struct str bytes;
    int64_t begin_us = now_us(d);
    TRY(call_device(d, &ask, &bytes, &told));
    TRY(take_events(d, bytes));
    if (now_us(d) - begin_us < (int64_t)PULL_EVERY_MS * 1000)
        probe_rest(d->probe, PULL_EVERY_MS);
    return OK;
}

/* ---- keeping at it --------------------------------------------------------------------------- */

static rc turn(struct device *d)
{
    if (!d->has_clock)
        TRY(read_clock(d));
    if (!d->knows_addresses)
        TRY(read_services(d));
    if (d->no_events) {
        TRY(read_clock(d));
        probe_rest(d->probe, PING_MS);
        return OK;
    }
    if (str_absent(d->address))
        TRY(subscribe(d));
    if (now_us(d) >= d->renew.us)
        TRY(renew(d));
    return pull(d);
}

static const struct probe_word lost_word = {
    "events.lost",       "events",          "it does not report its events",
    SIGNAL_KIND_TROUBLE, SIGNAL_KIND_UNSET, SIGNAL_PRIORITY_MEDIUM};
static const struct probe_word back_word = {"events.back",
                                            "events",
                                            "it reports its events again",
                                            SIGNAL_KIND_RESTORE,
                                            SIGNAL_KIND_TROUBLE,
                                            SIGNAL_PRIORITY_NOTE};

static void set_lost(struct device *d, bool lost, bool refused, const char *why)
{
    probe_lock(d->probe);
    bool was = d->probe->device_lost;
    bool streams = d->probe->addresses.stream[0];
    d->probe->device_lost = lost;
    if (!streams || refused)
        d->probe->refused = refused;
    probe_unlock(d->probe);
    if (!streams || refused)
        probe_why(d->probe, why);
    if (was != lost)
        probe_say(d->probe, &d->c, lost ? &lost_word : &back_word, lost ? why : "");
}

static void went_well(struct device *d)
{
    d->failures = 0;
    d->wait_ms = PROBE_WAIT_MS_LEAST;
    d->answered = clock_mono(&d->c);
    set_lost(d, false, false, "");
    probe_heard(d->probe, &d->c);
}

/* What has to be done anew depends on what went wrong. A subscription that is gone is made anew at
 * once; what fails again and again, later each time. */
static void went_wrong(struct device *d, rc result)
{
    char why[sizeof d->c.fault.message];
    memcpy(why, d->c.fault.message, sizeof why);
    d->failures++;
    bool refused = result.code == RC_FORBIDDEN;
    bool was_subscribed = !str_absent(d->address);
    if (result.code == RC_UNSUPPORTED && !was_subscribed)
        d->no_events = true;
    if (refused)
        d->has_clock = false;
    if (result.code == RC_NOT_FOUND || result.code == RC_INVALID || refused) {
        d->address = d->reference = (struct str){NULL, 0};
        set_subscribed(d, false);
    } else if (d->failures >= FAILURES_MOST) {
        forget(d);
        d->has_clock = d->knows_addresses = false;
    }
    int64_t silent_ms = (now_us(d) - d->answered.us) / 1000;
    if (refused ? d->failures > 1 : silent_ms >= LOST_MS)
        set_lost(d, true, refused, why);
    if (was_subscribed && d->failures == 1 && result.code != RC_IO)
        return;
    probe_rest(d->probe, d->wait_ms);
    d->wait_ms = d->wait_ms * 2 < PROBE_WAIT_MS_MOST ? d->wait_ms * 2 : PROBE_WAIT_MS_MOST;
}

static rc open_device(struct device *d)
{
    struct ctx *c = &d->c;
    void *options = NULL;
    if (!c->arena || !d->own.arena || !d->subscription.arena)
        FAIL(c, NO_MEMORY, "no memory for a camera's events");
    TRY(caller_open(c, d->probe, PROBE_DEVICE, &d->caller));
    TRY(intake_options(c, &onvif_adapter, STR("{}"), &options));
    TRY(intake_open(c, &onvif_adapter, options, &d->intake));
    return stream_open(c, d->intake, &d->stream);
}

void *probe_device(void *arg)
{
    struct probe *probe = arg;
    struct device d = {.probe = probe, .wait_ms = PROBE_WAIT_MS_LEAST};
    d.c = (struct ctx){.arena = arena_open(PROBE_MEMORY), .clock = probe->clock};
    d.own = (struct ctx){.arena = arena_open(PROBE_MEMORY), .clock = probe->clock};
    d.subscription = (struct ctx){.arena = arena_open(PROBE_MEMORY), .clock = probe->clock};
    d.answered = probe->clock->mono(probe->clock);
    bool ready = device_address_read(probe->camera.onvif, &d.at) && rc_ok(open_device(&d));
    while (ready) {
        probe_progress(probe, PROBE_DEVICE);
        rc result = turn(&d);
        if (rc_ok(result))
            went_well(&d);
        else
            went_wrong(&d, result);
        arena_reset(d.c.arena);
    }
    return NULL;
}
