/* A record described once. One field list is expanded twice, to a C struct and to a table that
 * describes it; everything else (JSON, validation, SQL, OpenAPI, command line, forms, random
 * values) interprets the table. A new column is one line.
 *
 *     #define ZONE_KINDS(X, E)                                                              \
 *         X(E, PUBLIC, "public", "open to everyone in opening hours")                       \
 *         X(E, SECURE, "secure", "cleared staff only")
 *     SHAPE_DECLARE_CHOICES(zone_kind, ZONE_KIND, ZONE_KINDS);            (header)
 *
 *     #define ZONE_FIELDS(F, T)                                                             \
 *         F(T, text,   line,      name, REQUIRED,           1, 80, "name on the plan")      \
 *         F(T, ref,    site,      site, REQUIRED | INDEXED, 0,  0, "the site it is part of") \
 *         F(T, choice, zone_kind, kind, REQUIRED,           0,  0, "who may be there")      \
 *         F(T, list,   opening,   open, 0,                  0, 14, "opening hours")
 *     SHAPE_DECLARE(zone, ZONE_FIELDS);                                   (header)
 *     SHAPE_DEFINE(zone, ZONE_FIELDS, 1, "A part of a building …");       (source)
 *
 * The columns of a field: kind, what it is of ("_" when nothing), name, flags, least, most, help.
 * Least and most count characters of a text, items of a list, bytes of json and bytes, and bound
 * the value of a number; both 0 means: no bound but the kind's own. Units are part of the name. */
#ifndef SHAPE_SHAPE_H
#define SHAPE_SHAPE_H

#include "base/ctx.h"
#include "base/text.h"

#include <stddef.h>

/* ---- values ---------------------------------------------------------------------------------- */

/* Integer that may be unknown. Two unknown ones are not equal. */
struct opt_i64 {
    bool known;
    int64_t value;
};

/* An amount in the currency's minor unit (ISO 4217). An empty currency: no amount. */
struct money {
    int64_t minor;
    char currency[4];
};

/* WGS 84, in 10^-7 degrees. */
struct place {
    bool known;
    int32_t lat_e7, lon_e7;
};

/* A list of texts or of references. */
struct texts {
    struct str *items;
    size_t count;
};

/* How the members of every list field lie, whatever they point to. */
struct shape_items {
    void *items;
    size_t count;
};

/* Who may read: a TLP 2.0 marking and compartments (need to know). */
enum tlp { TLP_NONE, TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED };
struct label {
    enum tlp tlp;
    struct str compartments; /* sorted, each once, comma between; absent: none */
};

/* ---- descriptions ---------------------------------------------------------------------------- */

enum shape_kind {
    SHAPE_TEXT,    /* struct str; of: a form (line, block, slug, email, …) */
    SHAPE_ID,      /* struct str; 1 to 26 of A-Z a-z 0-9 - _ */
    SHAPE_REF,     /* struct str; the id of a record of another shape */
    SHAPE_REFS,    /* struct texts of ids */
    SHAPE_TEXTS,   /* struct texts, each of a form and at most 200 characters */
    SHAPE_I64,     /* int64_t */
    SHAPE_OPT_I64, /* struct opt_i64 */
    SHAPE_BP,      /* int64_t; basis points, 10000 = 100 % */
    SHAPE_MS,      /* int64_t; a duration in milliseconds */
    SHAPE_FLAG,    /* bool */
    SHAPE_MONEY,   /* struct money */
    SHAPE_CHOICE,  /* enum whose 0 means unset */
    SHAPE_TIME,    /* struct wall; 0 means absent */
    SHAPE_PLACE,   /* struct place */
    SHAPE_LABEL,   /* struct label */
    SHAPE_JSON,    /* struct str; any JSON value, kept byte for byte */
    SHAPE_BYTES,   /* struct str; base64url in JSON */
    SHAPE_RECORD,  /* a nested struct */
    SHAPE_LIST,    /* { struct of *items; size_t count; } */
};

enum shape_flag {
    REQUIRED =
        1 << 0,       /* may not be absent; says nothing of i64, bp, ms and flag, which never are */
    INDEXED = 1 << 1, /* often filtered or sorted by */
    PERSONAL = 1 << 2,  /* about a person: the event that carries it must be sealed */
    SECRET = 1 << 3,    /* stored, never shown */
    UNIQUE = 1 << 4,    /* no two live records of a mission may share it */
    SYSTEM = 1 << 5,    /* set by Chancery; refused as input */
    TITLE = 1 << 6,     /* what a person calls the record by; it is searched as well */
    LOOSE = 1 << 7,     /* a reference for showing only: what it names may go, and is not held */
    SEARCHED = 1 << 8,  /* a search looks into this text, also in nested records and lists */
    SECONDARY = 1 << 9, /* few need it: a form has it folded away */
};

struct shape_choice {
    const char *name, *help; /* [0] is unset: name NULL */
};

struct shape_choices {
    const char *name;
    size_t count; /* with the unset one */
    const struct shape_choice *rows;
};

struct text_form {
    const char *name;    /* "email" */
    const char *rule;    /* what is right, for the message */
    const char *pattern; /* the same as an ECMA 262 regular expression, or NULL */
    bool (*check)(struct str s);
    const char *sample; /* an example, for forms and for random values */
};

struct shape_field {
    const char *name;
    enum shape_kind kind;
    unsigned flags;
    size_t offset;
    int64_t least, most;
    const char *help;
    union {
        const struct text_form *form;
        const struct shape_choices *choices;
        const struct shape *shape;
        const char *target; /* the name of the shape that a reference points to */
    };
};

struct shape {
    const char *name;
    int64_t version;
    size_t size; /* of the struct */
    size_t count;
    const struct shape_field *fields;
    const char *help;
    const struct shape_older *older; /* the version before, NULL for the first (shape_older.h) */
};

/* ---- the expansions -------------------------------------------------------------------------- */

#define SHAPE_C_text(of)    struct str
#define SHAPE_C_id(of)      struct str
#define SHAPE_C_ref(of)     struct str
#define SHAPE_C_refs(of)    struct texts
#define SHAPE_C_texts(of)   struct texts
#define SHAPE_C_i64(of)     int64_t
#define SHAPE_C_opt_i64(of) struct opt_i64
#define SHAPE_C_bp(of)      int64_t
#define SHAPE_C_ms(of)      int64_t
#define SHAPE_C_flag(of)    bool
#define SHAPE_C_money(of)   struct money
#define SHAPE_C_choice(of)  enum of
#define SHAPE_C_time(of)    struct wall
#define SHAPE_C_place(of)   struct place
#define SHAPE_C_label(of)   struct label
#define SHAPE_C_json(of)    struct str
#define SHAPE_C_bytes(of)   struct str
#define SHAPE_C_record(of)  struct of
#define SHAPE_C_list(of)  \
    struct {              \
        struct of *items; \
        size_t count;     \
    }

#define SHAPE_ROW_text(of)    .kind = SHAPE_TEXT, .form = &text_form_##of
#define SHAPE_ROW_id(of)      .kind = SHAPE_ID
#define SHAPE_ROW_ref(of)     .kind = SHAPE_REF, .target = #of
#define SHAPE_ROW_refs(of)    .kind = SHAPE_REFS, .target = #of
#define SHAPE_ROW_texts(of)   .kind = SHAPE_TEXTS, .form = &text_form_##of
#define SHAPE_ROW_i64(of)     .kind = SHAPE_I64
#define SHAPE_ROW_opt_i64(of) .kind = SHAPE_OPT_I64
#define SHAPE_ROW_bp(of)      .kind = SHAPE_BP
#define SHAPE_ROW_ms(of)      .kind = SHAPE_MS
#define SHAPE_ROW_flag(of)    .kind = SHAPE_FLAG
#define SHAPE_ROW_money(of)   .kind = SHAPE_MONEY
#define SHAPE_ROW_choice(of)  .kind = SHAPE_CHOICE, .choices = &of##_choices
#define SHAPE_ROW_time(of)    .kind = SHAPE_TIME
#define SHAPE_ROW_place(of)   .kind = SHAPE_PLACE
#define SHAPE_ROW_label(of)   .kind = SHAPE_LABEL
#define SHAPE_ROW_json(of)    .kind = SHAPE_JSON
#define SHAPE_ROW_bytes(of)   .kind = SHAPE_BYTES
#define SHAPE_ROW_record(of)  .kind = SHAPE_RECORD, .shape = &of##_shape
#define SHAPE_ROW_list(of)    .kind = SHAPE_LIST, .shape = &of##_shape

#define SHAPE_MEMBER(T, kind_, of_, name_, flags_, least_, most_, help_) SHAPE_C_##kind_(of_) name_;
#define SHAPE_ROW(T, kind_, of_, name_, flags_, least_, most_, help_)                              \
    {SHAPE_ROW_##kind_(of_), .name = #name_, .flags = flags_, .offset = offsetof(struct T, name_), \
     .least = least_,        .most = most_,  .help = help_},

#define SHAPE_DECLARE(T, FIELDS) \
    struct T {                   \
        FIELDS(SHAPE_MEMBER, T)  \
    };                           \
    extern const struct shape T##_shape

#define SHAPE_DEFINE(T, FIELDS, version_, help_) \
    SHAPE_DEFINE_AFTER(T, FIELDS, version_, NULL, help_)

/* The same for a version after the first: older_ says how the one before becomes this one. */
#define SHAPE_DEFINE_AFTER(T, FIELDS, version_, older_, help_)             \
    static const struct shape_field T##_fields[] = {FIELDS(SHAPE_ROW, T)}; \
    const struct shape T##_shape = {                                       \
        .name = #T,                                                        \
        .version = version_,                                               \
        .size = sizeof(struct T),                                          \
        .count = sizeof T##_fields / sizeof T##_fields[0],                 \
        .fields = T##_fields,                                              \
        .help = help_,                                                     \
        .older = older_,                                                   \
    }

#define SHAPE_CHOICE_ENUM(E, name_, text_, help_) E##_##name_,
#define SHAPE_CHOICE_ROW(E, name_, text_, help_)  {text_, help_},
#define SHAPE_DECLARE_CHOICES(name_, E, ROWS)             \
    enum name_ { E##_UNSET, ROWS(SHAPE_CHOICE_ENUM, E) }; \
    extern const struct shape_choices name_##_choices
#define SHAPE_DEFINE_CHOICES(name_, E, ROWS)                                                     \
    static const struct shape_choice name_##_rows[] = {{NULL, NULL}, ROWS(SHAPE_CHOICE_ROW, E)}; \
    const struct shape_choices name_##_choices = {                                               \
        #name_, sizeof name_##_rows / sizeof name_##_rows[0], name_##_rows}

/* The forms of texts. Hidden characters (base/glyph.h) may come in a `block` and in what is
 * `heard`, a line in the words of a device, whose report is not lost for one; they are shown where
 * it goes. */
extern const struct text_form text_form_line, text_form_heard, text_form_block, text_form_slug,
    text_form_email, text_form_phone, text_form_country, text_form_locale, text_form_https,
    text_form_zone;

/* ---- use ------------------------------------------------------------------------------------- */

/* Read a JSON object into a zeroed struct, or over one that already has values (members that are
 * there replace, null clears), and validate it. Unknown and doubled members are refused. Texts
 * point into `json` where they can, so it must live as long. The fault has the JSON Pointer, the
 * rule and the value; where c asks for every fault, c->faults has them all. MALFORMED, INVALID,
 * NO_MEMORY; *record is not to be used after a failure. */
enum shape_source {
    SHAPE_FROM_INPUT,  /* from outside: SYSTEM fields and hidden characters are refused */
    SHAPE_FROM_RECORD, /* what was written by shape_write: every field is accepted */
};
rc shape_read(struct ctx *c, const struct shape *shape, enum shape_source source, struct str json,
              void *record);

/* Write a record as a JSON object, fields in the order of the list, absent ones left out. */
enum shape_view {
    SHAPE_VIEW_SHOWN, /* for people and programs: SECRET fields are left out */
    SHAPE_VIEW_WHOLE, /* for the record */
};
void shape_write(struct text *out, const struct shape *shape, enum shape_view view,
                 const void *record);

/* Does the record keep all rules of its description? The fault names the first that it breaks. */
rc shape_check(struct ctx *c, const struct shape *shape, const void *record);

/* One field by name, NULL when there is none. */
const struct shape_field *shape_field(const struct shape *shape, struct str name);

/* Has it a field with this flag, at any depth? */
bool shape_carries(const struct shape *shape, enum shape_flag flag);

/* The memory of a field in a record. */
static inline void *shape_at(const struct shape_field *field, void *record)
{
    return (char *)record + field->offset;
}
static inline const void *shape_in(const struct shape_field *field, const void *record)
{
    return (const char *)record + field->offset;
}

/* Is the field's value absent (text without pointer, empty list, unknown number, zero time)? A
 * nested record is when all of its fields are absent, zero or false. */
bool shape_absent(const struct shape_field *field, const void *value);

/* The written name of a choice, or NULL for unset; and its number by name, 0 when there is none. */
const char *shape_choice_name(const struct shape_choices *choices, unsigned value);
unsigned shape_choice_value(const struct shape_choices *choices, struct str name);

/* Do two records say the same? Absent is the same as absent here, and not as empty. */
bool shape_same(const struct shape *shape, const void *a, const void *b);

/* Copy a record and all it points to into the arena of c. */
rc shape_copy(struct ctx *c, const struct shape *shape, const void *record, void *ret);

#endif
