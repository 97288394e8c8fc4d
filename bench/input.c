#include "input.h"

#include "adapter/dc09/frame.h"
#include "adapter/registry/registry.h"

#include <zlib.h>

enum { INPUT_MAX = 64 << 20, FRAMES = 100000, EXAMPLE_ROUNDS = 3000 };

#define EVE_PATH    "../shared/data/eve/suricata-7.0.10.jsonl.gz"
#define SYSLOG_PATH "../shared/data/syslog/OpenSSH_2k.log"

/* The file, unpacked if it is packed; the adapter's examples when it is not here. */
static rc read_input(struct ctx *c, const char *path, const char *adapter, struct str *ret)
{
    gzFile file = gzopen(path, "rb");
    if (file) {
        char *bytes = NULL;
        NEW(c, bytes, INPUT_MAX);
        int len = gzread(file, bytes, INPUT_MAX);
        gzclose(file);
        *ret = (struct str){bytes, len > 0 ? (size_t)len : 0};
        return OK;
    }
    struct text t;
    const char *const *examples = adapter_find(str_from(adapter))->examples;
    text_init(&t, c, INPUT_MAX);
    for (size_t n = 0; n < EXAMPLE_ROUNDS; n++)
        for (size_t i = 0; examples[i]; i++)
            text_put(&t, str_from(examples[i]));
    if (path[0])
        printf("%s is not here: the adapter's examples instead\n", path);
    return text_done(&t, ret);
}

static rc make_frames(struct ctx *c, const char *sealed, struct str *ret)
{
    struct text t;
    text_init(&t, c, INPUT_MAX);
    for (int i = 0; i < FRAMES; i++) {
        char body[200];
        int len = snprintf(body, sizeof body, "\"%sSIA-DCS\"%04dL0#%04d[", sealed ? "*" : "",
                           i / 500 % 9999 + 1, i % 500 + 1000);
        len += snprintf(body + len, sizeof body - (size_t)len, "%s",
                        sealed ? sealed : "#1000|Nri1/BA01]_03:00:00,11-22-2026");
        struct str b = {body, (size_t)len};
        text_printf(&t, "\n%04X%04zX%.*s\r", dc09_crc(b), b.len, STR_ARG(b));
    }
    return text_done(&t, ret);
}

/* Accounts 1000 to 1499, with a key or without. */
static rc make_options(struct ctx *c, const char *key, struct str *ret)
{
    struct text t;
    text_init(&t, c, 1 << 20);
    text_put(&t, STR("{\"accounts\":["));
    for (int i = 0; i < 500; i++)
        text_printf(&t, "%s{\"account\":\"%d\"%s%s%s}", i ? "," : "", i + 1000,
                    key ? ",\"key\":\"" : "", key ? key : "", key ? "\"" : "");
    text_put(&t, STR("]}"));
    return text_done(&t, ret);
}

/* Answers of a camera with twenty notifications each, of the adapter's first example. */
static rc make_answers(struct ctx *c, struct str *ret)
{
    enum { ANSWERS = 2000, NOTIFICATIONS = 20 };
    struct str example = str_from(adapter_find(STR("onvif"))->examples[0]);
    size_t from = str_find(example, STR("<wsnt:NotificationMessage>"));
    size_t to = str_find(example, STR("</tev:PullMessagesResponse>"));
    struct text t;
    text_init(&t, c, INPUT_MAX);
    for (int i = 0; i < ANSWERS; i++) {
        text_put(&t, str_sub(example, 0, from));
        for (int k = 0; k < NOTIFICATIONS; k++)
            text_put(&t, str_sub(example, from, to - from));
        text_put(&t, str_sub(example, to, example.len));
    }
    return text_done(&t, ret);
}

static rc make_inputs(struct ctx *c, struct bench_input *ret)
{
    static const char key[] = "0123456789ABCDEF";
    /* AES-128 of "xxxxxxxxxxx|#1000|Nri1/BA01]_03:00:00,11-22-2026" under that key, by another
     * tool. */
    static const char cipher[] = "2F49A854D514BF9E5DEFB123EA841A4D3BD03EC0DECD7D6176815275CFD12C04"
                                 "63A33158B1C8564179DB8FB900423C5F";
    struct bench_input inputs[BENCH_INPUTS] = {
        {.what = "eve: alerts, anomalies are signals", .adapter = "eve", .rounds = 8},
        {.what = "syslog: an OpenSSH log", .adapter = "syslog", .rounds = 100},
        {.what = "dc09: plain, with ACK", .adapter = "dc09", .rounds = 3},
        {.what = "dc09: encrypted, with ACK", .adapter = "dc09", .rounds = 3},
        {.what = "cap: its examples", .adapter = "cap", .rounds = 3},
        {.what = "mqtt: its examples", .adapter = "mqtt", .rounds = 3},
        {.what = "onvif: answers of 20 events", .adapter = "onvif", .rounds = 3},
    };
    for (size_t i = 0; i < BENCH_INPUTS; i++)
        inputs[i].options = str_from(adapter_find(str_from(inputs[i].adapter))->look);
    TRY(read_input(c, EVE_PATH, "eve", &inputs[0].bytes));
    TRY(read_input(c, SYSLOG_PATH, "syslog", &inputs[1].bytes));
    TRY(make_options(c, NULL, &inputs[2].options));
    TRY(make_frames(c, NULL, &inputs[2].bytes));
    TRY(make_options(c, key, &inputs[3].options));
    TRY(make_frames(c, cipher, &inputs[3].bytes));
    TRY(read_input(c, "", "cap", &inputs[4].bytes));
    TRY(read_input(c, "", "mqtt", &inputs[5].bytes));
    TRY(make_answers(c, &inputs[6].bytes));
    memcpy(ret, inputs, sizeof inputs);
    return OK;
}

void bench_inputs(struct bench *b, struct bench_input ret[BENCH_INPUTS])
{
    MUST(b, make_inputs(&b->c, ret));
}
