/* Others cannot lock anybody out: every way of signing in works while strangers of every kind fail,
 * at the same address, at the same name, at the same moment. */
#include "edge/auth/post_test.h"

#include "support/edge_scene.h"

#include "unit.h"

enum { FAILURES = 25, ADDRESSES = 60 };

static const char word[] = "four plain words here", by_password[] = "/api/v1/auth/password";

/* The mission, and what its people have. The boss is the one whose name strangers guess at. */
struct siege {
    struct post p;
    struct key key, clerks;
    struct str app, clerks_app;
    struct str link, password_link;
    const char *code;                                 /* a recovery code */
    char session[200], known[1000], known_else[1000]; /* headers: the boss's, and the clerk's */
};

/* ---- people ---------------------------------------------------------------------------------- */

/* The header of a browser that the last reply made known. */
static void keep_known(const char *reply, char room[1000])
{
    const char *cookie = strstr(reply, "Set-Cookie: chancery-known=");
    if (!cookie) /* nothing is known: the browser is one as any other */
        return;
    cookie += strlen("Set-Cookie: ");
    snprintf(room, 1000, "Cookie: %.*s\r\nX-Chancery: 1\r\n", (int)strcspn(cookie, ";"), cookie);
}

static const char *recovery_code(struct post *p, const char *session)
{
    const char *at = strstr(session, "\"recovery_codes\":[\"");
    assert_non_null(at);
    return post_format(p, "%.19s", at + strlen("\"recovery_codes\":[\""));
}

static const char *ask(struct siege *s, const char *path, const char *headers, const char *body)
{
    return edge_scene_ask(s->p.e, "POST", path, NULL, headers, body);
}

static const char *right_password(struct siege *s, const char *login, struct str app)
{
    return post_password_body(&s->p, login, word, post_app_code(&s->p, app));
}

/* A sign-in with a password makes the browser known. The clock stands for an hour then. */
static void open_siege(struct siege *s)
{
    struct post *p = &s->p;
    *s = (struct siege){0};
    post_open(p);
    post_enrol_passkey(p, "clerk", &s->clerks);
    s->clerks_app = post_enrol_password(p, "clerk");
    post_enrol_passkey(p, "boss", &s->key);
    s->app = post_enrol_password(p, "boss");
    post_advance_s(p, 60);
    keep_known(ask(s, by_password, NULL, right_password(s, "boss", s->app)), s->known);
    keep_known(ask(s, by_password, NULL, right_password(s, "clerk", s->clerks_app)), s->known_else);
    post_advance_s(p, 60);
    post_sign_in(p, "/api/v1/auth/passkey",
                 post_use_passkey(p, &s->key, post_passkey_challenge(p)));
    snprintf(s->session, sizeof s->session, "%s", p->cookie);
    s->code =
        recovery_code(p, post_ask(p, 200, "POST", "/api/v1/recovery-codes", s->session, "{}"));
    s->link = post_link_for(p, "boss");
    s->password_link = post_link_for(p, "boss");
}

/* ---- strangers ------------------------------------------------------------------------------- */

static void fails(struct siege *s, const char *path, const char *headers, const char *body)
{
    const char *reply = ask(s, path, headers, body);
    bool failed = strncmp(reply, "HTTP/1.1 4", 10) == 0;
    if (!failed)
        fail_msg("%s: %s", path, reply);
}

static void guess_the_password(struct siege *s)
{
    for (int i = 0; i < FAILURES; i++)
        fails(s, by_password, NULL, post_password_body(&s->p, "boss", "wrong", "000000"));
}

static void guess_from_many_addresses(struct siege *s)
{
    for (int i = 0; i < ADDRESSES; i++) {
        s->p.e->host = (unsigned char)(2 + i);
        fails(s, by_password, NULL, post_password_body(&s->p, "boss", "wrong", "000000"));
    }
    s->p.e->host = 0;
}

static void guess_names(struct siege *s)
{
    for (int i = 0; i < FAILURES; i++)
        fails(s, by_password, NULL,
              post_password_body(&s->p, post_format(&s->p, "name%d", i), "wrong", "000000"));
}

static void try_passkeys(struct siege *s)
{
    for (int i = 0; i < FAILURES; i++)
        fails(s, "/api/v1/auth/passkey", NULL, post_use_passkey(&s->p, &s->key, STR("AAAA")));
}

static void try_links(struct siege *s)
{
    for (int i = 0; i < FAILURES; i++)
        fails(s, i % 2 ? "/api/v1/auth/enrol" : "/api/v1/auth/enrol/options", NULL,
              "{\"link\":\"AAAA\"}");
}

static void try_recovery_codes(struct siege *s)
{
    for (int i = 0; i < FAILURES; i++)
        fails(s, "/api/v1/auth/recovery", NULL,
              "{\"login\":\"boss\",\"code\":\"AAAA-AAAA-AAAA-AAAA\",\"password\":\"wrong\"}");
}

static void try_tokens(struct siege *s)
{
    static const char bearer[] =
        "Authorization: Bearer chy_"
        "000000000000000000000000000000000000000000000000000000000000000000000000\r\n";
    for (int i = 0; i < FAILURES; i++)
        fails(s, "/api/v1/auth/sign-out", bearer, NULL);
}

/* A colleague at a browser that is known for themselves. */
static void guess_in_a_known_browser(struct siege *s)
{
    for (int i = 0; i < FAILURES; i++)
        fails(s, by_password, s->known_else, post_password_body(&s->p, "boss", "wrong", "000000"));
}

/* Whoever has found a session of the boss, of another browser. */
static void guess_in_a_session(struct siege *s)
{
    post_sign_in(&s->p, "/api/v1/auth/passkey",
                 post_use_passkey(&s->p, &s->key, post_passkey_challenge(&s->p)));
    for (int i = 0; i < FAILURES; i++)
        fails(s, "/api/v1/auth/prove", s->p.cookie,
              "{\"act\":\"x\",\"password\":\"wrong\",\"code\":\"000000\"}");
}

static const struct {
    const char *name;
    void (*besiege)(struct siege *s);
} strangers[] = {
    {"who guess the password", guess_the_password},
    {"who guess it from many addresses", guess_from_many_addresses},
    {"who guess names", guess_names},
    {"who try passkeys", try_passkeys},
    {"who try links", try_links},
    {"who try recovery codes", try_recovery_codes},
    {"who try tokens", try_tokens},
    {"who guess in a browser known for somebody else", guess_in_a_known_browser},
    {"who guess in a session", guess_in_a_session},
};

/* ---- ways ------------------------------------------------------------------------------------ */

static const char *use_passkey(struct siege *s)
{
    return ask(s, "/api/v1/auth/passkey", NULL,
               post_use_passkey(&s->p, &s->key, post_passkey_challenge(&s->p)));
}

static const char *use_known_browser(struct siege *s)
{
    return ask(s, by_password, s->known, right_password(s, "boss", s->app));
}

/* Behind the same address, with a name that nobody guesses at. */
static const char *use_new_browser(struct siege *s)
{
    return ask(s, by_password, NULL, right_password(s, "clerk", s->clerks_app));
}

static const char *use_recovery_code(struct siege *s)
{
    return ask(s, "/api/v1/auth/recovery", NULL,
               post_format(&s->p, "{\"login\":\"boss\",\"code\":\"%s\",\"password\":\"%s\"}",
                           s->code, word));
}

static const char *use_link(struct siege *s)
{
    struct key other = {0};
    struct str challenge = post_member(&s->p, post_enrol_options(&s->p, s->link), "challenge");
    return ask(s, "/api/v1/auth/enrol", NULL,
               post_format(&s->p, "{\"link\":\"%s\",\"name\":\"Key\",\"credential\":%s}",
                           s->link.ptr, post_make_passkey(&s->p, &other, challenge)));
}

static const char *prove_by_passkey(struct siege *s)
{
    struct str challenge = post_member(
        &s->p, post_ask(&s->p, 200, "POST", "/api/v1/auth/prove/options", s->session, NULL),
        "challenge");
    const char *signed_ = post_use_passkey(&s->p, &s->key, challenge);
    return ask(s, "/api/v1/auth/prove", s->session,
               post_format(&s->p, "{\"act\":\"x\",%s", signed_ + 1));
}

/* The code of the half minute was spent by the known browser. */
static const char *prove_by_password(struct siege *s)
{
    post_advance_s(&s->p, 30);
    return ask(s, "/api/v1/auth/prove", s->session,
               post_format(&s->p, "{\"act\":\"x\",\"password\":\"%s\",\"code\":\"%s\"}", word,
                           post_app_code(&s->p, s->app)));
}

/* The last: the boss has another app then. */
static const char *use_link_for_a_password(struct siege *s)
{
    const char *options = post_enrol_options(&s->p, s->password_link);
    struct str app = post_member(&s->p, options, "secret");
    struct str challenge = post_member(&s->p, strstr(options, "\"password\":"), "challenge");
    return ask(s, "/api/v1/auth/enrol", NULL,
               post_format(&s->p,
                           "{\"link\":\"%s\",\"password\":\"%s\",\"challenge\":\"%s\","
                           "\"code\":\"%s\"}",
                           s->password_link.ptr, word, challenge.ptr, post_app_code(&s->p, app)));
}

static const struct {
    const char *name, *path;
    const char *(*use)(struct siege *s);
} ways[] = {
    {"a passkey", "/api/v1/auth/passkey", use_passkey},
    {"a password in a known browser", by_password, use_known_browser},
    {"a password in a new one", by_password, use_new_browser},
    {"a recovery code", "/api/v1/auth/recovery", use_recovery_code},
    {"a link", "/api/v1/auth/enrol", use_link},
    {"a proof by passkey", "/api/v1/auth/prove", prove_by_passkey},
    {"a proof by password", "/api/v1/auth/prove", prove_by_password},
    {"a link for a password", "/api/v1/auth/enrol", use_link_for_a_password},
};

TEST(no_stranger_keeps_anybody_out)
{
    int kept_out = 0;
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        struct siege s;
        open_siege(&s);
        strangers[i].besiege(&s);
        for (size_t j = 0; j < sizeof ways / sizeof ways[0]; j++) {
            const char *reply = ways[j].use(&s);
            bool in = strncmp(reply, "HTTP/1.1 20", 11) == 0;
            kept_out += !in;
            if (!in)
                fprintf(stderr, "%s kept out by those %s: %s\n", ways[j].name, strangers[i].name,
                        strstr(reply, "\r\n\r\n"));
        }
        post_close(&s.p);
    }
    assert_int_equal(kept_out, 0);
}

/* A route by which one signs in, or proves who one is, is one of the ways above. */
TEST(every_way_of_signing_in_is_tried_against_strangers)
{
    for (const struct route *route = auth_routes; route->path; route++) {
        bool tried = route->output != &session_view_shape || route->method == ROUTE_GET;
        for (size_t i = 0; i < sizeof ways / sizeof ways[0] && !tried; i++)
            tried = strcmp(ways[i].path, route->path) == 0;
        if (!tried)
            fail_msg("no stranger is tried against %s", route->path);
    }
}

/* What takes a password does argon2's work, and has to keep it from everything else; or it takes
 * what cannot be guessed first. */
TEST(every_route_that_takes_a_password_hashes_apart)
{
    static const char *const after_proof[] = {"/api/v1/auth/recovery", "/api/v1/auth/enrol"};
    for (const struct route *route = auth_routes; route->path; route++) {
        bool apart = route->hashes || !route->input;
        for (size_t i = 0; i < 2 && !apart; i++)
            apart = strcmp(after_proof[i], route->path) == 0;
        if (!apart && shape_field(route->input, STR("password")))
            fail_msg("%s takes a password and does not hash apart", route->path);
    }
}

/* The browser is no stranger's, and yet its own failures count. */
TEST(a_known_browser_waits_for_its_own_failures)
{
    struct siege s;
    int failed = 0;
    open_siege(&s);
    while (
        strncmp(ask(&s, by_password, s.known, post_password_body(&s.p, "boss", "wrong", "000000")),
                "HTTP/1.1 401", 12) == 0)
        failed++;
    assert_int_equal(failed, 4);
    fails(&s, by_password, s.known, right_password(&s, "boss", s.app));
    post_advance_s(&s.p, 300);
    const char *reply = use_known_browser(&s);
    assert_true(str_starts(str_from(reply), "HTTP/1.1 200"));
    post_close(&s.p);
}

TEST(a_recovery_code_does_not_open_the_password_to_guessing)
{
    struct siege s;
    int failed = 0;
    open_siege(&s);
    const char *body =
        post_format(&s.p, "{\"login\":\"boss\",\"code\":\"%s\",\"password\":\"wrong\"}", s.code);
    while (strncmp(ask(&s, "/api/v1/auth/recovery", NULL, body), "HTTP/1.1 401", 12) == 0)
        failed++;
    assert_int_equal(failed, 4);
    post_close(&s.p);
}

/* A flood of what is never made to wait does not fill the record. */
TEST(of_many_failures_from_one_address_some_are_told)
{
    struct siege s;
    open_siege(&s);
    for (int i = 0; i < 4; i++) {
        try_passkeys(&s);
        try_links(&s);
        try_recovery_codes(&s);
    }
    snprintf(s.p.cookie, sizeof s.p.cookie, "%s", s.session);
    assert_int_equal(post_count_events(&s.p, "sign-in.failed", "\"in_a_row\":"), 11);
    post_advance_s(&s.p, 60);
    try_links(&s);
    assert_int_equal(post_count_events(&s.p, "sign-in.failed", "\"in_a_row\":"), 12);
    assert_int_equal(post_count_events(&s.p, "sign-in.failed", "\"in_a_row\":301"), 1);
    post_close(&s.p);
}

/* ---- the cookie ------------------------------------------------------------------------------ */

static struct str make_cookie(struct ctx *c, const struct auth *auth, const struct known *known,
                              const char *account)
{
    struct str whole;
    assert_true(rc_ok(known_cookie(c, auth, known, str_from(account), false, &whole)));
    return str_sub(whole, 0, str_find(whole, STR(";")));
}

TEST(a_known_browser_is_sealed_and_known_for_a_time)
{
    static const unsigned char key[32] = {7};
    static const struct auth_settings settings = {
        .argon_memory_kib = 64, .argon_passes = 1, .known_key = key};
    struct post p;
    struct auth *before = NULL, *after = NULL;
    struct known known;
    post_open(&p);
    assert_true(rc_ok(auth_open(p.c, p.e->scene.core, &settings, &before)));
    struct str cookie = make_cookie(p.c, before, &(struct known){0}, "boss");
    auth_close(before);
    assert_true(rc_ok(auth_open(p.c, p.e->scene.core, &settings, &after)));
    assert_true(rc_ok(known_read(p.c, after, cookie, false, &known))); /* after a restart, too */
    assert_true(known_for(&known, STR("boss")));
    assert_false(known_for(&known, STR("clerk")));
    assert_true(rc_ok(known_read(p.c, p.auth, cookie, false, &known))); /* another mission's key */
    assert_int_equal(known.count, 0);
    assert_true(rc_ok(known_read(p.c, after, cookie, true, &known))); /* not of this scheme */
    assert_int_equal(known.count, 0);
    struct str changed;
    for (size_t i = str_find(cookie, STR("=")) + 1; i < cookie.len; i++) {
        assert_true(rc_ok(str_copy(p.c, cookie, &changed)));
        ((char *)(uintptr_t)changed.ptr)[i] ^= 1;
        assert_true(rc_ok(known_read(p.c, after, changed, false, &known)));
        assert_int_equal(known.count, 0);
        assert_true(rc_ok(known_read(p.c, after, str_sub(cookie, 0, i), false, &known)));
        assert_int_equal(known.count, 0);
    }
    post_advance_s(&p, 180 * 24 * 3600);
    assert_true(rc_ok(known_read(p.c, after, cookie, false, &known)));
    assert_int_equal(known.count, 0);
    auth_close(after);
    post_close(&p);
}

TEST(a_browser_of_many_is_known_for_those_who_came_last)
{
    struct post p;
    struct known known = {0};
    post_open(&p);
    for (int i = 0; i < 10; i++) {
        struct str cookie = make_cookie(p.c, p.auth, &known, post_format(&p, "guard%d", i));
        assert_true(rc_ok(known_read(p.c, p.auth, cookie, false, &known)));
    }
    assert_int_equal(known.count, KNOWN_ACCOUNTS_MAX);
    assert_true(known_for(&known, STR("guard9")));
    assert_true(known_for(&known, STR("guard2")));
    assert_false(known_for(&known, STR("guard1")));
    post_close(&p);
}
