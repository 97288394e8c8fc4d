#include "main/verbs.h"

#include "main/verb_compute.h"
#include "main/verb_decode.h"
#include "main/verb_tripwire.h"

const struct verb cli_verbs[] = {
    {"init", "DIR", "Create a mission in a folder", &init_flags_shape, verb_init, NULL},
    {"serve", "DIR", "Serve a mission to its people", &serve_flags_shape, verb_serve, NULL},
#ifdef DEMONSTRATION
    {"demo", "", "Play the day of a fictional mission", &demo_flags_shape, verb_demo, NULL},
#endif
    {"token", "DIR [ACCOUNT]", "Make a token for a program", &token_flags_shape, verb_token, NULL},
    {"link", "DIR [ACCOUNT]", "Make a one-time enrolment link", &link_flags_shape, verb_link, NULL},
    {"key list", "DIR", "List the key slots", &common_flags_shape, verb_key_list, NULL},
    {"key add", "DIR", "Add a key slot", &key_add_flags_shape, verb_key_add, NULL},
    {"key replace", "DIR SLOT", "Replace a key slot with a new one", &key_add_flags_shape,
     verb_key_replace, NULL},
    {"key remove", "DIR SLOT", "Destroy a key slot", &common_flags_shape, verb_key_remove, NULL},
    {"ledger verify", "DIR", "Verify the whole record", &verify_flags_shape, verb_ledger_verify,
     NULL},
    {"ledger prove", "DIR SEQ", "Print the proof of one event", &unlock_flags_shape,
     verb_ledger_prove, NULL},
    {"ledger export", "DIR OUT", "Write the record as a C2SP tlog-tiles tree", &unlock_flags_shape,
     verb_ledger_export, NULL},
    {"ledger check", "TILES", "Verify anybody's tlog-tiles tree", &check_flags_shape,
     verb_ledger_check, NULL},
    {"rebuild", "DIR", "Rebuild the picture from the record", &unlock_flags_shape, verb_rebuild,
     NULL},
    {"backup", "DIR OUT", "Copy a mission, even while it is served", &unlock_flags_shape,
     verb_backup, NULL},
    {"restore", "OUT DIR", "Restore a mission from a copy, and verify it", &restore_flags_shape,
     verb_restore, NULL},
    {"doctor", "DIR", "Check a mission; say what is wrong and what to do", &unlock_flags_shape,
     verb_doctor, NULL},
    {"decode", "ADAPTER", "Print what an adapter makes of standard input", NULL, NULL, decode_verb},
    {"compute", "[NAME]",
     "Run an engine on JSON from standard input; without a name, list the engines", NULL, NULL,
     compute_verb},
    {"tripwire backtest", "DIR", "Show what rules would have found in the ledger",
     &backtest_flags_shape, verb_tripwire_backtest, NULL},
    {"tripwire nearest", "DIR", "Show the nearest miss for rules that found nothing",
     &backtest_flags_shape, verb_tripwire_nearest, NULL},
    {"tripwire taxonomy", "", "Print the log sources and fields that rules can name", NULL,
     verb_tripwire_taxonomy, NULL},
    {"tripwire", "check|test|try|explain", "Check rules, and run them over events", NULL, NULL,
     tripwire_verb},
    {"manual", "", "Print the manual page", NULL, verb_manual, NULL},
    {"api", "", "Print the API; with --json as OpenAPI 3.1", NULL, verb_api, NULL},
    {"version", "", "Print the version", NULL, verb_version, NULL},
    {0},
};
