/* The console's files over the wire, whatever was built into this program. */
#include "edge/assets.h"
#include "support/edge_scene.h"

#include "unit.h"

static const struct asset *first_that(bool immutable)
{
    for (size_t i = 0; i < assets_count; i++)
        if (assets[i].immutable == immutable && assets[i].brotli && assets[i].gzip)
            return &assets[i];
    unit_skip("no such file of the console was built");
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in\n%.2000s", part, text);
}

TEST(asset_is_sent_as_the_browser_takes_it)
{
    const struct asset *asset = first_that(true);
    struct edge_scene s;
    char etag[128], length[64];
    edge_scene_open(&s, (struct edge_options){0});
    const char *reply =
        edge_scene_ask(&s, "HEAD", asset->path, NULL, "Accept-Encoding: gzip, br\r\n", NULL);
    has(reply, "HTTP/1.1 200 OK");
    has(reply, "Content-Encoding: br\r\n");
    has(reply, "Vary: Accept-Encoding\r\n");
    has(reply, "Cache-Control: public, max-age=31536000, immutable\r\n");
    has(reply, "Content-Security-Policy: ");
    snprintf(length, sizeof length, "Content-Length: %zu\r\n", asset->brotli_len);
    has(reply, length);
    reply =
        edge_scene_ask(&s, "HEAD", asset->path, NULL, "Accept-Encoding: br;q=0, gzip\r\n", NULL);
    has(reply, "Content-Encoding: gzip\r\n");
    reply = edge_scene_ask(&s, "HEAD", asset->path, NULL, NULL, NULL);
    assert_null(strstr(reply, "Content-Encoding"));
    snprintf(etag, sizeof etag, "ETag: \"%s\"\r\n", asset->etag);
    has(reply, etag);
    snprintf(etag, sizeof etag, "If-None-Match: \"%s\"\r\n", asset->etag);
    edge_scene_expect(&s, 304, "GET", asset->path, NULL, etag, NULL);
    edge_scene_close(&s);
}

TEST(console_page_is_given_for_every_path_of_the_console)
{
    struct edge_scene s;
    if (!asset_find("/index.html", strlen("/index.html")))
        unit_skip("the console was not built");
    edge_scene_open(&s, (struct edge_options){0});
    static const char *const paths[] = {"/", "/ledger", "/records/zones/01J"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const char *reply = edge_scene_ask(&s, "GET", paths[i], NULL, NULL, NULL);
        has(reply, "HTTP/1.1 200 OK");
        has(reply, "Content-Type: text/html; charset=utf-8\r\n");
        has(reply, "Cache-Control: no-cache\r\n");
    }
    edge_scene_close(&s);
}

TEST(file_that_is_not_there_is_not_the_page)
{
    struct edge_scene s;
    edge_scene_open(&s, (struct edge_options){0});
    edge_scene_expect(&s, 404, "GET", "/assets/nothing.js", NULL, NULL, NULL);
    edge_scene_expect(&s, 404, "GET", "/api/nothing", NULL, NULL, NULL);
    edge_scene_expect(&s, 400, "GET", "/assets/../index.html", NULL, NULL, NULL);
    edge_scene_close(&s);
}
