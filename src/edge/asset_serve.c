/* The console: its files, packed as the browser likes them best, straight from the program's
 * memory; and its page for every other path, which the console's own router understands. */
#include "edge/assets.h"
#include "edge/edge_own.h"
#include "edge/http/http_url.h"

#include <stdio.h>

/* The form that saves most among those that the client takes. */
static struct str choose_form(const struct asset *asset, struct str accepted, const char **coding)
{
    *coding = NULL;
    if (asset->brotli && http_weight(accepted, "br") > 0) {
        *coding = "br";
        return (struct str){(const char *)asset->brotli, asset->brotli_len};
    }
    if (asset->gzip && http_weight(accepted, "gzip") > 0) {
        *coding = "gzip";
        return (struct str){(const char *)asset->gzip, asset->gzip_len};
    }
    return (struct str){(const char *)asset->body, asset->body_len};
}

/* A path of the console has no dot in its last part: "/records/zones", "/ledger". */
static bool is_console_path(struct str path)
{
    size_t at = path.len;
    while (at > 0 && path.ptr[at - 1] != '/')
        at--;
    return str_find(str_sub(path, at, path.len), STR(".")) == SIZE_MAX;
}

bool asset_serve(struct http_exchange *exchange)
{
    const struct http_head *head = &exchange->head;
    const struct asset *asset = asset_find(head->path.ptr, head->path.len);
    const char *coding;
    char etag[80];
    if (!asset && is_console_path(head->path))
        asset = asset_find("/index.html", strlen("/index.html"));
    if (!asset)
        return false;
    struct http_reply reply = {.status = 200, .type = str_from(asset->type), .lasting = true};
    reply.body = choose_form(asset, http_header(head, "accept-encoding"), &coding);
    snprintf(etag, sizeof etag, "\"%.64s%s%s\"", asset->etag, coding ? "-" : "",
             coding ? coding : "");
    if (http_tag_matches(http_header(head, "if-none-match"), str_from(etag))) {
        reply.status = 304;
        reply.body = reply.type = (struct str){0};
    } else if (coding) {
        http_reply_add(&reply, "Content-Encoding", str_from(coding));
    }
    http_reply_add(&reply, "Vary", STR("Accept-Encoding"));
    http_reply_add(&reply, "ETag", str_from(etag));
    http_reply_add(&reply, "Cache-Control",
                   asset->immutable ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    answer_add_security(&reply, exchange->tls, (struct str){NULL, 0});
    http_reply(exchange, &reply);
    return true;
}
