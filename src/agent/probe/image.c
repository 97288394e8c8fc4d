/* Images of cameras, made anew: whatever a camera sends, what leaves the probe is a plain JPEG of
 * our own encoder. */
#include "agent/probe/probe_own.h"

enum { ACROSS_MAX = 1280, LEAST_SIDE = 16, PIXELS_MAX = 40 << 20 };

/* ---- into our form --------------------------------------------------------------------------- */

static rc scale(struct ctx *c, const struct libs *libs, const AVFrame *from, int across,
                AVFrame **ret)
{
    int width = from->width < across ? from->width : across;
    int height = (int)((int64_t)from->height * width / from->width);
    struct SwsContext *scaler = NULL;
    if (width < LEAST_SIDE || height < LEAST_SIDE || height > PROBE_IMAGE_SIDE_MAX)
        FAIL(c, INVALID, "a picture of %d by %d pixels", from->width, from->height);
    AVFrame *to = libs->call_av_frame_alloc();
    if (!to)
        FAIL(c, NO_MEMORY, "no memory for a picture");
    to->width = width & ~1;
    to->height = height & ~1;
    to->format = AV_PIX_FMT_YUVJ420P;
    if (libs->call_av_frame_get_buffer(to, 0) >= 0)
        scaler = libs->call_sws_getContext(from->width, from->height,
                                           (enum AVPixelFormat)from->format, to->width, to->height,
                                           AV_PIX_FMT_YUVJ420P, SWS_AREA, NULL, NULL, NULL);
    if (!scaler) {
        libs->call_av_frame_free(&to);
        FAIL(c, INVALID, "a picture in a format that cannot be converted");
    }
    libs->call_sws_scale(scaler, (const uint8_t *const *)from->data, from->linesize, 0,
                         from->height, to->data, to->linesize);
    libs->call_sws_freeContext(scaler);
    *ret = to;
    return OK;
}

static rc copy_packet(struct ctx *c, const AVPacket *packet, struct str *ret)
{
    if (packet->size <= 0 || packet->size > PROBE_IMAGE_BYTES_MAX)
        FAIL(c, TOO_LARGE, "a picture of %d bytes", packet->size);
    return str_copy(c, (struct str){(const char *)packet->data, (size_t)packet->size}, ret);
}

static rc encode_with(struct ctx *c, const struct libs *libs, AVCodecContext *encoder,
                      AVFrame *frame, int quality, struct str *ret)
{
    encoder->width = frame->width;
    encoder->height = frame->height;
    encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
    encoder->time_base = (AVRational){1, 25};
    encoder->thread_count = 1;
    encoder->flags |= AV_CODEC_FLAG_QSCALE;
    encoder->global_quality = FF_QP2LAMBDA * quality;
    frame->quality = encoder->global_quality;
    frame->pts = 0;
    AVPacket *packet = libs->call_av_packet_alloc();
    bool good = packet &&
                libs->call_avcodec_open2(
                    encoder, libs->call_avcodec_find_encoder(AV_CODEC_ID_MJPEG), NULL) >= 0 &&
                libs->call_avcodec_send_frame(encoder, frame) >= 0 &&
                libs->call_avcodec_receive_packet(encoder, packet) >= 0;
    rc result = OK;
    if (good)
        result = copy_packet(c, packet, ret);
    libs->call_av_packet_free(&packet);
    if (!good)
        FAIL(c, INTERNAL, "the picture could not be encoded");
    return result;
}

static rc encode(struct ctx *c, const struct libs *libs, const AVFrame *from, int across,
                 int quality, struct image_made *ret)
{
    AVFrame *frame = NULL;
    TRY(scale(c, libs, from, across, &frame));
    AVCodecContext *encoder =
        libs->call_avcodec_alloc_context3(libs->call_avcodec_find_encoder(AV_CODEC_ID_MJPEG));
    rc result = encoder ? encode_with(c, libs, encoder, frame, quality, &ret->jpeg)
                        : fault_raise(c, RC_NO_MEMORY, __FILE__, __LINE__, "no memory");
    ret->width = frame->width;
    ret->height = frame->height;
    libs->call_avcodec_free_context(&encoder);
    libs->call_av_frame_free(&frame);
    return result;
}

rc image_encode(struct ctx *c, const struct libs *libs, const AVFrame *frame,
                struct image_made *ret)
{
    static const struct {
        int across, quality; /* of 2 (best) to 31 */
    } tries[] = {{ACROSS_MAX, 4}, {ACROSS_MAX, 10}, {ACROSS_MAX, 20}, {ACROSS_MAX / 2, 20}};
    struct image_made made = {.width = 0};
    rc result = OK;
    if (frame->width <= 0 || frame->height <= 0 ||
        (int64_t)frame->width * frame->height > PIXELS_MAX)
        FAIL(c, INVALID, "a picture of %d by %d pixels", frame->width, frame->height);
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        result = encode(c, libs, frame, tries[i].across, tries[i].quality, &made);
        if (result.code != RC_TOO_LARGE)
            break;
    }
    TRY(result);
    *ret = made;
    return OK;
}

/* ---- out of a camera's ----------------------------------------------------------------------- */

static bool decode(const struct libs *libs, AVCodecContext *decoder, AVPacket *packet,
                   struct str jpeg, AVFrame *ret)
{
    decoder->thread_count = 1;
    decoder->max_pixels = PIXELS_MAX;
    decoder->err_recognition = AV_EF_EXPLODE;
    if (libs->call_av_new_packet(packet, (int)jpeg.len) < 0)
        return false;
    memcpy(packet->data, jpeg.ptr, jpeg.len);
    return libs->call_avcodec_open2(decoder, libs->call_avcodec_find_decoder(AV_CODEC_ID_MJPEG),
                                    NULL) >= 0 &&
           libs->call_avcodec_send_packet(decoder, packet) >= 0 &&
           libs->call_avcodec_receive_frame(decoder, ret) >= 0;
}

/* The half of an image would be filled up with gray and look like one. Some cameras write zeros
 * behind the end. */
static bool is_whole(struct str jpeg)
{
    while (jpeg.len > 0 && (jpeg.ptr[jpeg.len - 1] == '\0' || jpeg.ptr[jpeg.len - 1] == '\n'))
        jpeg.len--;
    return jpeg.len >= 4 && memcmp(jpeg.ptr + jpeg.len - 2, "\xff\xd9", 2) == 0;
}

rc image_decode(struct ctx *c, const struct libs *libs, struct str jpeg, AVFrame *ret)
{
    if (jpeg.len < 4 || memcmp(jpeg.ptr, "\xff\xd8", 2) != 0)
        FAIL(c, INVALID, "the camera did not deliver a JPEG picture");
    if (!is_whole(jpeg))
        FAIL(c, INVALID, "the camera's picture is incomplete");
    AVCodecContext *decoder =
        libs->call_avcodec_alloc_context3(libs->call_avcodec_find_decoder(AV_CODEC_ID_MJPEG));
    AVPacket *packet = libs->call_av_packet_alloc();
    bool good = decoder && packet && decode(libs, decoder, packet, jpeg, ret);
    libs->call_av_packet_free(&packet);
    libs->call_avcodec_free_context(&decoder);
    if (!good)
        FAIL(c, INVALID, "the camera's picture cannot be read");
    return OK;
}

/* ---- looking at it --------------------------------------------------------------------------- */

/* Formats that have their brightness in bytes one behind the other. */
static bool has_luma(const AVPixFmtDescriptor *format)
{
    return format && !(format->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) &&
           format->comp[0].plane == 0 && format->comp[0].step == 1 && format->comp[0].depth == 8;
}

bool image_sample(const struct libs *libs, const AVFrame *frame, struct frame *ret)
{
    const enum AVPixelFormat format = (enum AVPixelFormat)frame->format;
    if (frame->width <= 0 || frame->height <= 0 || !frame->data[0])
        return false;
    if (has_luma(libs->call_av_pix_fmt_desc_get(format)) && frame->linesize[0] > 0) {
        frame_sample(frame->data[0], (size_t)frame->linesize[0], (size_t)frame->width,
                     (size_t)frame->height, ret);
        return true;
    }
    struct SwsContext *scaler =
        libs->call_sws_getContext(frame->width, frame->height, format, FRAME_WIDTH, FRAME_HEIGHT,
                                  AV_PIX_FMT_GRAY8, SWS_POINT, NULL, NULL, NULL);
    if (!scaler)
        return false;
    uint8_t *planes[4] = {&ret->points[0][0]};
    const int strides[4] = {FRAME_WIDTH};
    libs->call_sws_scale(scaler, (const uint8_t *const *)frame->data, frame->linesize, 0,
                         frame->height, planes, strides);
    libs->call_sws_freeContext(scaler);
    return true;
}
