/* The stream of a camera: RTSP over TCP. Only whole images are decoded, at most one a second; the
 * rest is read and thrown away, which costs next to nothing. */
#include "agent/probe/probe_own.h"

enum {
    CONNECT_MS = 10000,
    READ_MS = 15000,  /* nothing at all for so long: the connection is dead */
    SAMPLE_MS = 1000, /* between two that are decoded */
    PIXELS_MAX = 40 << 20,
    ERROR_MAX = 128,
};

struct stream {
    struct probe *probe;
    struct ctx c;
    struct liveness live;
    struct frame sample;
    AVFormatContext *input;
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
    int track;
    struct mono limit;   /* what goes on now is given up then */
    struct mono sampled; /* the last image that was decoded */
    int64_t wait_ms;     /* before the next try */
    char why[240];
};

static struct mono now(const struct stream *s)
{
    return clock_mono(&s->c);
}

static struct mono after_ms(struct mono t, int64_t ms)
{
    return (struct mono){t.us + ms * 1000};
}

/* ---- what is told ---------------------------------------------------------------------------- */

static const struct probe_word words[] = {
    [LIVENESS_LOST] = {"stream.lost", "stream", "no picture comes", SIGNAL_KIND_TROUBLE,
                       SIGNAL_KIND_UNSET, SIGNAL_PRIORITY_MEDIUM},
    [LIVENESS_BACK] = {"stream.back", "stream", "the picture is back", SIGNAL_KIND_RESTORE,
                       SIGNAL_KIND_TROUBLE, SIGNAL_PRIORITY_NOTE},
    [LIVENESS_FROZEN] = {"picture.frozen", "picture", "the picture no longer changes",
                         SIGNAL_KIND_TAMPER, SIGNAL_KIND_UNSET, SIGNAL_PRIORITY_HIGH},
    [LIVENESS_MOVES] = {"picture.moves", "picture", "the picture changes again",
                        SIGNAL_KIND_RESTORE, SIGNAL_KIND_TAMPER, SIGNAL_PRIORITY_NOTE},
};

static void tell(struct stream *s, enum liveness_word word)
{
    if (word == LIVENESS_NOTHING)
        return;
    probe_lock(s->probe);
    s->probe->stream_lost = s->live.lost;
    if (!s->live.frozen)
        s->probe->frozen_since = (struct wall){0};
    else if (word == LIVENESS_FROZEN)
        s->probe->frozen_since = clock_now(&s->c);
    probe_unlock(s->probe);
    probe_why(s->probe, s->live.lost ? s->why : "");
    probe_say(s->probe, &s->c, &words[word], word == LIVENESS_LOST ? s->why : "");
    arena_reset(s->c.arena);
}

/* Runs all the time, also from within FFmpeg while that waits. */
static void tick(struct stream *s)
{
    probe_progress(s->probe, PROBE_STREAM);
    tell(s, liveness_tick(&s->live, now(s)));
}

static int is_over(void *arg)
{
    struct stream *s = arg;
    tick(s);
    return now(s).us >= s->limit.us;
}

static void set_why(struct stream *s, const char *what, int error)
{
    char text[ERROR_MAX] = "";
    if (error == AVERROR_EXIT)
        snprintf(text, sizeof text, "it does not answer");
    else if (error < 0 && s->probe->libs->call_av_strerror(error, text, sizeof text) != 0)
        snprintf(text, sizeof text, "error %d", error);
    snprintf(s->why, sizeof s->why, "%s%s%s", what, text[0] ? ": " : "", text);
    bool refused = error == AVERROR_HTTP_UNAUTHORIZED || error == AVERROR_HTTP_FORBIDDEN;
    if (refused)
        snprintf(s->why, sizeof s->why, "it does not accept our user name and password");
    probe_lock(s->probe);
    s->probe->refused = refused;
    probe_unlock(s->probe);
    if (s->live.lost || refused)
        probe_why(s->probe, s->why);
}

/* ---- opening --------------------------------------------------------------------------------- */

static void put_quoted(struct text *out, struct str part)
{
    for (size_t i = 0; i < part.len; i++) {
        unsigned char ch = (unsigned char)part.ptr[i];
        bool plain = (ch >= '0' && ch <= '9') || ((ch | 32) >= 'a' && (ch | 32) <= 'z') ||
                     ch == '-' || ch == '_' || ch == '.';
        if (plain)
            text_put_char(out, (char)ch);
        else
            text_printf(out, "%%%02X", ch);
    }
}

/* The address with name and password in it, as FFmpeg wants them. */
static rc full_address(struct stream *s, const char *stream, struct str *ret)
{
    const struct probe_order *camera = &s->probe->camera;
    struct str rest = str_from(stream);
    struct text out;
    text_init(&out, &s->c, 4096);
    text_put(&out, STR("rtsp://"));
    if (!str_absent(camera->user)) {
        put_quoted(&out, camera->user);
        text_put_char(&out, ':');
        put_quoted(&out, camera->password);
        text_put_char(&out, '@');
    }
    text_put(&out, str_sub(rest, strlen("rtsp://"), rest.len));
    return text_done(&out, ret);
}

static int open_input(struct stream *s, const char *address)
{
    const struct libs *libs = s->probe->libs;
    AVDictionary *options = NULL;
    s->input = libs->call_avformat_alloc_context();
    if (!s->input)
        return AVERROR(ENOMEM);
    s->input->interrupt_callback = (AVIOInterruptCB){is_over, s};
    s->input->protocol_whitelist = libs->call_av_strdup("rtsp,rtp,tcp,udp");
    s->input->codec_whitelist = libs->call_av_strdup("h264,hevc,mjpeg,mpeg4");
    libs->call_av_dict_set(&options, "rtsp_transport", "tcp", 0);
    libs->call_av_dict_set(&options, "allowed_media_types", "video", 0);
    s->limit = after_ms(now(s), CONNECT_MS);
    int error = libs->call_avformat_open_input(&s->input, address,
                                               libs->call_av_find_input_format("rtsp"), &options);
    libs->call_av_dict_free(&options);
    return error;
}

static bool open_decoder(struct stream *s)
{
    const struct libs *libs = s->probe->libs;
    s->track = -1;
    for (unsigned i = 0; i < s->input->nb_streams && s->track < 0; i++)
        if (s->input->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO)
            s->track = (int)i;
    if (s->track < 0)
        return false;
    const AVCodecParameters *how = s->input->streams[s->track]->codecpar;
    const AVCodec *codec = libs->call_avcodec_find_decoder(how->codec_id);
    s->decoder = codec ? libs->call_avcodec_alloc_context3(codec) : NULL;
    if (!s->decoder || libs->call_avcodec_parameters_to_context(s->decoder, how) < 0)
        return false;
    s->decoder->thread_count = 1;
    s->decoder->max_pixels = PIXELS_MAX;
    s->decoder->skip_frame = AVDISCARD_NONKEY;
    probe_lock(s->probe);
    snprintf(s->probe->codec, sizeof s->probe->codec, "%s",
             libs->call_avcodec_get_name(how->codec_id));
    s->probe->state.connects++;
    probe_unlock(s->probe);
    return libs->call_avcodec_open2(s->decoder, codec, NULL) >= 0;
}

static void close_input(struct stream *s)
{
    const struct libs *libs = s->probe->libs;
    s->limit = after_ms(now(s), 1000); /* it says good-bye */
    libs->call_avcodec_free_context(&s->decoder);
    libs->call_avformat_close_input(&s->input);
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool is_wanted(struct stream *s)
{
    probe_lock(s->probe);
    bool wanted = s->probe->frame_wanted;
    probe_unlock(s->probe);
    return wanted || now(s).us - s->sampled.us >= (int64_t)SAMPLE_MS * 1000;
}

/* One whole image by itself: nothing before it is needed, nothing after it is waited for. */
static bool decode(struct stream *s)
{
    const struct libs *libs = s->probe->libs;
    libs->call_avcodec_flush_buffers(s->decoder);
    return libs->call_avcodec_send_packet(s->decoder, s->packet) >= 0 &&
           libs->call_avcodec_send_packet(s->decoder, NULL) >= 0 &&
           libs->call_avcodec_receive_frame(s->decoder, s->frame) >= 0;
}

static void hand_over(struct stream *s)
{
    struct probe *probe = s->probe;
    probe_lock(probe);
    probe->state.samples++;
    probe->state.width = s->frame->width;
    probe->state.height = s->frame->height;
    probe->state.alive = (int64_t)s->live.changed * 10000 / FRAME_CELLS;
    probe->libs->call_av_frame_unref(probe->frame);
    probe->libs->call_av_frame_move_ref(probe->frame, s->frame);
    probe->frame_at = clock_now(&s->c);
    probe->frame_wanted = false;
    pthread_cond_broadcast(&probe->changed);
    probe_unlock(probe);
}

static void take_image(struct stream *s)
{
    struct mono at = now(s);
    probe_lock(s->probe);
    s->probe->state.keyframes++;
    probe_unlock(s->probe);
    if (!is_wanted(s)) {
        tell(s, liveness_packet(&s->live, at));
        return;
    }
    s->sampled = at;
    if (!decode(s))
        return; /* it came, and was none */
    bool seen = image_sample(s->probe->libs, s->frame, &s->sample);
    tell(s, liveness_image(&s->live, at, seen ? &s->sample : NULL));
    hand_over(s);
    s->wait_ms = PROBE_WAIT_MS_LEAST;
    probe_heard(s->probe, &s->c);
    arena_reset(s->c.arena);
}

static int read_on(struct stream *s)
{
    const struct libs *libs = s->probe->libs;
    int error = 0;
    while (error >= 0) {
        s->limit = after_ms(now(s), READ_MS);
        error = libs->call_av_read_frame(s->input, s->packet);
        if (error < 0)
            break;
        bool ours = s->packet->stream_index == s->track;
        if (ours && (s->packet->flags & AV_PKT_FLAG_KEY))
            take_image(s);
        else if (ours)
            tell(s, liveness_packet(&s->live, now(s)));
        tick(s);
        libs->call_av_packet_unref(s->packet);
    }
    return error;
}

static void look_once(struct stream *s, const char *stream)
{
    struct str address;
    if (!rc_ok(full_address(s, stream, &address)))
        return;
    int error = open_input(s, address.ptr);
    if (error < 0) {
        set_why(s, "it cannot be reached", error);
    } else if (!open_decoder(s)) {
        set_why(s, "its stream has an unsupported format", 0);
    } else {
        set_why(s, "the stream began, but no whole picture came", 0);
        error = read_on(s);
        set_why(s, "the stream broke off", error);
    }
    close_input(s);
    arena_reset(s->c.arena);
}

static void wait_on(struct stream *s)
{
    struct mono until = after_ms(now(s), s->wait_ms);
    s->wait_ms = s->wait_ms * 2 < PROBE_WAIT_MS_MOST ? s->wait_ms * 2 : PROBE_WAIT_MS_MOST;
    while (now(s).us < until.us) {
        probe_rest(s->probe, 250);
        tick(s);
    }
}

static bool stream_ready(struct stream *s)
{
    s->packet = s->probe->libs->call_av_packet_alloc();
    s->frame = s->probe->libs->call_av_frame_alloc();
    return s->packet && s->frame && s->c.arena;
}

void *probe_stream(void *arg)
{
    struct probe *probe = arg;
    struct stream s = {.probe = probe, .wait_ms = PROBE_WAIT_MS_LEAST};
    const struct probe_order *camera = &probe->camera;
    s.c = (struct ctx){.arena = arena_open(PROBE_MEMORY), .clock = probe->clock};
    snprintf(s.why, sizeof s.why, "it has not answered yet");
    while (stream_ready(&s)) {
        struct probe_addresses addresses = probe_addresses(probe);
        if (!addresses.stream[0]) {
            probe_progress(probe, PROBE_STREAM);
            probe_rest(probe, 1000);
            continue;
        }
        liveness_open(&s.live, now(&s), camera->blip_ms, camera->freeze_ms);
        for (;;) {
            addresses = probe_addresses(probe);
            look_once(&s, addresses.stream);
            wait_on(&s);
        }
    }
    return NULL;
}
