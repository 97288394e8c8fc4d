/* The libraries that read what cameras send: FFmpeg's and libcurl. The program is not linked with
 * them: only a probe loads them, so in the process that has the keys not one byte of their code is
 * mapped, and a mission without cameras does not need them installed. The versions are those that
 * this was compiled with, by the numbers in their names. */
#ifndef AGENT_PROBE_LIBS_H
#define AGENT_PROBE_LIBS_H

#include "base/ctx.h"

#include <curl/curl.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

/* One row a function: the library, its name. */
#define LIBS_FUNCTIONS(X)                   \
    X(UTIL, av_dict_free)                   \
    X(UTIL, av_dict_set)                    \
    X(UTIL, av_frame_alloc)                 \
    X(UTIL, av_frame_free)                  \
    X(UTIL, av_frame_get_buffer)            \
    X(UTIL, av_frame_move_ref)              \
    X(UTIL, av_frame_ref)                   \
    X(UTIL, av_frame_unref)                 \
    X(UTIL, av_log_set_level)               \
    X(UTIL, av_pix_fmt_desc_get)            \
    X(UTIL, av_strdup)                      \
    X(UTIL, av_strerror)                    \
    X(CODEC, av_packet_alloc)               \
    X(CODEC, av_packet_free)                \
    X(CODEC, av_packet_unref)               \
    X(CODEC, av_new_packet)                 \
    X(CODEC, avcodec_alloc_context3)        \
    X(CODEC, avcodec_find_decoder)          \
    X(CODEC, avcodec_find_encoder)          \
    X(CODEC, avcodec_free_context)          \
    X(CODEC, avcodec_flush_buffers)         \
    X(CODEC, avcodec_get_name)              \
    X(CODEC, avcodec_open2)                 \
    X(CODEC, avcodec_parameters_to_context) \
    X(CODEC, avcodec_receive_frame)         \
    X(CODEC, avcodec_receive_packet)        \
    X(CODEC, avcodec_send_frame)            \
    X(CODEC, avcodec_send_packet)           \
    X(FORMAT, av_find_input_format)         \
    X(FORMAT, av_read_frame)                \
    X(FORMAT, avformat_alloc_context)       \
    X(FORMAT, avformat_close_input)         \
    X(FORMAT, avformat_network_init)        \
    X(FORMAT, avformat_open_input)          \
    X(SCALE, sws_freeContext)               \
    X(SCALE, sws_getContext)                \
    X(SCALE, sws_scale)                     \
    X(CURL, curl_easy_cleanup)              \
    X(CURL, curl_easy_getinfo)              \
    X(CURL, curl_easy_init)                 \
    X(CURL, curl_easy_perform)              \
    X(CURL, curl_easy_reset)                \
    X(CURL, curl_easy_setopt)               \
    X(CURL, curl_easy_strerror)             \
    X(CURL, curl_global_init)               \
    X(CURL, curl_slist_append)              \
    X(CURL, curl_slist_free_all)

#define LIBS_MEMBER(library, name) __typeof__(&(name)) call_##name;
struct libs {
    LIBS_FUNCTIONS(LIBS_MEMBER)
};

/* Load all of them: before the sandbox is entered. NOT_FOUND names the one that is missing. They
 * stay until the process ends. */
rc libs_load(struct ctx *c, struct libs *ret);

#endif
