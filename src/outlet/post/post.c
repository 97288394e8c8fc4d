#include "outlet/post/post.h"

#include "agent/kit/agent.h"
#include "base/log.h"
#include "core/follower.h"
#include "outlet/post/agent.h"
#include "outlet/post/packet.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    FLIGHTS = 12,   /* messages with the agent at a time … */
    FLIGHTS_OF = 3, /* … of one outlet: one that hangs leaves room for the others */
    ANSWER_MEMORY = 16 << 20,
    AGAIN_MS = 1000,
};

struct flight {
    int64_t number; /* 0: free */
    char delivery[27], outlet[27];
};

struct post {
    struct post_options options;
    struct follower *follower;
    struct agent agent; /* pid -1: not ours */
    int wake;
    struct ctx c; /* of an answer */
    int64_t numbers;
    pthread_t thread;
    bool threaded;
    _Atomic bool look; /* something may be to be sent */
    _Atomic bool stop, gone;
    pthread_mutex_t mutex; /* of the flights */
    struct flight flights[FLIGHTS];
};

/* ---- flights --------------------------------------------------------------------------------- */

static void put_id(char to[27], struct str id)
{
    struct str part = str_sub(id, 0, 26);
    if (part.len > 0)
        memcpy(to, part.ptr, part.len);
    to[part.len] = '\0';
}

static bool is_flying(struct post *post, struct str delivery)
{
    bool found = false;
    pthread_mutex_lock(&post->mutex);
    for (size_t i = 0; i < FLIGHTS; i++)
        found = found || (post->flights[i].number && str_is(delivery, post->flights[i].delivery));
    pthread_mutex_unlock(&post->mutex);
    return found;
}

/* Take a place for it, so many of its outlet at most. 0: there is none now. */
static int64_t take_off(struct post *post, struct str delivery, struct str outlet)
{
    struct flight *place = NULL;
    int64_t number = 0;
    size_t of_outlet = 0;
    pthread_mutex_lock(&post->mutex);
    for (size_t i = 0; i < FLIGHTS; i++) {
        if (!post->flights[i].number)
            place = &post->flights[i];
        else if (str_is(outlet, post->flights[i].outlet))
            of_outlet++;
    }
    if (place && of_outlet < FLIGHTS_OF) {
        place->number = number = ++post->numbers;
        put_id(place->delivery, delivery);
        put_id(place->outlet, outlet);
    }
    pthread_mutex_unlock(&post->mutex);
    return number;
}

/* Of whom it is, and, when it is over, its place is free. False: of nobody. */
static bool land(struct post *post, int64_t number, bool over, char ret_delivery[27])
{
    bool found = false;
    pthread_mutex_lock(&post->mutex);
    for (size_t i = 0; i < FLIGHTS && !found; i++) {
        struct flight *flight = &post->flights[i];
        found = number > 0 && flight->number == number;
        if (found)
            memcpy(ret_delivery, flight->delivery, sizeof flight->delivery);
        if (found && over)
            flight->number = 0;
    }
    pthread_mutex_unlock(&post->mutex);
    return found;
}

/* ---- to the agent: on the follower's thread ---------------------------------------------------
 */

static rc ask_answer(struct ctx *c, struct post *post, struct str delivery,
                     enum delivery_verdict verdict, const char *why)
{
    struct delivery_answer answer = {.verdict = verdict, .why = str_from(why)};
    return follower_ask(c, post->follower,
                        &(struct follower_ask){
                            .decision = "delivery.answer", .target = delivery, .input = &answer});
}

static rc give(struct ctx *c, struct post *post, struct picture *picture, int64_t number,
               struct outlet_job *job)
{
    struct delivery_document document = {0};
    struct str id = job->delivery.id;
    TRY(follower_ask(c, post->follower,
                     &(struct follower_ask){.decision = "delivery.begin", .target = id}));
    TRY(follower_answers(post->follower));
    TRY(picture_get(c, picture, &delivery_shape, id, NULL, &job->delivery));
    if (job->delivery.state != DELIVERY_STATE_SENDING)
        FAIL(c, CONFLICT, "it no longer has to be sent");
    if (!str_absent(job->delivery.document))
        TRY(picture_get(c, picture, &delivery_document_shape, id, NULL, &document));
    TRY(picture_get(c, picture, &outlet_shape, job->delivery.outlet, NULL, &job->outlet));
    return packet_send_job(c, post->agent.fd, number, job, document.bytes);
}

/* One that cannot go says why. */
static rc send_one(struct ctx *c, struct post *post, struct picture *picture,
                   const struct delivery *delivery)
{
    struct outlet_job job = {.delivery = *delivery};
    char id[27];
    rc found = outlet_of(c, picture, delivery, &job.outlet);
    if (found.code == RC_NOT_FOUND)
        return ask_answer(c, post, delivery->id, DELIVERY_VERDICT_FAILED, c->fault.message);
    TRY(found);
    const char *refusal = outlet_refuses(&job.outlet, delivery->label);
    if (refusal)
        return ask_answer(c, post, delivery->id, DELIVERY_VERDICT_WITHHELD, refusal);
    int64_t number = take_off(post, delivery->id, job.outlet.id);
    if (number == 0)
        return OK; /* when another has landed */
    rc given = give(c, post, picture, number, &job);
    if (rc_ok(given))
        return OK;
    land(post, number, true, id);
    if (given.code == RC_CONFLICT)
        return OK;
    return ask_answer(c, post, delivery->id, DELIVERY_VERDICT_LATER, c->fault.message);
}

typedef rc each_fn(struct ctx *c, struct post *post, struct picture *picture,
                   const struct delivery *delivery);

static rc each_in(struct ctx *c, struct post *post, struct picture *picture, const char *state,
                  each_fn *each)
{
    struct query query = {.limit = QUERY_LIMIT_MAX,
                          .filter_count = 1,
                          .filters = {{STR("state"), FILTER_EQ, str_from(state)}}};
    struct page page;
    do {
        TRY(picture_list(c, picture, &delivery_shape, &query, &page));
        const struct delivery *deliveries = page.records;
        for (size_t i = 0; i < page.count; i++)
            TRY(each(c, post, picture, &deliveries[i]));
        query.after = page.after;
    } while (!str_absent(page.after));
    return OK;
}

static rc send_if_due(struct ctx *c, struct post *post, struct picture *picture,
                      const struct delivery *delivery)
{
    return delivery->next.us ? OK : send_one(c, post, picture, delivery);
}

static rc note_lost(struct ctx *c, struct post *post, struct picture *picture,
                    const struct delivery *delivery)
{
    (void)picture;
    if (delivery->over.us || is_flying(post, delivery->id))
        return OK;
    return ask_answer(c, post, delivery->id, DELIVERY_VERDICT_LOST,
                      "Chancery ended while it was being sent");
}

/* ---- following ------------------------------------------------------------------------------- */

static rc on_begin(struct ctx *c, void *arg, struct picture *picture, int64_t *position)
{
    struct post *post = arg;
    (void)position;
    post->look = true;
    TRY(each_in(c, post, picture, "sending", note_lost));
    return each_in(c, post, picture, "sent", note_lost);
}

/* Of a drill nothing leaves; what is left of it is its document. */
static rc on_event(struct ctx *c, void *arg, struct picture *picture, const struct event *event)
{
    struct post *post = arg;
    const struct delivery *wanted = event->kind->body == &delivery_shape ? event->body : NULL;
    (void)picture;
    post->look = true;
    if (!wanted || (!event->drill && !wanted->drill))
        return OK;
    return ask_answer(c, post, wanted->id, DELIVERY_VERDICT_WITHHELD,
                      "a drill: it stays in the house");
}

static rc on_rest(struct ctx *c, void *arg, struct picture *picture, int64_t position)
{
    struct post *post = arg;
    (void)position;
    if (post->gone || post->stop || !atomic_exchange(&post->look, false))
        return OK;
    return each_in(c, post, picture, "wanted", send_if_due);
}

/* ---- answers --------------------------------------------------------------------------------- */

static bool passes_by_itself(enum rc_code code)
{
    return code == RC_BUSY || code == RC_IO || code == RC_NO_SPACE || code == RC_NO_MEMORY;
}

/* What came of it is not lost because the writer is busy. */
static rc write_when_possible(struct post *post, struct str delivery,
                              const struct delivery_answer *answer)
{
    struct pollfd ends = {.fd = post->wake, .events = POLLIN};
    rc result;
    do {
        arena_reset(post->c.arena);
        result = core_command(&post->c, post->options.core, "delivery.answer", &actor_system,
                              delivery, answer);
    } while (passes_by_itself(result.code) && post->threaded && poll(&ends, 1, AGAIN_MS) == 0);
    return result;
}

/* Words that cannot be kept do not keep the verdict from being known. */
static void write_down(struct post *post, struct str delivery, const struct delivery_answer *answer)
{
    const struct delivery_answer bare = {.verdict = answer->verdict};
    rc result = write_when_possible(post, delivery, answer);
    if (!rc_ok(result) && !passes_by_itself(result.code)) {
        LOG(WARN, "post.words", LOG_TEXT("delivery", delivery),
            LOG_TEXT("why", str_from(post->c.fault.message)));
        result = write_when_possible(post, delivery, &bare);
    }
    if (!rc_ok(result))
        LOG(ERROR, "post.answer", LOG_TEXT("delivery", delivery),
            LOG_TEXT("why", str_from(post->c.fault.message)));
}

static struct str text_or_none(const char *text)
{
    return text[0] ? str_from(text) : (struct str){NULL, 0};
}

static void take_answer(struct post *post, const struct packet_answer *packet)
{
    struct delivery_answer answer = {.verdict = (enum delivery_verdict)packet->verdict,
                                     .why = text_or_none(packet->why),
                                     .peer = text_or_none(packet->peer)};
    char delivery[27];
    if (!land(post, packet->number, false, delivery))
        return;
    if (answer.verdict != DELIVERY_VERDICT_UNSET)
        write_down(post, str_from(delivery), &answer);
    if (!packet->over)
        return;
    land(post, packet->number, true, delivery);
    post->look = true;
    follower_ring(post->follower);
}

bool post_step(struct post *post)
{
    struct packet_answer packet;
    rc result = post->gone ? (rc){RC_BUSY} : packet_take_answer(&post->c, post->agent.fd, &packet);
    if (rc_ok(result))
        take_answer(post, &packet);
    if (result.code == RC_IO && !post->stop)
        LOG(ERROR, "post.gone", LOG_TEXT("why", STR("nothing leaves before the next start")));
    if (result.code == RC_IO)
        post->gone = true;
    return rc_ok(result) || result.code == RC_MALFORMED;
}

static void *run(void *arg)
{
    struct post *post = arg;
    while (!post->stop && !post->gone) {
        struct pollfd from[] = {{.fd = post->agent.fd, .events = POLLIN},
                                {.fd = post->wake, .events = POLLIN}};
        if (poll(from, 2, -1) > 0 && from[0].revents)
            post_step(post);
    }
    return NULL;
}

/* ---- life ------------------------------------------------------------------------------------ */

static rc start_agent(struct ctx *c, struct post *post)
{
    post->agent = (struct agent){.fd = post->options.fd, .pid = -1};
    if (!post->options.program)
        return OK;
    return agent_start(c, post->options.program, OUTLET_ROLE, &post->agent);
}

static rc open_post(struct ctx *c, struct post *post)
{
    static const char *const kinds[] = {"delivery.", "outlet.", NULL};
    const struct follower_options follow = {.name = "post",
                                            .kinds = kinds,
                                            .arg = post,
                                            .begin = on_begin,
                                            .take = on_event,
                                            .rest = on_rest};
    if (!post->c.arena || post->wake < 0)
        FAIL(c, NO_MEMORY, "no memory for the post");
    TRY(start_agent(c, post));
    return follower_open(c, post->options.core, &follow, &post->follower);
}

rc post_open(struct ctx *c, const struct post_options *options, struct post **ret)
{
    struct post *post = calloc(1, sizeof *post);
    if (!post)
        FAIL(c, NO_MEMORY, "no memory for the post");
    post->options = *options;
    post->agent = (struct agent){.fd = -1, .pid = -1};
    post->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    post->c = (struct ctx){.arena = arena_open(ANSWER_MEMORY), .clock = options->clock};
    pthread_mutex_init(&post->mutex, NULL);
    rc result = open_post(c, post);
    if (rc_ok(result))
        *ret = post;
    else
        post_close(post);
    return result;
}

rc post_start(struct ctx *c, struct post *post)
{
    if (pthread_create(&post->thread, NULL, run, post) != 0)
        FAIL(c, NO_MEMORY, "a thread for the post cannot be started");
    post->threaded = true;
    return OK;
}

void post_stop(struct post *post)
{
    uint64_t one = 1;
    if (!post || post->stop)
        return;
    post->stop = true;
    if (write(post->wake, &one, sizeof one) != (ssize_t)sizeof one)
        LOG(WARN, "post.wake", LOG_TEXT("why", str_from(strerror(errno))));
    if (post->threaded)
        pthread_join(post->thread, NULL);
    post->threaded = false;
}

void post_close(struct post *post)
{
    if (!post)
        return;
    post_stop(post);
    follower_close(post->follower);
    if (post->agent.pid > 0)
        agent_end(&post->agent);
    else if (post->agent.fd >= 0)
        close(post->agent.fd);
    if (post->wake >= 0)
        close(post->wake);
    arena_close(post->c.arena);
    pthread_mutex_destroy(&post->mutex);
    free(post);
}
