/* chancery serve: a mission's own server, until it is told to end. */
#include "main/verbs.h"

#include "base/host.h"
#include "base/log.h"
#include "main/sandbox.h"
#include "main/serve.h"

#define SERVE_FLAGS(F, T)                                                                        \
    UNLOCK_FLAGS(F, T)                                                                           \
    F(T, text, line, listen, 0, 1, 100, "address and port; default 127.0.0.1:8022")              \
    F(T, texts, line, host, 0, 0, 16, "a host name that browsers use, or name:port")             \
    F(T, text, line, certificate, 0, 1, 4000, "PEM file of a certificate from elsewhere")        \
    F(T, text, line, private_key, 0, 1, 4000, "PEM file of its private key")                     \
    F(T, texts, line, files, 0, 1, 16,                                                           \
      "a folder in which listeners may read files and make sockets")                             \
    F(T, flag, _, plain, 0, 0, 0, "without TLS: only on a loopback address")                     \
    F(T, opt_i64, _, log_max_mib, 0, 1, 65536,                                                   \
      "size in MiB at which the write-ahead log is restarted; default 64")                       \
    F(T, flag, _, check_replies, 0, 0, 0, "compare every reply with its declared shape (tests)") \
    F(T, text, line, hits, 0, 1, 400, "append \"METHOD path status\" of each reply here (tests)")
SHAPE_DECLARE(serve_flags, SERVE_FLAGS);
SHAPE_DEFINE(serve_flags, SERVE_FLAGS, 1, "Flags of serve");

static bool is_loopback(struct str listen)
{
    return str_starts(listen, "127.") || str_starts(listen, "[::1]") ||
           str_starts(listen, "localhost:");
}

static rc serve_until_told(struct cli *cli, struct core *core, const struct serve_options *options)
{
    struct serving serving;
    TRY(serving_open(cli->c, core, options, &serving));
    const char *scheme = options->tls ? "https" : "http";
    cli_say(cli, "serving at %s://%.*s, %lld events in the record; end with Ctrl-C", scheme,
            STR_ARG(options->listen), (long long)core_size(core));
    fflush(cli->out);
    LOG(INFO, "serve.ready", LOG_TEXT("listen", options->listen),
        LOG_NUMBER("events", core_size(core)));
    serving_wait(-1);
    serving_close(&serving);
    LOG(INFO, "serve.ended");
    return OK;
}

/* A certificate that was given, or one of the mission's own authority. */
static rc open_tls(struct cli *cli, struct folder *folder, struct tlsca **ret)
{
    const struct serve_flags *flags = cli->flags;
    if (str_absent(flags->certificate) != str_absent(flags->private_key))
        CLI_WRONG(cli->c, "--certificate and --private-key go together");
    if (str_absent(flags->certificate))
        return folder_tls(cli->c, folder, flags->host, ret);
    return tlsca_open_given(cli->c, flags->certificate.ptr, flags->private_key.ptr, cli->c->clock,
                            ret);
}

static rc serve_folder(struct cli *cli, struct folder *folder, struct serve_options *options)
{
    const struct serve_flags *flags = cli->flags;
    struct tlsca *tls = NULL;
    struct core *core = NULL;
    if (flags->plain && !is_loopback(options->listen))
        CLI_WRONG(cli->c, "--plain is for a loopback address: others could read what is sent");
    options->sign_in.known_key = folder->browser_key;
    if (!flags->plain)
        TRY(open_tls(cli, folder, &tls));
    options->tls = tls ? tlsca_context(tls) : NULL;
    folder->options.log_max_bytes = flags->log_max_mib.known ? flags->log_max_mib.value << 20 : 0;
    rc result = core_open(cli->c, &folder->options, &core);
    if (rc_ok(result))
        result = serve_until_told(cli, core, options);
    tlsca_close(tls);
    return result;
}

/* Keys are locked in memory; what a mission knows is not, there is too much of it. */
static rc tell_swap(struct cli *cli)
{
    struct str area;
    TRY(host_swap(cli->c, HOST_SWAPS, &area));
    if (str_absent(area))
        return OK;
    cli_say(cli,
            "warning: this machine swaps to %.*s, and what is read here may stay there: turn "
            "swap off, or encrypt it",
            STR_ARG(area));
    LOG(WARN, "serve.swap", LOG_TEXT("area", area));
    return OK;
}

rc verb_serve(struct cli *cli)
{
    const struct serve_flags *flags = cli->flags;
    struct folder folder;
    struct serve_options options = {
        .listen = str_absent(flags->listen) ? STR("127.0.0.1:8022") : flags->listen,
        .hosts = flags->host,
        .files = flags->files,
        .folder = cli->arguments[0],
        .clock = &clock_system,
        .program = "/proc/self/exe",
        .check_replies = flags->check_replies,
        .hits_path = flags->hits.ptr,
    };
    serving_hold_signals();
    TRY(sandbox_drop_capabilities(cli->c, true));
    TRY(host_check_rights(cli->c, options.folder));
    TRY(tell_swap(cli));
    TRY(verb_open_folder(cli, &folder));
    rc result = serve_folder(cli, &folder, &options);
    folder_close(&folder);
    return result;
}
