#include "main/demo_stage.h"

#include "assembly/catalog_make.h"
#include "base/random.h"
#include "core/decide.h"
#include "domain/account/account.h"
#include "domain/people/people.h"
#include "edge/auth.h"
#include "edge/auth/auth.h"
#include "main/modules.h"

#include <pthread.h>
#include <stdlib.h>

enum { SCENE_BYTES_MAX = 2000, ACCOUNT_MAX = 40, PEOPLE_MAX = 40, MODULES_MAX = 64 };

SHAPE_DEFINE_CHOICES(demo_state, DEMO_STATE, DEMO_STATES);
SHAPE_DEFINE_CHOICES(demo_wish_kind, DEMO_WISH, DEMO_WISHES);
SHAPE_DEFINE(demo_scene, DEMO_SCENE_FIELDS, 1, "What is played");
SHAPE_DEFINE(demo_wish, DEMO_WISH_FIELDS, 1, "What a visitor wants of the demonstration");

#define DEMO_PERSON_FIELDS(F, T)                                    \
    F(T, id, _, account, REQUIRED, 0, 0, "the account")             \
    F(T, text, line, name, REQUIRED, 0, 0, "the person's name")     \
    F(T, text, line, function, 0, 0, 0, "their post or occupation") \
    F(T, id, _, role, 0, 0, 0, "what they are in Chancery")         \
    F(T, text, locale, language, 0, 0, 0, "of their console")
SHAPE_DECLARE(demo_person, DEMO_PERSON_FIELDS);
SHAPE_DEFINE(demo_person, DEMO_PERSON_FIELDS, 1, "Somebody whom a visitor can be");

#define DEMO_VIEW_FIELDS(F, T)                                                  \
    F(T, id, _, run, REQUIRED, 0, 0, "this mission; another one after `again`") \
    F(T, time, _, now, REQUIRED, 0, 0, "the clock of the mission")              \
    F(T, record, demo_scene, stage, 0, 0, 0, "what is played")                  \
    F(T, list, demo_person, people, 0, 0, PEOPLE_MAX, "whom a visitor can be")
SHAPE_DECLARE(demo_view, DEMO_VIEW_FIELDS);
SHAPE_DEFINE(demo_view, DEMO_VIEW_FIELDS, 1, "The demonstration, as a visitor meets it");

#define DEMO_SIGN_IN_FIELDS(F, T) F(T, id, _, account, REQUIRED, 0, 0, "whom to be")
SHAPE_DECLARE(demo_sign_in, DEMO_SIGN_IN_FIELDS);
SHAPE_DEFINE(demo_sign_in, DEMO_SIGN_IN_FIELDS, 1, "Whom a visitor wants to be");

enum { ROUTES = 3 };

struct demo_stage {
    struct route routes[ROUTES + 1];
    struct module module;
    const struct module *modules[MODULES_MAX];

    char run[32];

    pthread_mutex_t lock; /* of what follows */
    char scene[SCENE_BYTES_MAX];
    size_t scene_len;
    struct demo_wish wish; /* its scene is `wished` */
    char wished[ACCOUNT_MAX];
    char visitor[ACCOUNT_MAX];
};

/* ---- who can be chosen ----------------------------------------------------------------------- */

/* Those of the fiction are no secret. */
static rc show_person(struct ctx *c, const struct request *request, const struct account *account,
                      struct demo_person *ret)
{
    struct person person = {0};
    TRY(picture_get(c, request->picture, &person_shape, account->person, NULL, &person));
    *ret = (struct demo_person){
        .account = account->id,
        .name = person.name,
        .function = person.function,
        .role = account->roles.count ? account->roles.items[0] : (struct str){NULL, 0},
        .language = account->language,
    };
    return OK;
}

/* Every person who can sign in. */
static rc gather_people(struct ctx *c, const struct request *request, struct demo_view *view)
{
    struct query query = {.limit = PEOPLE_MAX, .filter_count = 2};
    struct page page;
    query.filters[0] = (struct filter){STR("kind"), FILTER_EQ, STR("person")};
    query.filters[1] = (struct filter){STR("status"), FILTER_EQ, STR("active")};
    TRY(picture_list(c, request->picture, &account_shape, &query, &page));
    NEW(c, view->people.items, PEOPLE_MAX);
    const struct account *accounts = page.records;
    for (; view->people.count < page.count; view->people.count++)
        TRY(show_person(c, request, &accounts[view->people.count],
                        &view->people.items[view->people.count]));
    return OK;
}

/* ---- handlers -------------------------------------------------------------------------------- */

static struct demo_stage *stage_of(const struct request *request)
{
    return (struct demo_stage *)(uintptr_t)request->route->arg;
}

static rc read_scene(struct ctx *c, struct demo_stage *stage, struct demo_scene *ret)
{
    struct str json;
    pthread_mutex_lock(&stage->lock);
    rc result = str_copy(c, (struct str){stage->scene, stage->scene_len}, &json);
    pthread_mutex_unlock(&stage->lock);
    TRY(result);
    return json.len ? shape_read(c, &demo_scene_shape, SHAPE_FROM_RECORD, json, ret) : OK;
}

static rc serve_demo(struct ctx *c, const struct request *request, struct response *response)
{
    struct demo_stage *stage = stage_of(request);
    struct demo_view view = {.run = str_from(stage->run), .now = clock_now(c)};
    TRY(read_scene(c, stage, &view.stage));
    TRY(gather_people(c, request, &view));
    shape_write(response->body, &demo_view_shape, SHAPE_VIEW_SHOWN, &view);
    return OK;
}

static rc serve_sign_in(struct ctx *c, const struct request *request, struct response *response)
{
    struct demo_stage *stage = stage_of(request);
    const struct demo_sign_in *input = request->input;
    TRY(auth_sign_in_shown(c, request, input->account, response));
    pthread_mutex_lock(&stage->lock);
    snprintf(stage->visitor, sizeof stage->visitor, "%.*s", STR_ARG(input->account));
    pthread_mutex_unlock(&stage->lock);
    return OK;
}

static rc serve_wish(struct ctx *c, const struct request *request, struct response *)
{
    struct demo_stage *stage = stage_of(request);
    const struct demo_wish *input = request->input;
    struct demo_scene scene = {0};
    bool known = false;
    TRY(read_scene(c, stage, &scene));
    for (size_t i = 0; i < scene.scenes.count; i++)
        known = known || str_eq(scene.scenes.items[i], input->scene);
    if ((input->wish == DEMO_WISH_SCENE) != !str_absent(input->scene))
        REFUSE(c, INVALID, "scene", "scene", "name the scene that is wanted, and only then");
    if (!str_absent(input->scene) && !known)
        REFUSE(c, NOT_FOUND, "scene", "scene", "there is no such scene");
    pthread_mutex_lock(&stage->lock);
    stage->wish.wish = input->wish;
    snprintf(stage->wished, sizeof stage->wished, "%.*s",
             STR_ARG(str_absent(input->scene) ? STR("") : input->scene));
    pthread_mutex_unlock(&stage->lock);
    return OK;
}

/* ---- the stage ------------------------------------------------------------------------------- */

/* Its origin is in the configuration that only `chancery demo` writes, and nobody's mission is in a
 * folder under /tmp that goes with the program. */
static bool is_demonstration(const struct folder *folder)
{
    return str_is(folder->config.origin, DEMO_ORIGIN) &&
           str_starts(str_from(folder->path), DEMO_FOLDER);
}

static rc add_module(struct ctx *c, struct demo_stage *stage, struct folder *folder)
{
    struct catalog *catalog = NULL;
    size_t count = 0;
    if (chancery_module_count + 1 > MODULES_MAX)
        FAIL(c, INTERNAL, "more than %d modules", MODULES_MAX);
    for (; count < chancery_module_count; count++)
        stage->modules[count] = chancery_modules[count];
    stage->modules[count++] = &stage->module;
    TRY(catalog_open(c, count, stage->modules, &catalog));
    catalog_close(folder->catalog);
    folder->catalog = catalog;
    folder->options.catalog = catalog;
    return OK;
}

rc demo_stage_open(struct ctx *c, struct folder *folder, struct demo_stage **ret)
{
    if (!is_demonstration(folder))
        FAIL(c, FORBIDDEN, "%s is a mission's own folder: nothing is demonstrated in it",
             folder->path);
    struct str run;
    TRY(id_new(c, &run));
    struct demo_stage *stage = calloc(1, sizeof *stage);
    if (!stage)
        FAIL(c, NO_MEMORY, "out of memory");
    const struct route routes[ROUTES] = {
        ROUTE(GET, "/api/v1/demo", PERMIT_ANYONE, "The demonstration, as a visitor meets it",
              .output = &demo_view_shape, .serve = serve_demo, .arg = stage),
        ROUTE(POST, "/api/v1/demo/sign-in", PERMIT_ANYONE, "Be one of the people of the mission",
              .input = &demo_sign_in_shape, .slow = true, .serve = serve_sign_in, .arg = stage),
        ROUTE(POST, "/api/v1/demo/wish", PERMIT_SIGNED_IN, "Ask for another scene, or a pause",
              .input = &demo_wish_shape, .serve = serve_wish, .arg = stage),
    };
    memcpy(stage->routes, routes, sizeof routes);
    stage->module = (struct module){
        .name = "demonstration",
        .help = "What a visitor of the demonstration is given",
        .needs = NEEDS(&people_module, &account_module, &auth_module),
        .routes = stage->routes,
    };
    snprintf(stage->run, sizeof stage->run, "%.*s", STR_ARG(run));
    pthread_mutex_init(&stage->lock, NULL);
    rc result = add_module(c, stage, folder);
    if (rc_ok(result))
        *ret = stage;
    else
        demo_stage_close(stage);
    return result;
}

void demo_stage_close(struct demo_stage *stage)
{
    if (!stage)
        return;
    pthread_mutex_destroy(&stage->lock);
    free(stage);
}

rc demo_stage_tell(struct ctx *c, struct demo_stage *stage, const struct demo_scene *scene)
{
    struct text out;
    struct str json;
    text_init(&out, c, SCENE_BYTES_MAX);
    shape_write(&out, &demo_scene_shape, SHAPE_VIEW_WHOLE, scene);
    TRY(text_done(&out, &json));
    pthread_mutex_lock(&stage->lock);
    memcpy(stage->scene, json.ptr, json.len);
    stage->scene_len = json.len;
    pthread_mutex_unlock(&stage->lock);
    return OK;
}

void demo_stage_take(struct demo_stage *stage, struct text *out)
{
    pthread_mutex_lock(&stage->lock);
    if (stage->wish.wish) {
        stage->wish.scene = stage->wished[0] ? str_from(stage->wished) : (struct str){NULL, 0};
        text_put(out, STR(",\"wish\":"));
        shape_write(out, &demo_wish_shape, SHAPE_VIEW_WHOLE, &stage->wish);
        stage->wish = (struct demo_wish){0};
    }
    if (stage->visitor[0]) {
        text_put(out, STR(",\"visitor\":"));
        text_put_json(out, str_from(stage->visitor));
    }
    pthread_mutex_unlock(&stage->lock);
}
