#include "main/verbs.h"

#include "main/verb_decode.h"
#include "main/verb_tripwire.h"

const struct verb cli_verbs[] = {
    {"init", "DIR", "Make a new mission in a folder", &init_flags_shape, verb_init, NULL},
    {"serve", "DIR", "Serve a mission to its people", &serve_flags_shape, verb_serve, NULL},
    {"demo", "", "Play the day of a fictional mission", &demo_flags_shape, verb_demo, NULL},
    {"token", "DIR [ACCOUNT]", "Make a token for a program", &token_flags_shape, verb_token, NULL},
    {"link", "DIR [ACCOUNT]", "Make a one-time link to enrol by", &link_flags_shape, verb_link,
     NULL},
    {"key list", "DIR", "List the key slots", &common_flags_shape, verb_key_list, NULL},
    {"key add", "DIR", "Add a key slot", &key_add_flags_shape, verb_key_add, NULL},
    {"key remove", "DIR SLOT", "Destroy a key slot", &common_flags_shape, verb_key_remove, NULL},
    {"ledger verify", "DIR", "Verify the whole record", &unlock_flags_shape, verb_ledger_verify,
     NULL},
    {"ledger prove", "DIR SEQ", "Print the proof of one event", &unlock_flags_shape,
     verb_ledger_prove, NULL},
    {"ledger export", "DIR OUT", "Write the record as a C2SP tlog-tiles tree", &unlock_flags_shape,
     verb_ledger_export, NULL},
    {"ledger check", "TILES", "Verify anybody's tlog-tiles tree", &check_flags_shape,
     verb_ledger_check, NULL},
    {"rebuild", "DIR", "Fold the picture anew from the record", &unlock_flags_shape, verb_rebuild,
     NULL},
    {"backup", "DIR OUT", "Copy a mission, also while it is served", &unlock_flags_shape,
     verb_backup, NULL},
    {"restore", "OUT DIR", "Make a mission from a copy, and verify it", &restore_flags_shape,
     verb_restore, NULL},
    {"doctor", "DIR", "Say what is wrong and what to do", &unlock_flags_shape, verb_doctor, NULL},
    {"decode", "ADAPTER", "Print what an adapter makes of standard input", NULL, NULL, decode_verb},
    {"tripwire", "check|test|try|explain", "Check rules, and run them over events", NULL, NULL,
     tripwire_verb},
    {"manual", "", "Print the manual page", NULL, verb_manual, NULL},
    {"api", "", "Print what the API offers; with --json as OpenAPI 3.1", NULL, verb_api, NULL},
    {"version", "", "Print the version", NULL, verb_version, NULL},
    {0},
};
