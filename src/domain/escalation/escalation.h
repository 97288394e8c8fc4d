/* Whom an alarm that nobody takes is told to outside of the control post: settings of the mission,
 * each a step of the ladder. */
#ifndef DOMAIN_ESCALATION_ESCALATION_H
#define DOMAIN_ESCALATION_ESCALATION_H

#include "adapter/kit/signal.h"
#include "core/module.h"

extern const struct module escalation_module;

#define ESCALATION_TELLS(X, E)                                                         \
    X(E, NOTICE, "notice", "only that an alarm waits and how urgent it is: TLP:GREEN") \
    X(E, WHOLE, "whole", "what the alarm says, under its own label")
SHAPE_DECLARE_CHOICES(escalation_tell, ESCALATION_TELL, ESCALATION_TELLS);

#define ESCALATION_FIELDS(F, T)                                                                 \
    RECORD_FIELDS(F, T)                                                                         \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what people call it")             \
    F(T, flag, _, disabled, 0, 0, 0, "not in use")                                              \
    F(T, ref, outlet, outlet, REQUIRED, 0, 0, "the outlet: mail or a webhook")                  \
    F(T, text, email, to, 0, 3, 254,                                                            \
      "mail: the recipient; the address of an office, not of a person")                         \
    F(T, opt_i64, _, after, 0, 1, 20,                                                           \
      "at which escalation of an alarm: 1, the first, if unset; each alarm is reported once")   \
    F(T, choice, signal_priority, least, 0, 0, 0, "the least urgent that is told; unset: high") \
    F(T, choice, escalation_tell, tell, REQUIRED, 0, 0, "how much is told")                     \
    F(T, text, locale, language, 0, 2, 20, "of the message: en, fr or ar; unset: en")           \
    F(T, text, block, note, 0, 0, 2000, "what a newcomer should know")
SHAPE_DECLARE(escalation, ESCALATION_FIELDS);

#endif
