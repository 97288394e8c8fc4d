#include "domain/tripwire/tripwire_view.h"

SHAPE_DEFINE_CHOICES(tripwire_part_kind, TRIPWIRE_PART_KIND, TRIPWIRE_PART_KINDS);
SHAPE_DEFINE(tripwire_seen, TRIPWIRE_SEEN_FIELDS, 1, "An event that a rule has seen");
SHAPE_DEFINE(tripwire_why_line, TRIPWIRE_WHY_LINE_FIELDS, 1, "A part of a rule at an event");
SHAPE_DEFINE(tripwire_holds, TRIPWIRE_HOLDS_FIELDS, 1, "What of a rule holds of an event");
SHAPE_DEFINE(tripwire_rule_holds, TRIPWIRE_RULE_HOLDS_FIELDS, 1, "A rule, and what of it holds");
SHAPE_DEFINE(tripwire_explained, TRIPWIRE_EXPLAINED_FIELDS, 1, "Why, or why not");
SHAPE_DEFINE(tripwire_error, TRIPWIRE_ERROR_FIELDS, 1, "A mistake in a rule");
SHAPE_DEFINE(tripwire_wish, TRIPWIRE_WISH_FIELDS, 1, "What a rule asks to be done");
SHAPE_DEFINE(tripwire_asks, TRIPWIRE_ASKS_FIELDS, 1, "What a rule asks of the situation");
SHAPE_DEFINE(tripwire_about, TRIPWIRE_ABOUT_FIELDS, 1, "What a rule does");
SHAPE_DEFINE(tripwire_tried_rule, TRIPWIRE_TRIED_RULE_FIELDS, 1, "A trial of a rule");
SHAPE_DEFINE(tripwire_checked, TRIPWIRE_CHECKED_FIELDS, 1, "What is to be said of a rule");
SHAPE_DEFINE(tripwire_past_hit, TRIPWIRE_PAST_HIT_FIELDS, 1, "A hit there would have been");
SHAPE_DEFINE(tripwire_tried, TRIPWIRE_TRIED_FIELDS, 1, "What a rule found in given events");
SHAPE_DEFINE(tripwire_day, TRIPWIRE_DAY_FIELDS, 1, "The hits of a day");
SHAPE_DEFINE(tripwire_miss, TRIPWIRE_MISS_FIELDS, 1, "A hit that lacked one thing");
SHAPE_DEFINE(tripwire_reached, TRIPWIRE_REACHED_FIELDS, 1, "How far a rule came");
SHAPE_DEFINE(tripwire_replayed, TRIPWIRE_REPLAYED_FIELDS, 1, "What a rule finds in past events");
SHAPE_DEFINE(tripwire_hit_event, TRIPWIRE_HIT_EVENT_FIELDS, 1, "An event of a hit");
SHAPE_DEFINE(tripwire_hit_view, TRIPWIRE_HIT_VIEW_FIELDS, 1, "A hit that explains itself");
SHAPE_DEFINE(tripwire_line, TRIPWIRE_LINE_FIELDS, 1, "A tripwire at a glance");
SHAPE_DEFINE(tripwire_board, TRIPWIRE_BOARD_FIELDS, 1, "All tripwires at a glance");
SHAPE_DEFINE(tripwire_progress, TRIPWIRE_PROGRESS_FIELDS, 1, "The engine's position");
SHAPE_DEFINE(tripwire_log_source, TRIPWIRE_LOG_SOURCE_FIELDS, 1, "A log source of rules");
SHAPE_DEFINE(tripwire_taxonomy, TRIPWIRE_TAXONOMY_FIELDS, 1, "What rules can name");
