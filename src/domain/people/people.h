/* People: who is at the mission, and for whom they work. Persons are personal: their events are
 * sealed under their own key, and destroying it erases them. */
#ifndef DOMAIN_PEOPLE_PEOPLE_H
#define DOMAIN_PEOPLE_PEOPLE_H

#include "core/module.h"

extern const struct module people_module;

extern const struct text_form text_form_date;

/* ---- person ---- */

#define PERSON_CATEGORIES(X, E)                                                  \
    X(E, STAFF, "staff", "posted here by the sending State")                     \
    X(E, LOCAL_STAFF, "local-staff", "employed here under the host State's law") \
    X(E, FAMILY, "family", "family of posted staff")                             \
    X(E, CONTRACTOR, "contractor", "works here for a company")                   \
    X(E, GUARD, "guard", "guards the mission")                                   \
    X(E, OFFICIAL, "official", "of the sending State, on a visit")               \
    X(E, VISITOR, "visitor", "anyone else who comes")                            \
    X(E, OTHER, "other", "none of these")
SHAPE_DECLARE_CHOICES(person_category, PERSON_CATEGORY, PERSON_CATEGORIES);

#define CONTACT_KINDS(X, E)                             \
    X(E, MOBILE, "mobile", "mobile telephone")          \
    X(E, PHONE, "phone", "fixed telephone")             \
    X(E, EMAIL, "email", "e-mail address")              \
    X(E, RADIO, "radio", "call sign on the radio net")  \
    X(E, ADDRESS, "address", "where they live or stay") \
    X(E, OTHER, "other", "another way, as the note says")
SHAPE_DECLARE_CHOICES(contact_kind, CONTACT_KIND, CONTACT_KINDS);

#define CONTACT_FIELDS(F, T)                                        \
    F(T, choice, contact_kind, kind, REQUIRED, 0, 0, "what it is")  \
    F(T, text, line, value, REQUIRED | PERSONAL | SEARCHED, 1, 200, \
      "number, address or call sign")                               \
    F(T, text, line, note, PERSONAL | SEARCHED, 0, 200, "when to use it")
SHAPE_DECLARE(contact, CONTACT_FIELDS);

#define EMERGENCY_CONTACT_FIELDS(F, T)                                                       \
    F(T, text, line, name, REQUIRED | PERSONAL | SEARCHED, 1, 120, "who is to be told")      \
    F(T, text, line, relation, PERSONAL, 0, 80, "what they are to the person")               \
    F(T, text, phone, phone, REQUIRED | PERSONAL | SEARCHED, 0, 0, "where they are reached") \
    F(T, text, email, email, PERSONAL | SEARCHED, 0, 0, "their e-mail address")              \
    F(T, text, locale, language, 0, 0, 0, "the language to speak to them")
SHAPE_DECLARE(emergency_contact, EMERGENCY_CONTACT_FIELDS);

#define PERSON_FIELDS(F, T)                                                                  \
    RECORD_FIELDS(F, T)                                                                      \
    F(T, text, line, name, REQUIRED | INDEXED | PERSONAL | TITLE, 1, 120,                    \
      "full name, as in the passport")                                                       \
    F(T, text, line, preferred, PERSONAL | SEARCHED, 1, 60, "what colleagues say")           \
    F(T, choice, person_category, category, REQUIRED | INDEXED, 0, 0,                        \
      "what they are to the mission")                                                        \
    F(T, ref, agency, agency, INDEXED, 0, 0, "for whom they work")                           \
    F(T, text, line, function, SEARCHED, 1, 120, "their post or occupation")                 \
    F(T, text, line, duty, SEARCHED, 1, 120,                                                 \
      "what they do for the mission's safety: warden, first aid …")                          \
    F(T, texts, country, nationalities, PERSONAL, 0, 5, "the States they are nationals of")  \
    F(T, text, date, born, PERSONAL, 0, 0, "date of birth")                                  \
    F(T, texts, locale, languages, PERSONAL, 0, 12, "spoken, the best first")                \
    F(T, list, contact, contacts, PERSONAL, 0, 12, "how to reach them, the first way first") \
    F(T, list, emergency_contact, emergency_contacts, PERSONAL, 0, 6,                        \
      "whom to contact in an emergency")                                                     \
    F(T, text, date, arrival, INDEXED, 0, 0, "first day at the post")                        \
    F(T, text, date, departure, INDEXED, 0, 0, "last day at the post")
SHAPE_DECLARE(person, PERSON_FIELDS);

#define PERSON_ERASURE_FIELDS(F, T) \
    F(T, text, block, why, REQUIRED, 3, 500, "the ground for erasing them")
SHAPE_DECLARE(person_erasure, PERSON_ERASURE_FIELDS);

/* Told after a person was erased: whoever keeps rows about them folds it and removes those. The
 * record is "person/<id>". */
extern const struct event_kind person_erased_kind;

/* ---- agency ---- */

#define AGENCY_FIELDS(F, T)                                                                   \
    RECORD_FIELDS(F, T)                                                                       \
    F(T, text, line, name, REQUIRED | UNIQUE | TITLE, 1, 120, "ministry, service or company") \
    F(T, text, line, short_name, UNIQUE | SEARCHED, 1, 20, "as it is written on a badge")     \
    F(T, text, country, country, 0, 0, 0, "the State it belongs to or is registered in")
SHAPE_DECLARE(agency, AGENCY_FIELDS);

#endif
