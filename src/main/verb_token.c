/* chancery token, token list, token revoke, link: ways in, made and ended on the machine of the
 * mission by whoever can unlock it. */
#include "main/verbs.h"

#include "domain/account/account.h"
#include "domain/account/sign_in.h"
#include "edge/auth/auth.h"

#define TOKEN_FLAGS(F, T)                                                                     \
    UNLOCK_FLAGS(F, T)                                                                        \
    F(T, text, line, name, 0, 1, 80, "what it is for")                                        \
    F(T, texts, line, scope, 0, 0, 64, "a permission it has; default: all of its account's")  \
    F(T, texts, line, source, 0, 0, 64, "id of a source it speaks for; default: all")         \
    F(T, label, _, clearance, 0, 0, 0, "it reads no more than this: TLP:GREEN; default: all") \
    F(T, i64, _, days, 0, 0, 365, "how many days it is valid; default a year, the most")
SHAPE_DECLARE(token_flags, TOKEN_FLAGS);
SHAPE_DEFINE(token_flags, TOKEN_FLAGS, 1, "Flags of token");

#define LINK_FLAGS(F, T) \
    UNLOCK_FLAGS(F, T)   \
    F(T, text, line, address, 0, 0, 200, "address of the console")
SHAPE_DECLARE(link_flags, LINK_FLAGS);
SHAPE_DEFINE(link_flags, LINK_FLAGS, 1, "Flags of link");

/* The account by its login or id; the first officer's when none is named. */
static rc find_account(struct cli *cli, struct picture *picture, struct str *ret)
{
    struct str name = STR("officer");
    struct account account = {0};
    if (cli->count > 1)
        name = str_from(cli->arguments[1]);
    rc result = picture_find(cli->c, picture, &account_shape, "login", name, NULL, &account);
    if (result.code == RC_NOT_FOUND)
        result = picture_get(cli->c, picture, &account_shape, name, NULL, &account);
    if (result.code == RC_NOT_FOUND)
        FAIL(cli->c, NOT_FOUND, "there is no account \"%.*s\"", STR_ARG(name));
    TRY(result);
    *ret = account.id;
    return OK;
}

/* What is done in an open mission; `account` is absent unless one is asked for. */
typedef rc deed_fn(struct cli *cli, struct core *core, struct picture *picture, struct str account);

static rc find_and_do(struct cli *cli, struct core *core, bool for_account, deed_fn *deed)
{
    struct reader reader;
    struct str account = {NULL, 0};
    TRY(core_reader_open(cli->c, core, &reader));
    rc result = for_account ? find_account(cli, reader.picture, &account) : OK;
    if (rc_ok(result))
        result = deed(cli, core, reader.picture, account);
    core_reader_close(&reader);
    return result;
}

static rc with_mission(struct cli *cli, bool for_account, deed_fn *deed)
{
    struct folder folder;
    struct core *core = NULL;
    TRY(verb_open_folder(cli, &folder));
    rc result = core_open(cli->c, &folder.options, &core);
    if (rc_ok(result))
        result = find_and_do(cli, core, for_account, deed);
    core_close(core);
    folder_close(&folder);
    return result;
}

static rc answer(struct cli *cli, const char *name, struct str value)
{
    struct text out;
    cli_say(cli, "%.*s", STR_ARG(value));
    text_init(&out, cli->c, 4096);
    text_printf(&out, "{\"%s\":", name);
    text_put_json(&out, value);
    text_put_char(&out, '}');
    return cli_json(cli, &out);
}

static rc make_token(struct cli *cli, struct core *core, struct picture *, struct str account)
{
    const struct token_flags *flags = cli->flags;
    struct str id, token;
    struct auth_token_wish wish = {
        .account = account,
        .name = str_absent(flags->name) ? STR("made on the command line") : flags->name,
        .scopes = flags->scope,
        .clearance = flags->clearance,
        .sources_only = flags->source.count > 0,
        .sources = flags->source,
    };
    if (flags->days > 0)
        wish.expires.us = clock_now(cli->c).us + flags->days * DAY_MS * 1000;
    TRY(auth_make_token(cli->c, core, &actor_system, &wish, &id, &token));
    return answer(cli, "token", token);
}

static rc make_link(struct cli *cli, struct core *core, struct picture *, struct str account)
{
    const struct link_flags *flags = cli->flags;
    struct str secret, link;
    struct wall expires;
    struct str address =
        str_absent(flags->address) ? STR("https://localhost:8022") : flags->address;
    TRY(auth_make_enrolment(cli->c, core, &actor_system, account, 0, &secret, &expires));
    TRY(str_format(cli->c, &link, "%.*s/enrol#%.*s", STR_ARG(address), STR_ARG(secret)));
    return answer(cli, "link", link);
}

/* ---- what was made --------------------------------------------------------------------------- */

static rc say_token(struct cli *cli, const struct token *token, struct text *out, bool comma)
{
    struct text line;
    struct str text;
    text_init(&line, cli->c, 4096);
    text_printf(&line, "%.*s  %.*s  until ", STR_ARG(token->id), STR_ARG(token->account));
    text_put_wall(&line, token->expires);
    text_printf(&line, "  %.*s", STR_ARG(token->name));
    TRY(text_done(&line, &text));
    cli_say(cli, "%.*s", STR_ARG(text));
    text_put(out, comma ? STR(",") : STR(""));
    shape_write(out, &token_shape, SHAPE_VIEW_SHOWN, token);
    return OK;
}

/* Those of one account, or of all. */
static rc list_tokens(struct cli *cli, struct core *, struct picture *picture, struct str account)
{
    struct query query = {.limit = QUERY_LIMIT_MAX, .filter_count = !str_absent(account)};
    struct page page = {0};
    struct text out;
    bool some = false;
    query.filters[0] = (struct filter){STR("account"), FILTER_EQ, account};
    text_init(&out, cli->c, 16 << 20);
    text_put(&out, STR("{\"items\":["));
    do {
        TRY(picture_list(cli->c, picture, &token_shape, &query, &page));
        const struct token *tokens = page.records;
        for (size_t i = 0; i < page.count; i++, some = true)
            TRY(say_token(cli, &tokens[i], &out, some));
        query.after = page.after;
    } while (!str_absent(page.after));
    text_put(&out, STR("]}"));
    return cli_json(cli, &out);
}

static rc revoke_token(struct cli *cli, struct core *core, struct picture *, struct str)
{
    struct str id = str_from(cli->arguments[1]);
    struct text out;
    TRY(core_command(cli->c, core, "token.revoke", &actor_system, id, NULL));
    cli_say(cli, "revoked");
    text_init(&out, cli->c, 100);
    text_put(&out, STR("{\"revoked\":true}"));
    return cli_json(cli, &out);
}

rc verb_token_list(struct cli *cli)
{
    return with_mission(cli, cli->count > 1, list_tokens);
}

rc verb_token_revoke(struct cli *cli)
{
    if (cli->count < 2)
        CLI_WRONG(cli->c, "which token? \"chancery token list\" says");
    return with_mission(cli, false, revoke_token);
}

rc verb_token(struct cli *cli)
{
    return with_mission(cli, true, make_token);
}

rc verb_link(struct cli *cli)
{
    return with_mission(cli, true, make_link);
}

rc verb_open_folder(struct cli *cli, struct folder *ret)
{
    struct key_secret secret;
    TRY(folder_secret(cli->c, cli->flags, false, &secret));
    rc result = folder_open(cli->c, cli->arguments[0], &secret, ret);
    folder_secret_end(&secret);
    return result;
}
