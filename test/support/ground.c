#include "support/ground.h"

#define READ  "thing.read" /* which the guard of edge_scene.h has */
#define WRITE "ground.write"

SHAPE_DEFINE(mission, MISSION_FIELDS, 1, "The mission");
SHAPE_DEFINE(account, ACCOUNT_FIELDS, 1, "An account");
SHAPE_DEFINE(room, ROOM_FIELDS, 1, "A room");
SHAPE_DEFINE(person, PERSON_FIELDS, 1, "Somebody");
SHAPE_DEFINE(visit, VISIT_FIELDS, 1, "A visit");
SHAPE_DEFINE(badge, BADGE_FIELDS, 1, "A badge");

static rc erase(struct ctx *c, struct picture *picture, const struct command *command,
                struct outcome *outcome)
{
    (void)picture;
    return outcome_erase(c, outcome, command->target);
}

#define FILES                                                      \
    {                                                              \
        .most = GROUND_FILES, .bytes_max = GROUND_FILE_BYTES,      \
        .kinds = "image/jpeg image/png application/pdf text/plain" \
    }

const struct module ground_module = {
    .name = "ground",
    .help = "For tests",
    .records =
        (const struct record[]){
            RECORD(mission, "missions", READ, WRITE),
            RECORD(account, "accounts", READ, WRITE),
            RECORD(room, "rooms", READ, WRITE, .attachments = FILES),
            RECORD(person, "persons", READ, WRITE, .personal = true, .attachments = FILES),
            RECORD(visit, "visits", READ, WRITE, .personal = true, .subject = "person",
                   .attachments = FILES, .erasable = true,
                   .keep = {.days = GROUND_KEEP_DAYS, .after = "left"}),
            RECORD(badge, "badges", READ, WRITE,
                   .attachments = {.most = GROUND_BADGE_FILES, .kinds = "text/plain"}),
            {0},
        },
    .decisions = (const struct decision[]){{.name = "person.erase",
                                            .help = "Erase a person",
                                            .permission = WRITE,
                                            .decide = erase},
                                           {0}},
    .permissions = (const struct permission[]){{READ, "See it"}, {WRITE, "Change it"}, {0}},
};
