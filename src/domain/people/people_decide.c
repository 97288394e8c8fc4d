/* The rules about persons, and their erasure. */
#include "domain/people/people_own.h"

#include "frame/retention/retention.h"

rc person_check(struct ctx *c, struct picture *, const struct command *, const void *,
                const void *after)
{
    const struct person *person = after;
    if (person && !str_absent(person->arrival) && !str_absent(person->departure) &&
        str_compare(person->departure, person->arrival) < 0)
        REFUSE(c, INVALID, "order", "departure", "the departure is before the arrival");
    return OK;
}

/* Only who is retired: that has made sure that nothing points to them any more. */
static rc decide_erase(struct ctx *c, struct picture *picture, const struct command *command,
                       struct outcome *outcome)
{
    struct person person = {0};
    struct row row;
    TRY(picture_get(c, picture, &person_shape, command->target, &row, &person));
    if (!actor_may_read(&command->actor, person.label))
        return picture_absent(c, &person_shape);
    if (!row.retired.us)
        FAIL(c, CONFLICT, "retire the person first, then erase them");
    TRY(retention_check_hold(c, picture, person_shape.name, person.id));
    TRY(outcome_erase(c, outcome, person.id));
    return outcome_add(c, outcome,
                       &(struct outcome_event){
                           .kind = &person_erased_kind,
                           .body = command->input,
                           .record_id = person.id,
                           .label = person.label,
                       });
}

const struct decision people_decisions[] = {
    {
        .name = "person.erase",
        .help = "Destroy what is kept about a retired person",
        .permission = "person.erase",
        .input = &person_erasure_shape,
        .decide = decide_erase,
        .grave = true,
    },
    {0},
};
