/* Messages that leave the house, and the outlets that they may leave through. A domain records a
 * wanted message (delivery_want); an outlet (src/outlet/) sends it and answers. Messages of a drill
 * are withheld, and so are those that their outlet may not carry. */
#ifndef FRAME_DELIVERY_DELIVERY_H
#define FRAME_DELIVERY_DELIVERY_H

#include "core/module.h"

extern const struct module delivery_module;

#define PERMIT_DELIVERY_READ  "delivery.read"
#define PERMIT_DELIVERY_RETRY "delivery.retry"
#define PERMIT_OUTLET_READ    "outlet.read"
#define PERMIT_OUTLET_WRITE   "outlet.write"

/* ---- outlets --------------------------------------------------------------------------------- */

/* A new kind is a row here and one in src/outlet/post/kinds.c. */
#define DELIVERY_KINDS(X, E)                                      \
    X(E, MAIL, "mail", "electronic mail")                         \
    X(E, WEBHOOK, "webhook", "a program that is called by HTTPS") \
    X(E, PRINT, "print", "a printer, by IPP")
SHAPE_DECLARE_CHOICES(delivery_kind, DELIVERY_KIND, DELIVERY_KINDS);

#define OUTLET_TLSES(X, E)                                                              \
    X(E, IMPLICIT, "implicit", "TLS from the first byte: HTTPS, SMTPS, IPPS")           \
    X(E, UPGRADE, "upgrade", "STARTTLS, with nothing sent before it: mail on port 587") \
    X(E, NONE, "none", "in the clear: at most TLP:GREEN")
SHAPE_DECLARE_CHOICES(outlet_tls, OUTLET_TLS, OUTLET_TLSES);

#define OUTLET_FIELDS(F, T)                                                                        \
    RECORD_FIELDS(F, T)                                                                            \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what people call it")                \
    F(T, choice, delivery_kind, kind, REQUIRED | INDEXED, 0, 0, "how it delivers")                 \
    F(T, flag, _, enabled, 0, 0, 0, "nothing leaves by an outlet that is not enabled")             \
    F(T, label, _, carries, 0, 0, 0, "the strictest label that may leave through it; unset: none") \
    F(T, text, line, host, REQUIRED | DESTINATION, 1, 253, "name or address of the server")        \
    F(T, opt_i64, _, port, DESTINATION, 1, 65535, "unset: the usual one")                          \
    F(T, choice, outlet_tls, tls, REQUIRED | DESTINATION, 0, 0, "how the connection is secured")   \
    F(T, text, block, authority, DESTINATION, 1, 20000,                                            \
      "the certificate authority of that server, as PEM; unset: those of this machine")            \
    F(T, text, line, path, 0, 1, 500, "webhook and printer: path of the address (/ipp/print)")     \
    F(T, text, email, sender, 0, 3, 254, "mail: the sender address")                               \
    F(T, text, line, user, DESTINATION, 1, 200, "user, if the server requires one")                \
    F(T, text, line, secret, SECRET | OUTGOING, 16, 500,                                           \
      "password; webhook: the key of the signature")                                               \
    F(T, flag, _, inside, 0, 0, 0, "webhook: its address may be in a private network")             \
    F(T, text, block, note, 0, 0, 2000, "what a newcomer should know")
SHAPE_DECLARE(outlet, OUTLET_FIELDS);

/* Input of "outlet.try". */
#define OUTLET_TRIAL_FIELDS(F, T) F(T, text, email, to, 0, 3, 254, "mail: the recipient")
SHAPE_DECLARE(outlet_trial, OUTLET_TRIAL_FIELDS);

/* Why a label may not leave by the outlet; NULL: it may. */
const char *outlet_refuses(const struct outlet *outlet, struct label label);

/* The outlet of a delivery: the one it names, else the first enabled one of its kind. NOT_FOUND. */
struct delivery;
rc outlet_of(struct ctx *c, struct picture *picture, const struct delivery *delivery,
             struct outlet *ret);

/* ---- deliveries ------------------------------------------------------------------------------ */

#define DELIVERY_STATES(X, E)                                                             \
    X(E, WANTED, "wanted", "to be sent, now or when it is tried again")                   \
    X(E, SENDING, "sending", "an outlet has it and has not answered")                     \
    X(E, SENT, "sent", "the server or printer has accepted it")                           \
    X(E, DELIVERED, "delivered", "it arrived: the program answered, the page is printed") \
    X(E, FAILED, "failed", "given up, or refused for good")                               \
    X(E, WITHHELD, "withheld", "it stayed in the house: a drill, or its label")
SHAPE_DECLARE_CHOICES(delivery_state, DELIVERY_STATE, DELIVERY_STATES);

enum { DELIVERY_TEXT_MAX = 8000, DELIVERY_DOCUMENT_MAX = 4 << 20, DELIVERY_TRIES = 10 };

#define DELIVERY_FIELDS(F, T)                                                          \
    RECORD_FIELDS(F, T)                                                                \
    F(T, choice, delivery_kind, kind, REQUIRED | INDEXED, 0, 0, "how")                 \
    F(T, id, _, outlet, INDEXED, 0, 0, "the outlet; unset: the first of its kind")     \
    F(T, text, email, to, 0, 3, 254,                                                   \
      "mail: the recipient; the address of an office, not of a person")                \
    F(T, text, line, subject, REQUIRED | TITLE, 1, 200, "what it is, in a line")       \
    F(T, text, block, text, 0, 0, DELIVERY_TEXT_MAX, "what it says")                   \
    F(T, text, line, document, 0, 1, 120, "name of the document with it (report.pdf)") \
    F(T, text, line, type, 0, 3, 100, "media type of that document")                   \
    F(T, text, line, about, INDEXED, 3, 80, "the record it is about (alarm/01J…)")     \
    F(T, flag, _, drill, 0, 0, 0, "part of an exercise: it stays in the house")        \
    F(T, choice, delivery_state, state, REQUIRED | INDEXED, 0, 0, "its state")         \
    F(T, time, _, wanted, REQUIRED | INDEXED, 0, 0, "when it was requested")           \
    F(T, i64, _, tries, 0, 0, 0, "times it was given to an outlet")                    \
    F(T, time, _, next, 0, 0, 0, "when it is tried again")                             \
    F(T, time, _, over, INDEXED, 0, 0, "when it was delivered, failed or withheld")    \
    F(T, text, line, why, 0, 1, 240, "why it failed, waits or was withheld")           \
    F(T, text, line, peer, 0, 1, 200, "the other side's id for it: queue id, job number")
SHAPE_DECLARE(delivery, DELIVERY_FIELDS);

/* Bytes of a document, in the vault under the delivery's id until it is over. */
#define DELIVERY_DOCUMENT_FIELDS(F, T)              \
    F(T, id, _, id, REQUIRED, 0, 0, "the delivery") \
    F(T, bytes, _, bytes, REQUIRED, 1, DELIVERY_DOCUMENT_MAX, "its bytes")
SHAPE_DECLARE(delivery_document, DELIVERY_DOCUMENT_FIELDS);

/* What a domain wants. Copied. */
struct delivery_want {
    enum delivery_kind kind;
    struct label label;
    struct str outlet; /* absent: the first enabled one of its kind */
    struct str to, subject, text, about;
    struct str document, type, bytes; /* absent: none */
    bool drill;                       /* it is one, though what led here was not marked as such */
};

/* In a decision or a reaction: record that it is wanted. Nothing leaves before the commit, nothing
 * in a drill, nothing twice when the picture is folded anew. INVALID names the field. */
rc delivery_want(struct ctx *c, struct outcome *outcome, const struct delivery_want *want);

/* ---- what outlets answer --------------------------------------------------------------------- */

#define DELIVERY_VERDICTS(X, E)                                                             \
    X(E, SENT, "sent", "accepted by the other side")                                        \
    X(E, DELIVERED, "delivered", "arrived")                                                 \
    X(E, LATER, "later", "not now: it is tried again")                                      \
    X(E, LOST, "lost", "nobody knows whether it left: it is tried again under the same id") \
    X(E, FAILED, "failed", "refused for good")                                              \
    X(E, WITHHELD, "withheld", "the outlet may not carry it")
SHAPE_DECLARE_CHOICES(delivery_verdict, DELIVERY_VERDICT, DELIVERY_VERDICTS);

/* Input of "delivery.answer", whose target is the delivery. */
#define DELIVERY_ANSWER_FIELDS(F, T)                                      \
    F(T, choice, delivery_verdict, verdict, REQUIRED, 0, 0, "its result") \
    F(T, text, line, why, 0, 1, 240, "in words")                          \
    F(T, text, line, peer, 0, 1, 200, "the other side's id for it")
SHAPE_DECLARE(delivery_answer, DELIVERY_ANSWER_FIELDS);

/* Body of every event after the first: what has changed. */
#define DELIVERY_TURN_FIELDS(F, T)                                   \
    RECORD_FIELDS(F, T)                                              \
    F(T, choice, delivery_state, state, REQUIRED, 0, 0, "its state") \
    F(T, id, _, outlet, 0, 0, 0, "by which outlet")                  \
    F(T, i64, _, tries, 0, 0, 0, "times it was given to an outlet")  \
    F(T, time, _, next, 0, 0, 0, "when it is tried again")           \
    F(T, time, _, over, 0, 0, 0, "when it was over")                 \
    F(T, text, line, why, 0, 1, 240, "why")                          \
    F(T, text, line, peer, 0, 1, 200, "the other side's id for it")
SHAPE_DECLARE(delivery_turn, DELIVERY_TURN_FIELDS);

#endif
