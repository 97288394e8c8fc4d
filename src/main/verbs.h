/* The verbs, one function each. */
#ifndef MAIN_VERBS_H
#define MAIN_VERBS_H

#include "main/folder.h"

rc verb_init(struct cli *cli);
rc verb_serve(struct cli *cli);
rc verb_demo(struct cli *cli);
rc verb_token(struct cli *cli);
rc verb_token_list(struct cli *cli);
rc verb_token_revoke(struct cli *cli);
rc verb_link(struct cli *cli);
rc verb_key_add(struct cli *cli);
rc verb_key_replace(struct cli *cli);
rc verb_key_remove(struct cli *cli);
rc verb_key_list(struct cli *cli);
rc verb_rebuild(struct cli *cli);
rc verb_ledger_verify(struct cli *cli);
rc verb_ledger_prove(struct cli *cli);
rc verb_ledger_export(struct cli *cli);
rc verb_ledger_check(struct cli *cli);
rc verb_backup(struct cli *cli);
rc verb_restore(struct cli *cli);
rc verb_doctor(struct cli *cli);
rc verb_tripwire_backtest(struct cli *cli);
rc verb_tripwire_nearest(struct cli *cli);
rc verb_tripwire_taxonomy(struct cli *cli);
rc verb_manual(struct cli *cli);
rc verb_api(struct cli *cli);
rc verb_version(struct cli *cli);

extern const struct shape init_flags_shape, serve_flags_shape, demo_flags_shape, token_flags_shape,
    link_flags_shape, key_add_flags_shape, restore_flags_shape, verify_flags_shape,
    export_flags_shape, check_flags_shape, backtest_flags_shape;

/* Unlock the folder that the first argument names, by the verb's flags. */
rc verb_open_folder(struct cli *cli, struct folder *ret);

/* Add the tripwires of content/ as records: active where they can fire and nobody has to confirm
 * it, else drafts. Gives how many there are of each. */
rc verb_add_tripwires(struct ctx *c, struct core *core, size_t *ret_active, size_t *ret_drafts);

#endif
