/* chancery init: an empty mission with its roles, its first officer, and the link to enrol by. */
#include "main/verbs.h"

#include "base/random.h"
#include "domain/account/account.h"
#include "domain/mission/mission.h"
#include "domain/people/people.h"
#include "domain/signal/signal.h"
#include "domain/tripwire/tripwire.h"
#include "edge/auth/auth.h"
#include "main/content.h"

#define INIT_FLAGS(F, T)                                                         \
    UNLOCK_FLAGS(F, T)                                                           \
    F(T, text, line, name, 0, 1, 120, "what the mission is called")              \
    F(T, choice, mission_kind, kind, 0, 0, 0, "what it is in law")               \
    F(T, text, line, sending_state, 0, 1, 80, "the State it represents")         \
    F(T, text, line, host_state, 0, 1, 80, "the State it is in")                 \
    F(T, text, line, city, 0, 1, 80, "where it is")                              \
    F(T, text, zone, time_zone, 0, 1, 60, "its own time, as in the tz database") \
    F(T, text, line, officer, 0, 1, 60, "login of the first officer")            \
    F(T, text, line, officer_name, 0, 1, 120, "name of the first officer")       \
    F(T, choice, config_store, store, 0, 0, 0, "where the record is stored")     \
    F(T, text, line, database, 0, 1, 2000, "connection string of PostgreSQL")    \
    F(T, text, https, address, 0, 0, 200, "address of the console, for the link")
SHAPE_DECLARE(init_flags, INIT_FLAGS);
SHAPE_DEFINE(init_flags, INIT_FLAGS, 1, "Flags of init");

static struct str or_else(struct str given, const char *otherwise)
{
    return str_absent(given) ? str_from(otherwise) : given;
}

static rc make_mission(struct ctx *c, struct core *core, const struct init_flags *flags)
{
    struct mission mission = {
        .id = core_options(core)->mission,
        .label = {.tlp = TLP_GREEN},
        .name = or_else(flags->name, "Mission"),
        .kind = flags->kind ? flags->kind : MISSION_KIND_EMBASSY,
        .sending_state = or_else(flags->sending_state, "not named yet"),
        .host_state = or_else(flags->host_state, "not named yet"),
        .city = or_else(flags->city, "not named yet"),
        .time_zone = or_else(flags->time_zone, "Etc/UTC"),
    };
    return core_command(c, core, "mission.add", &actor_system, (struct str){NULL, 0}, &mission);
}

/* The first officer: a person, and an account that may do everything. */
static rc make_officer(struct ctx *c, struct core *core, const struct init_flags *flags,
                       struct str *ret_account)
{
    struct str officer_role = STR("officer");
    struct person person = {
        .label = {.tlp = TLP_GREEN},
        .name = or_else(flags->officer_name, "Security officer"),
        .category = PERSON_CATEGORY_STAFF,
        .function = STR("Security officer"),
    };
    struct account account = {
        .label = {.tlp = TLP_GREEN},
        .kind = ACCOUNT_KIND_PERSON,
        .login = or_else(flags->officer, "officer"),
        .roles = {&officer_role, 1},
        .status = ACCOUNT_STATUS_ACTIVE,
    };
    TRY(id_new(c, &person.id));
    TRY(id_new(c, &account.id));
    account.person = person.id;
    *ret_account = account.id;
    TRY(core_command(c, core, "person.add", &actor_system, (struct str){NULL, 0}, &person));
    return core_command(c, core, "account.add", &actor_system, (struct str){NULL, 0}, &account);
}

static rc make_link(struct ctx *c, struct core *core, struct str account,
                    const struct init_flags *flags, struct str *ret)
{
    struct str secret;
    struct wall expires;
    struct str address = or_else(flags->address, "https://localhost:8022");
    TRY(auth_make_enrolment(c, core, &actor_system, account, 0, &secret, &expires));
    return str_format(c, ret, "%.*s/enrol#%.*s", STR_ARG(address), STR_ARG(secret));
}

rc verb_add_tripwires(struct ctx *c, struct core *core, size_t *ret_active, size_t *ret_drafts)
{
    enum { ID_MAX = 26 };
    struct str name, text;
    size_t at = 0;
    *ret_active = *ret_drafts = 0;
    while (content_next("tripwires", &at, &name, &text)) {
        struct str id;
        bool active = false;
        TRY(str_format(c, &id, "%.*s", STR_ARG(str_sub(name, 0, name.len - strlen(".yml")))));
        TRY(tripwire_add(c, core, str_sub(id, 0, ID_MAX), text, &active));
        *(active ? ret_active : ret_drafts) += 1;
    }
    return OK;
}

static rc furnish(struct ctx *c, struct core *core, const struct init_flags *flags,
                  struct str *ret_link)
{
    struct str roles, rules, account = {NULL, 0};
    size_t count = 0, drafts = 0;
    TRY(content_get(c, "roles.json", &roles));
    TRY(content_get(c, "watch/rules.json", &rules));
    TRY(make_mission(c, core, flags));
    TRY(account_add_roles(c, core, roles, &count));
    TRY(alarm_rules_add(c, core, rules, &count));
    TRY(verb_add_tripwires(c, core, &count, &drafts));
    TRY(make_officer(c, core, flags, &account));
    return make_link(c, core, account, flags, ret_link);
}

static rc make_config(struct ctx *c, const struct init_flags *flags, struct config *ret)
{
    struct config config = {
        .store = flags->store ? flags->store : CONFIG_STORE_SQLITE,
        .database = flags->database,
        .created = clock_now(c),
    };
    if (config.store == CONFIG_STORE_POSTGRES && str_absent(config.database))
        CLI_WRONG(c, "--store postgres needs --database");
    TRY(id_new(c, &config.mission));
    TRY(str_format(c, &config.origin, "chancery/%.*s", STR_ARG(config.mission)));
    *ret = config;
    return OK;
}

rc verb_init(struct cli *cli)
{
    struct ctx *c = cli->c;
    const struct init_flags *flags = cli->flags;
    struct config config;
    struct key_secret secret;
    struct folder folder;
    struct core *core = NULL;
    struct text out;
    struct str link = {NULL, 0};
    TRY(make_config(c, flags, &config));
    TRY(folder_secret(c, cli->flags, true, &secret));
    rc result = folder_create(c, cli->arguments[0], &config, &secret, &folder);
    folder_secret_end(&secret);
    TRY(result);
    result = core_open(c, &folder.options, &core);
    if (rc_ok(result))
        result = furnish(c, core, flags, &link);
    core_close(core);
    folder_close(&folder);
    TRY(result);
    cli_say(cli,
            "%s is ready.\n\n  chancery serve %s --listen 127.0.0.1:8022\n\nThe first officer "
            "enrols with this link, once, within 72 hours:\n\n  %.*s\n",
            cli->arguments[0], cli->arguments[0], STR_ARG(link));
    text_init(&out, c, 4096);
    text_printf(&out,
                "{\"mission\":\"%.*s\",\"origin\":\"%.*s\",\"link\":", STR_ARG(config.mission),
                STR_ARG(config.origin));
    text_put_json(&out, link);
    text_put_char(&out, '}');
    return cli_json(cli, &out);
}
