/* A repeat is the same number with the same words within a short time of the first. Numbers alone
 * do not do: a panel that starts anew begins at 0001 again, and 9999 is followed by 0001. */
#include "adapter/dc09/account.h"

#include "base/encode.h"

#include <stdlib.h>

SHAPE_DEFINE(dc09_account, DC09_ACCOUNT_FIELDS, 1, "A panel that may report.");
SHAPE_DEFINE(dc09_options, DC09_OPTIONS_FIELDS, 1, "Options for a DC-09 receiver.");

static rc read_key(struct ctx *c, const struct dc09_account *from, struct dc09_key *ret)
{
    struct str key = from->key;
    *ret = (struct dc09_key){0};
    if (!str_absent(from->key) && !str_absent(from->key_hex))
        FAIL(c, INVALID, "account %.*s has both `key` and `key_hex`", STR_ARG(from->account));
    if (!str_absent(from->key_hex)) {
        char *lower = NULL;
        NEW(c, lower, from->key_hex.len);
        for (size_t i = 0; i < from->key_hex.len; i++) {
            char ch = from->key_hex.ptr[i];
            lower[i] = (char)(ch >= 'A' && ch <= 'F' ? ch | 0x20 : ch);
        }
        TRY(decode_bytes(c, ENCODE_HEX, (struct str){lower, from->key_hex.len}, &key));
    }
    if (str_absent(key))
        return OK;
    if (key.len != 16 && key.len != 24 && key.len != 32)
        FAIL(c, INVALID, "the key of account %.*s is not 128, 192 or 256 bits long",
             STR_ARG(from->account));
    memcpy(ret->bytes, key.ptr, key.len);
    ret->len = key.len;
    return OK;
}

static void put_name(char *out, size_t room, struct str s)
{
    struct str kept = str_sub(s, 0, room - 1);
    memcpy(out, kept.ptr, kept.len);
    out[kept.len] = '\0';
}

static struct str line_of(struct str line)
{
    return str_absent(line) ? STR("0") : line;
}

static rc read_accounts(struct ctx *c, const struct dc09_options *options,
                        struct adapter_state *state)
{
    for (size_t i = 0; i < options->accounts.count; i++) {
        const struct dc09_account *from = &options->accounts.items[i];
        struct dc09_account_state *to = &state->listed[state->listed_count++];
        put_name(to->account, sizeof to->account, from->account);
        put_name(to->line, sizeof to->line, line_of(from->line));
        TRY(read_key(c, from, &to->key));
        to->listed = true;
        to->plain_too = from->plain_too || to->key.len == 0;
        to->time_required = from->time_required;
        to->last_sequence = -1;
    }
    return OK;
}

bool dc09_proves(const void *record)
{
    const struct dc09_options *options = record;
    bool proves = !options->unlisted;
    for (size_t i = 0; i < options->accounts.count && proves; i++) {
        const struct dc09_account *account = &options->accounts.items[i];
        proves = !account->plain_too && !(str_absent(account->key) && str_absent(account->key_hex));
    }
    return proves;
}

static int64_t seconds_or(struct opt_i64 value, int64_t otherwise)
{
    return (value.known ? value.value : otherwise) * 1000000;
}

rc dc09_open(struct ctx *c, const void *record, struct adapter_opened *ret)
{
    const struct dc09_options *options = record;
    struct adapter_state *state = calloc(1, sizeof *state);
    if (state) {
        state->listed = calloc(options->accounts.count + 1, sizeof *state->listed);
        if (options->unlisted)
            state->others = calloc(DC09_UNLISTED_MAX, sizeof *state->others);
    }
    if (!state || !state->listed || (options->unlisted && !state->others)) {
        dc09_close(state);
        FAIL(c, NO_MEMORY, "no memory for %zu accounts", options->accounts.count);
    }
    state->unlisted = options->unlisted;
    state->any_time = options->any_time;
    state->past_us = seconds_or(options->past_s, 40);
    state->future_us = seconds_or(options->future_s, 20);
    state->repeat_us = seconds_or(options->repeat_s, 300);
    rc result = read_accounts(c, options, state);
    if (!rc_ok(result)) {
        dc09_close(state);
        return result;
    }
    *ret = (struct adapter_opened){.state = state, .frame_max = DC09_FRAME_MAX};
    return OK;
}

void dc09_close(struct adapter_state *state)
{
    if (!state)
        return;
    if (state->listed)
        explicit_bzero(state->listed, state->listed_count * sizeof *state->listed);
    free(state->listed);
    free(state->others);
    free(state);
}

/* Lines are numbers: L0 and L00 are one. */
static bool same_line(const char *kept, struct str line)
{
    struct str a = str_from(kept), b = line_of(line);
    while (a.len > 1 && a.ptr[0] == '0')
        a = str_sub(a, 1, a.len);
    while (b.len > 1 && b.ptr[0] == '0')
        b = str_sub(b, 1, b.len);
    return str_eq_nocase(a, b);
}

static struct dc09_account_state *find_in(struct dc09_account_state *accounts, size_t count,
                                          const struct dc09_frame *frame)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(frame->account, str_from(accounts[i].account)) &&
            same_line(accounts[i].line, frame->line))
            return &accounts[i];
    return NULL;
}

static struct dc09_account_state *add_other(struct adapter_state *state,
                                            const struct dc09_frame *frame)
{
    struct dc09_account_state *account = &state->others[0];
    if (state->other_count < DC09_UNLISTED_MAX)
        account = &state->others[state->other_count++];
    else
        for (size_t i = 1; i < state->other_count; i++)
            if (state->others[i].used.us < account->used.us)
                account = &state->others[i];
    *account = (struct dc09_account_state){.plain_too = true, .last_sequence = -1};
    put_name(account->account, sizeof account->account, frame->account);
    put_name(account->line, sizeof account->line, line_of(frame->line));
    return account;
}

struct dc09_account_state *dc09_account_find(struct adapter_state *state,
                                             const struct dc09_frame *frame, struct wall now)
{
    struct dc09_account_state *found = find_in(state->listed, state->listed_count, frame);
    if (!found && state->unlisted) {
        found = find_in(state->others, state->other_count, frame);
        if (!found)
            found = add_other(state, frame);
    }
    if (found)
        found->used = now;
    return found;
}

struct dc09_sighting dc09_account_see(struct dc09_account_state *account, int64_t repeat_us,
                                      const struct dc09_frame *frame, uint64_t digest,
                                      struct wall now)
{
    int64_t sequence = 0;
    (void)str_to_i64(frame->sequence, &sequence);
    size_t kept = account->seen_count < DC09_RECENT ? account->seen_count : DC09_RECENT;
    for (size_t i = 0; i < kept; i++) {
        const struct dc09_seen *seen = &account->seen[i];
        int64_t age = now.us - seen->first.us;
        if (seen->sequence == sequence && seen->digest == digest && age >= -repeat_us &&
            age <= repeat_us)
            return (struct dc09_sighting){
                .repeat = true, .missing = seen->missing, .name = seen->name};
    }
    struct dc09_sighting sighting = {.name = frame->stamp.us ? frame->stamp : now};
    if (account->last_sequence > 0 && sequence > account->last_sequence + 1)
        sighting.missing = (int)sequence - account->last_sequence - 1;
    account->last_sequence = (int)sequence;
    account->seen[account->seen_count++ % DC09_RECENT] =
        (struct dc09_seen){.sequence = (int)sequence,
                           .digest = digest,
                           .first = now,
                           .name = sighting.name,
                           .missing = sighting.missing};
    return sighting;
}
