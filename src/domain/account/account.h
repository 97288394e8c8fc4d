/* Accounts: who may do and read what in Chancery. An account belongs to a person, or to a program
 * that a person answers for; its roles say together what it may do, and its compartments what it
 * may read. What sign-in keeps of an account is in sign_in.h. */
#ifndef DOMAIN_ACCOUNT_ACCOUNT_H
#define DOMAIN_ACCOUNT_ACCOUNT_H

#include "core/module.h"

struct core;

extern const struct module account_module;

extern const struct text_form text_form_login, text_form_permission;

#define COMPARTMENT_FIELDS(F, T)                                                                  \
    RECORD_FIELDS(F, T)                                                                           \
    F(T, text, slug, slug, REQUIRED | UNIQUE | SEARCHED, 1, 40, "as in a label: medical")         \
    F(T, text, line, name, REQUIRED | TITLE, 1, 80, "what it is called")                          \
    F(T, text, block, why, REQUIRED | SEARCHED, 1, 1000, "what it holds, and why it is separate") \
    F(T, ref, person, owner, REQUIRED, 0, 0, "who decides on admission")
SHAPE_DECLARE(compartment, COMPARTMENT_FIELDS);

#define ROLE_OPENINGS(X, E)                                                  \
    X(E, SITUATION, "situation", "the Situation: all that stands, in words") \
    X(E, POST_ONE, "post-one", "Post One, the screen of the control post")   \
    X(E, PHONE, "phone", "the page of a guard's phone")
SHAPE_DECLARE_CHOICES(role_opening, ROLE_OPENING, ROLE_OPENINGS);

#define ROLE_FIELDS(F, T)                                                                        \
    RECORD_FIELDS(F, T)                                                                          \
    F(T, text, line, name, REQUIRED | UNIQUE | TITLE, 1, 80, "what it is called")                \
    F(T, text, block, help, SEARCHED, 1, 1000, "who should have it")                             \
    F(T, texts, permission, permissions, 0, 0, 200, "what it may do: zone.read, zone.*, *")      \
    F(T, label, _, clearance, 0, 0, 0, "what it may read; without it, nothing that has a label") \
    F(T, choice, role_opening, opens, 0, 0, 0,                                                   \
      "page that signing in leads to; absent: the Situation")
SHAPE_DECLARE(role, ROLE_FIELDS);

#define ACCOUNT_KINDS(X, E)                       \
    X(E, PERSON, "person", "signs in themselves") \
    X(E, PROGRAM, "program", "has tokens, and answers to the person")
SHAPE_DECLARE_CHOICES(account_kind, ACCOUNT_KIND, ACCOUNT_KINDS);

#define ACCOUNT_STATUSES(X, E)            \
    X(E, ACTIVE, "active", "may be used") \
    X(E, SUSPENDED, "suspended", "refused until reinstated")
SHAPE_DECLARE_CHOICES(account_status, ACCOUNT_STATUS, ACCOUNT_STATUSES);

#define ACCOUNT_FIELDS(F, T)                                                                  \
    RECORD_FIELDS(F, T)                                                                       \
    F(T, choice, account_kind, kind, REQUIRED, 0, 0, "who uses it")                           \
    F(T, ref, person, person, REQUIRED | INDEXED, 0, 0, "whose it is, or who answers for it") \
    F(T, text, login, login, REQUIRED | UNIQUE | PERSONAL | TITLE, 1, 64, "the sign-in name") \
    F(T, refs, role, roles, 0, 0, 20, "what it may do and read, together")                    \
    F(T, choice, account_status, status, REQUIRED | INDEXED, 0, 0, "whether it may be used")  \
    F(T, text, locale, language, 0, 0, 0, "of the console")
SHAPE_DECLARE(account, ACCOUNT_FIELDS);

/* What an account may do and read now: the permissions of its roles together, the highest of their
 * markings, all of their compartments. FORBIDDEN for an account that is unknown, suspended or
 * retired. */
rc account_actor(struct ctx *c, struct picture *picture, struct str account, struct actor *ret);

/* May this actor hand out what the account may do and read: does it hold all of it itself, or own
 * the compartment? FORBIDDEN names what it does not hold. Whoever can sign in as an account holds
 * what it holds, so this guards enrolment as well as roles. */
rc account_may_grant(struct ctx *c, struct picture *picture, const struct actor *actor,
                     const struct account *account);

/* Add the roles of a JSON array (content/roles.json) that are not there yet, on behalf of Chancery.
 * Gives how many were new. */
rc account_add_roles(struct ctx *c, struct core *core, struct str json, size_t *ret_count);

#endif
