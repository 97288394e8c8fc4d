/* What the threads of a probe share, and what they tell the server. */
#include "agent/probe/probe_own.h"

/* ---- shared ---------------------------------------------------------------------------------- */

void probe_lock(struct probe *probe)
{
    pthread_mutex_lock(&probe->mutex);
}

void probe_unlock(struct probe *probe)
{
    pthread_mutex_unlock(&probe->mutex);
}

void probe_progress(struct probe *probe, enum probe_part part)
{
    probe->progress_us[part] = probe->clock->mono(probe->clock).us;
}

void probe_why(struct probe *probe, const char *why)
{
    probe_lock(probe);
    snprintf(probe->why, sizeof probe->why, "%s", why);
    probe_unlock(probe);
}

struct probe_addresses probe_addresses(struct probe *probe)
{
    probe_lock(probe);
    struct probe_addresses addresses = probe->addresses;
    probe_unlock(probe);
    return addresses;
}

void probe_rest(struct probe *probe, int64_t wait_ms)
{
    struct timespec until;
    int64_t end_us = probe->clock->mono(probe->clock).us + wait_ms * 1000;
    until = (struct timespec){end_us / 1000000, end_us % 1000000 * 1000};
    probe_lock(probe);
    pthread_cond_timedwait(&probe->changed, &probe->mutex, &until);
    probe_unlock(probe);
}

/* ---- telling --------------------------------------------------------------------------------- */

/* A server that is gone is noticed by the main thread. */
void probe_tell(struct probe *probe, struct ctx *c, enum talk_kind kind, const struct shape *shape,
                const void *record)
{
    pthread_mutex_lock(&probe->send_mutex);
    rc sent = talk_send_record(c, probe->fd, kind, shape, record, true);
    (void)sent;
    pthread_mutex_unlock(&probe->send_mutex);
}

void probe_signal(struct probe *probe, struct ctx *c, const struct signal *signal)
{
    probe_tell(probe, c, TALK_SIGNAL, &signal_shape, signal);
}

void probe_say(struct probe *probe, struct ctx *c, const struct probe_word *word, const char *why)
{
    struct signal signal = {
        .source = STR("camera"), /* the server knows who we are */
        .kind = word->kind,
        .ends = word->ends,
        .priority = word->priority,
        .code_system = STR("camera"),
        .code = str_from(word->code),
        .text = str_from(word->text),
        .zone = str_from(word->point),
    };
    if (why[0] && !rc_ok(str_format(c, &signal.text, "%s: %s", word->text, why)))
        signal.text = str_from(word->text);
    probe_signal(probe, c, &signal);
}

void probe_heard(struct probe *probe, struct ctx *c)
{
    struct mono now = clock_mono(c);
    probe_lock(probe);
    bool due = probe->heard.us == 0 || now.us - probe->heard.us >= (int64_t)PROBE_HEARD_MS * 1000;
    if (due)
        probe->heard = now;
    probe->state.heard = clock_now(c);
    probe_unlock(probe);
    if (!due)
        return;
    pthread_mutex_lock(&probe->send_mutex);
    rc sent = talk_send(c, probe->fd, TALK_HEARD, (struct str){NULL, 0}, true);
    (void)sent;
    pthread_mutex_unlock(&probe->send_mutex);
}
