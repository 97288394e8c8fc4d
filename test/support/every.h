/* A shape with a field of every kind and of every form, for tests and fuzzers. */
#ifndef TEST_SUPPORT_EVERY_H
#define TEST_SUPPORT_EVERY_H

#include "shape/shape.h"

#define EVERY_COLOURS(X, E)  \
    X(E, RED, "red", "stop") \
    X(E, DARK_BLUE, "dark-blue", "carry on, \"quietly\"")
SHAPE_DECLARE_CHOICES(every_colour, EVERY_COLOUR, EVERY_COLOURS);

#define EVERY_SPAN_FIELDS(F, T)                               \
    F(T, time, _, from, REQUIRED, 0, 0, "its first moment")   \
    F(T, opt_i64, _, guards, 0, 1, 9, "how many stand there") \
    F(T, texts, line, notes, 0, 0, 3, "what to know")
SHAPE_DECLARE(every_span, EVERY_SPAN_FIELDS);

#define EVERY_ADDRESS_FIELDS(F, T)                       \
    F(T, text, line, city, REQUIRED, 1, 60, "the city")  \
    F(T, text, country, country, 0, 0, 0, "the country") \
    F(T, i64, _, floor, 0, -5, 200, "the floor")         \
    F(T, place, _, at, 0, 0, 0, "the door")              \
    F(T, list, every_span, open, 0, 0, 3, "when it is open")
SHAPE_DECLARE(every_address, EVERY_ADDRESS_FIELDS);

#define EVERY_FIELDS(F, T)                                                   \
    F(T, id, _, id, REQUIRED | SYSTEM, 0, 0, "given by us")                  \
    F(T, text, line, name, REQUIRED | TITLE, 1, 80, "what it is called")     \
    F(T, text, block, note, PERSONAL, 0, 0, "anything")                      \
    F(T, text, slug, slug, UNIQUE, 1, 40, "a short name")                    \
    F(T, text, email, email, PERSONAL, 0, 0, "an address")                   \
    F(T, text, phone, phone, PERSONAL, 0, 0, "a number")                     \
    F(T, text, country, country, 0, 0, 0, "a country")                       \
    F(T, text, locale, locale, 0, 0, 0, "a language")                        \
    F(T, text, https, link, 0, 0, 200, "a page")                             \
    F(T, text, zone, zone, 0, 0, 0, "a time zone")                           \
    F(T, text, line, secret, SECRET, 4, 40, "not to be shown")               \
    F(T, ref, site, site, REQUIRED | INDEXED, 0, 0, "the site")              \
    F(T, refs, person, people, 0, 0, 0, "the people")                        \
    F(T, texts, slug, tags, 0, 0, 5, "words")                                \
    F(T, i64, _, count, 0, 0, 0, "a number")                                 \
    F(T, opt_i64, _, level, INDEXED, -3, 12, "a number that may be unknown") \
    F(T, bp, _, share, 0, 0, 0, "a share")                                   \
    F(T, ms, _, hold_ms, 0, 0, 600000, "how long")                           \
    F(T, flag, _, locked, 0, 0, 0, "is it locked")                           \
    F(T, money, _, price, 0, 0, 0, "what it costs")                          \
    F(T, choice, every_colour, colour, REQUIRED, 0, 0, "its colour")         \
    F(T, time, _, since, INDEXED, 0, 0, "since when")                        \
    F(T, place, _, at, 0, 0, 0, "where")                                     \
    F(T, label, _, label, REQUIRED, 0, 0, "who may read it")                 \
    F(T, json, _, raw, 0, 0, 5000, "as it came")                             \
    F(T, bytes, _, print, 0, 1, 64, "a fingerprint")                         \
    F(T, record, every_address, address, 0, 0, 0, "where to write to")       \
    F(T, list, every_span, spans, 0, 0, 6, "its times")
SHAPE_DECLARE(every, EVERY_FIELDS);

#endif
