/* The codes of SIA DC-03. Most are a letter for the kind of point and a letter for what became of
 * it; the others stand in a list, which is looked at first. */
#include "adapter/dc09/meaning.h"

#include <stdio.h>

struct family {
    char letter;
    const char *name;
    enum signal_kind kind;
    enum signal_priority priority; /* of its alarm */
};

static const struct family families[] = {
    {'B', "burglary", SIGNAL_KIND_ALARM, SIGNAL_PRIORITY_HIGH},
    {'F', "fire", SIGNAL_KIND_FIRE, SIGNAL_PRIORITY_URGENT},
    {'G', "gas", SIGNAL_KIND_HAZARD, SIGNAL_PRIORITY_URGENT},
    {'H', "hold-up", SIGNAL_KIND_DURESS, SIGNAL_PRIORITY_URGENT},
    {'K', "heat", SIGNAL_KIND_FIRE, SIGNAL_PRIORITY_URGENT},
    {'M', "medical", SIGNAL_KIND_MEDICAL, SIGNAL_PRIORITY_URGENT},
    {'P', "panic", SIGNAL_KIND_DURESS, SIGNAL_PRIORITY_URGENT},
    {'Q', "emergency", SIGNAL_KIND_DURESS, SIGNAL_PRIORITY_URGENT},
    {'S', "sprinkler", SIGNAL_KIND_FIRE, SIGNAL_PRIORITY_URGENT},
    {'T', "tamper", SIGNAL_KIND_TAMPER, SIGNAL_PRIORITY_HIGH},
    {'U', "untyped zone", SIGNAL_KIND_ALARM, SIGNAL_PRIORITY_HIGH},
    {'W', "water", SIGNAL_KIND_HAZARD, SIGNAL_PRIORITY_HIGH},
    {'Z', "freeze", SIGNAL_KIND_HAZARD, SIGNAL_PRIORITY_HIGH},
};

/* What became of the point. STATUS stands for "the family's own kind". */
struct fate {
    char letter;
    const char *words;
    enum signal_kind kind, ends;
    enum signal_priority priority; /* unset: the family's */
};

static const struct fate fates[] = {
    {'A', "alarm", SIGNAL_KIND_STATUS, 0, 0},
    {'B', "point bypassed", SIGNAL_KIND_BYPASS, 0, SIGNAL_PRIORITY_MEDIUM},
    {'H', "alarm restored", SIGNAL_KIND_RESTORE, SIGNAL_KIND_STATUS, SIGNAL_PRIORITY_LOW},
    {'J', "trouble restored", SIGNAL_KIND_RESTORE, SIGNAL_KIND_TROUBLE, SIGNAL_PRIORITY_LOW},
    {'R', "restored", SIGNAL_KIND_RESTORE, SIGNAL_KIND_STATUS, SIGNAL_PRIORITY_LOW},
    {'S', "supervisory condition", SIGNAL_KIND_TROUBLE, 0, SIGNAL_PRIORITY_MEDIUM},
    {'T', "trouble", SIGNAL_KIND_TROUBLE, 0, SIGNAL_PRIORITY_MEDIUM},
    {'U', "point back in service", SIGNAL_KIND_RESTORE, SIGNAL_KIND_BYPASS, SIGNAL_PRIORITY_LOW},
    {'X', "test", SIGNAL_KIND_TEST, 0, SIGNAL_PRIORITY_NOTE},
};

#define ROW(code, kind, ends, priority, number, text)                                          \
    {                                                                                          \
        code,                                                                                  \
        {                                                                                      \
            SIGNAL_KIND_##kind, SIGNAL_KIND_##ends, SIGNAL_PRIORITY_##priority, DC09_##number, \
                text                                                                           \
        }                                                                                      \
    }

static const struct row {
    char code[3];
    struct dc09_meaning meaning;
} rows[] = {
    ROW("AN", RESTORE, TROUBLE, LOW, ZONE, "analogue sensor restored"),
    ROW("AR", RESTORE, TROUBLE, LOW, ZONE, "mains power restored"),
    ROW("AS", TROUBLE, UNSET, LOW, ZONE, "analogue sensor needs service"),
    ROW("AT", TROUBLE, UNSET, MEDIUM, ZONE, "mains power failed"),
    ROW("BC", STATUS, UNSET, MEDIUM, USER, "burglary alarm cancelled by a user"),
    ROW("BD", TROUBLE, UNSET, MEDIUM, ZONE, "zone troubled again and again"),
    ROW("BE", RESTORE, TROUBLE, LOW, ZONE, "zone with repeated trouble restored"),
    ROW("BM", ALARM, UNSET, HIGH, ZONE, "burglary alarm, cross point"),
    ROW("BV", ALARM, UNSET, URGENT, AREA, "burglary verified"),
    ROW("BZ", TROUBLE, UNSET, HIGH, ZONE, "point missing: supervision lost"),
    ROW("CA", ARM, UNSET, NOTE, AREA, "armed automatically"),
    ROW("CD", STATUS, UNSET, MEDIUM, AREA, "not armed for a long time"),
    ROW("CE", STATUS, UNSET, LOW, USER, "arming postponed"),
    ROW("CF", ARM, UNSET, MEDIUM, USER, "armed by force, points left out"),
    ROW("CG", ARM, UNSET, NOTE, AREA, "area armed"),
    ROW("CI", TROUBLE, UNSET, HIGH, AREA, "arming failed"),
    ROW("CJ", ARM, UNSET, LOW, USER, "armed late"),
    ROW("CK", ARM, UNSET, LOW, USER, "armed early"),
    ROW("CL", ARM, UNSET, NOTE, USER, "armed"),
    ROW("CM", ALARM, UNSET, HIGH, ZONE, "point missing in alarm soon after arming"),
    ROW("CP", ARM, UNSET, NOTE, USER, "armed automatically"),
    ROW("CR", ALARM, UNSET, HIGH, USER, "alarm soon after arming"),
    ROW("CS", ARM, UNSET, NOTE, ZONE, "armed by key switch"),
    ROW("CT", STATUS, UNSET, MEDIUM, AREA, "not disarmed in time"),
    ROW("CW", ARM, UNSET, MEDIUM, AREA, "was armed by force"),
    ROW("CZ", ARM, UNSET, NOTE, ZONE, "point armed"),
    ROW("DA", CHANGE, UNSET, LOW, USER, "card assigned"),
    ROW("DB", CHANGE, UNSET, LOW, USER, "card deleted"),
    ROW("DC", ACCESS, UNSET, NOTE, ZONE, "access closed to all users"),
    ROW("DD", ACCESS, UNSET, LOW, ZONE, "access denied"),
    ROW("DE", ACCESS, UNSET, NOTE, ZONE, "request to enter"),
    ROW("DF", ACCESS, UNSET, HIGH, ZONE, "door forced"),
    ROW("DG", ACCESS, UNSET, NOTE, ZONE, "access granted"),
    ROW("DH", RESTORE, ACCESS, LOW, ZONE, "door left open, closed again"),
    ROW("DJ", TROUBLE, UNSET, MEDIUM, ZONE, "door forced, as trouble"),
    ROW("DK", ACCESS, UNSET, MEDIUM, ZONE, "access locked out"),
    ROW("DL", ACCESS, UNSET, HIGH, ZONE, "door left open, as alarm"),
    ROW("DM", TROUBLE, UNSET, MEDIUM, ZONE, "door left open, as trouble"),
    ROW("DN", ACCESS, UNSET, LOW, ZONE, "door left open"),
    ROW("DO", ACCESS, UNSET, LOW, ZONE, "access open to all users"),
    ROW("DP", ACCESS, UNSET, MEDIUM, ZONE, "access denied: not at this time"),
    ROW("DQ", ACCESS, UNSET, LOW, ZONE, "access denied: area is armed"),
    ROW("DR", RESTORE, ACCESS, LOW, ZONE, "door restored"),
    ROW("DS", STATUS, UNSET, NOTE, ZONE, "door station"),
    ROW("DT", TROUBLE, UNSET, MEDIUM, ZONE, "access control troubled"),
    ROW("DU", STATUS, UNSET, NOTE, ZONE, "dealer number"),
    ROW("DV", ACCESS, UNSET, MEDIUM, ZONE, "access denied: not entitled to enter"),
    ROW("DW", ACCESS, UNSET, LOW, ZONE, "access denied: interlock"),
    ROW("DX", ACCESS, UNSET, NOTE, ZONE, "request to exit"),
    ROW("DY", ACCESS, UNSET, NOTE, ZONE, "door locked"),
    ROW("DZ", ACCESS, UNSET, NOTE, ZONE, "access closed"),
    ROW("EA", ALARM, UNSET, HIGH, ZONE, "alarm: still open after the exit delay"),
    ROW("EE", TROUBLE, UNSET, MEDIUM, USER, "error on exit"),
    ROW("ER", RESTORE, TROUBLE, LOW, ZONE, "expansion device restored"),
    ROW("ET", TROUBLE, UNSET, MEDIUM, ZONE, "expansion device troubled"),
    ROW("EX", STATUS, UNSET, NOTE, ZONE, "state of an external device"),
    ROW("EZ", ALARM, UNSET, HIGH, ZONE, "point missing in alarm after exit"),
    ROW("FC", STATUS, UNSET, MEDIUM, USER, "fire alarm cancelled by a user"),
    ROW("FI", TEST, UNSET, LOW, AREA, "fire test begins"),
    ROW("FK", TEST, UNSET, LOW, AREA, "fire test ends"),
    ROW("FM", FIRE, UNSET, URGENT, ZONE, "fire alarm, cross point"),
    ROW("FY", TROUBLE, UNSET, HIGH, ZONE, "fire point missing, as trouble"),
    ROW("FZ", TROUBLE, UNSET, HIGH, ZONE, "fire point missing: supervision lost"),
    ROW("IA", TROUBLE, UNSET, MEDIUM, ZONE, "equipment failed"),
    ROW("IR", RESTORE, TROUBLE, LOW, ZONE, "equipment restored"),
    ROW("JA", TAMPER, UNSET, HIGH, AREA, "too many wrong user codes"),
    ROW("JD", CHANGE, UNSET, LOW, USER, "date changed"),
    ROW("JH", CHANGE, UNSET, LOW, USER, "holidays changed"),
    ROW("JK", STATUS, UNSET, MEDIUM, USER, "expected user did not disarm"),
    ROW("JL", TROUBLE, UNSET, LOW, ZONE, "event log nearly full"),
    ROW("JO", TROUBLE, UNSET, MEDIUM, ZONE, "event log full: events are lost"),
    ROW("JP", STATUS, UNSET, NOTE, USER, "user on the premises"),
    ROW("JR", STATUS, UNSET, NOTE, AREA, "schedule carried out"),
    ROW("JS", CHANGE, UNSET, LOW, USER, "schedule changed"),
    ROW("JT", CHANGE, UNSET, LOW, USER, "time changed"),
    ROW("JV", CHANGE, UNSET, MEDIUM, USER, "user code changed"),
    ROW("JX", CHANGE, UNSET, MEDIUM, USER, "user code deleted"),
    ROW("JY", CHANGE, UNSET, MEDIUM, USER, "user code added"),
    ROW("JZ", CHANGE, UNSET, MEDIUM, USER, "user's level changed"),
    ROW("L_", STATUS, UNSET, LOW, ZONE, "listen-in, with seconds"),
    ROW("LB", CHANGE, UNSET, MEDIUM, ZONE, "programming on site begins"),
    ROW("LD", CHANGE, UNSET, MEDIUM, ZONE, "programming on site denied"),
    ROW("LE", STATUS, UNSET, LOW, ZONE, "listen-in ended"),
    ROW("LF", STATUS, UNSET, LOW, ZONE, "listen-in begins"),
    ROW("LR", RESTORE, TROUBLE, LOW, ZONE, "telephone line restored"),
    ROW("LS", CHANGE, UNSET, MEDIUM, ZONE, "programming on site done"),
    ROW("LT", TROUBLE, UNSET, MEDIUM, ZONE, "telephone line failed"),
    ROW("LU", CHANGE, UNSET, MEDIUM, ZONE, "programming on site failed"),
    ROW("LX", CHANGE, UNSET, LOW, ZONE, "programming on site ended"),
    ROW("NA", STATUS, UNSET, MEDIUM, ZONE, "no activity"),
    ROW("NC", TROUBLE, UNSET, MEDIUM, ZONE, "condition on the network"),
    ROW("NF", ARM, UNSET, MEDIUM, AREA, "perimeter armed by force"),
    ROW("NL", ARM, UNSET, NOTE, AREA, "perimeter armed"),
    ROW("NR", RESTORE, TROUBLE, LOW, ZONE, "network restored"),
    ROW("NS", STATUS, UNSET, NOTE, ZONE, "activity resumed"),
    ROW("NT", TROUBLE, UNSET, HIGH, ZONE, "network failed"),
    ROW("OA", DISARM, UNSET, NOTE, AREA, "disarmed automatically"),
    ROW("OC", STATUS, UNSET, MEDIUM, USER, "alarm cancelled by a user"),
    ROW("OG", DISARM, UNSET, NOTE, AREA, "area disarmed"),
    ROW("OH", DISARM, UNSET, MEDIUM, USER, "disarmed early, after an alarm"),
    ROW("OI", STATUS, UNSET, MEDIUM, AREA, "not disarmed"),
    ROW("OJ", DISARM, UNSET, LOW, USER, "disarmed late"),
    ROW("OK", DISARM, UNSET, MEDIUM, USER, "disarmed early"),
    ROW("OL", DISARM, UNSET, MEDIUM, USER, "disarmed late, after an alarm"),
    ROW("OP", DISARM, UNSET, NOTE, USER, "disarmed"),
    ROW("OR", DISARM, UNSET, MEDIUM, USER, "disarmed after an alarm"),
    ROW("OS", DISARM, UNSET, NOTE, ZONE, "disarmed by key switch"),
    ROW("OT", STATUS, UNSET, MEDIUM, USER, "not armed in time"),
    ROW("OZ", DISARM, UNSET, NOTE, ZONE, "point disarmed"),
    ROW("RA", TROUBLE, UNSET, LOW, ZONE, "remote programming: the call failed"),
    ROW("RB", CHANGE, UNSET, MEDIUM, ZONE, "remote programming begins"),
    ROW("RC", STATUS, UNSET, NOTE, ZONE, "relay closed"),
    ROW("RD", CHANGE, UNSET, MEDIUM, ZONE, "remote programming denied"),
    ROW("RN", CHANGE, UNSET, LOW, ZONE, "reset from afar"),
    ROW("RO", STATUS, UNSET, NOTE, ZONE, "relay opened"),
    ROW("RP", TEST, UNSET, NOTE, ZONE, "automatic test"),
    ROW("RR", STATUS, UNSET, LOW, ZONE, "panel has power again and starts"),
    ROW("RS", CHANGE, UNSET, MEDIUM, ZONE, "remote programming done"),
    ROW("RT", TROUBLE, UNSET, HIGH, ZONE, "data lost in the panel's transmitter"),
    ROW("RU", CHANGE, UNSET, MEDIUM, ZONE, "remote programming failed"),
    ROW("RX", TEST, UNSET, NOTE, USER, "test by hand"),
    ROW("RY", TEST, UNSET, LOW, ZONE, "test while something is not normal"),
    ROW("TC", TEST, UNSET, NOTE, ZONE, "all points tested"),
    ROW("TE", TEST, UNSET, LOW, ZONE, "test ends"),
    ROW("TP", TEST, UNSET, NOTE, ZONE, "point tested on a walk"),
    ROW("TS", TEST, UNSET, LOW, ZONE, "test begins"),
    ROW("TX", TEST, UNSET, NOTE, ZONE, "test report"),
    ROW("UX", ALARM, UNSET, HIGH, ZONE, "alarm of an undefined kind"),
    ROW("UY", TROUBLE, UNSET, MEDIUM, ZONE, "untyped point missing, as trouble"),
    ROW("UZ", ALARM, UNSET, HIGH, ZONE, "untyped point missing, as alarm"),
    ROW("VI", RESTORE, TROUBLE, NOTE, ZONE, "printer has paper"),
    ROW("VO", TROUBLE, UNSET, LOW, ZONE, "printer without paper"),
    ROW("VR", RESTORE, TROUBLE, NOTE, ZONE, "printer restored"),
    ROW("VT", TROUBLE, UNSET, LOW, ZONE, "printer troubled"),
    ROW("VX", TEST, UNSET, NOTE, ZONE, "printer test"),
    ROW("VY", STATUS, UNSET, NOTE, ZONE, "printer on line"),
    ROW("VZ", TROUBLE, UNSET, LOW, ZONE, "printer off line"),
    ROW("XA", STATUS, UNSET, MEDIUM, ZONE, "report of an account too many"),
    ROW("XE", STATUS, UNSET, MEDIUM, ZONE, "point too many"),
    ROW("XF", STATUS, UNSET, MEDIUM, ZONE, "radio point too many"),
    ROW("XH", RESTORE, TAMPER, LOW, ZONE, "radio interference over"),
    ROW("XI", CHANGE, UNSET, LOW, ZONE, "sensor reset"),
    ROW("XJ", RESTORE, TAMPER, LOW, ZONE, "radio receiver's tamper restored"),
    ROW("XL", TROUBLE, UNSET, LOW, ZONE, "radio signal weak"),
    ROW("XM", ALARM, UNSET, HIGH, ZONE, "cross point missing in alarm"),
    ROW("XQ", TAMPER, UNSET, HIGH, ZONE, "radio interference, maybe jamming"),
    ROW("XR", RESTORE, TROUBLE, LOW, ZONE, "transmitter's battery restored"),
    ROW("XS", TAMPER, UNSET, HIGH, ZONE, "radio receiver's tamper"),
    ROW("XT", TROUBLE, UNSET, LOW, ZONE, "transmitter's battery low"),
    ROW("XW", BYPASS, UNSET, MEDIUM, ZONE, "point forced out"),
    ROW("XX", TROUBLE, UNSET, MEDIUM, ZONE, "test did not come"),
    ROW("YA", TROUBLE, UNSET, MEDIUM, ZONE, "siren faulty"),
    ROW("YB", STATUS, UNSET, NOTE, ZONE, "busy, with seconds"),
    ROW("YC", TROUBLE, UNSET, HIGH, ZONE, "communication failed"),
    ROW("YD", TROUBLE, UNSET, MEDIUM, ZONE, "receiver's line card troubled"),
    ROW("YE", RESTORE, TROUBLE, LOW, ZONE, "receiver's line card restored"),
    ROW("YF", TROUBLE, UNSET, MEDIUM, ZONE, "checksum of the parameters is wrong"),
    ROW("YG", CHANGE, UNSET, MEDIUM, ZONE, "parameter changed"),
    ROW("YH", RESTORE, TROUBLE, LOW, ZONE, "siren restored"),
    ROW("YI", TROUBLE, UNSET, MEDIUM, ZONE, "overcurrent"),
    ROW("YJ", RESTORE, TROUBLE, LOW, ZONE, "overcurrent over"),
    ROW("YK", RESTORE, TROUBLE, LOW, ZONE, "communication restored"),
    ROW("YM", TROUBLE, UNSET, HIGH, ZONE, "system battery missing"),
    ROW("YN", TROUBLE, UNSET, LOW, ZONE, "invalid report"),
    ROW("YO", STATUS, UNSET, LOW, ZONE, "message unknown to the panel"),
    ROW("YP", TROUBLE, UNSET, MEDIUM, ZONE, "power supply troubled"),
    ROW("YQ", RESTORE, TROUBLE, LOW, ZONE, "power supply restored"),
    ROW("YR", RESTORE, TROUBLE, LOW, ZONE, "system battery restored"),
    ROW("YS", TROUBLE, UNSET, MEDIUM, ZONE, "communication troubled"),
    ROW("YT", TROUBLE, UNSET, MEDIUM, ZONE, "system battery low"),
    ROW("YW", TROUBLE, UNSET, MEDIUM, ZONE, "panel restarted by its watchdog"),
    ROW("YX", TROUBLE, UNSET, LOW, ZONE, "service required"),
    ROW("YY", STATUS, UNSET, NOTE, ZONE, "status report"),
    ROW("YZ", STATUS, UNSET, NOTE, ZONE, "service done"),
};

static bool find_row(struct str code, struct dc09_meaning *ret)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (str_is(code, rows[i].code)) {
            *ret = rows[i].meaning;
            return true;
        }
    }
    return false;
}

static const struct family *find_family(char letter)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (families[i].letter == letter)
            return &families[i];
    return NULL;
}

static const struct fate *find_fate(char letter)
{
    for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++)
        if (fates[i].letter == letter)
            return &fates[i];
    return NULL;
}

bool dc09_sia_meaning(struct str code, struct dc09_meaning *ret)
{
    if (code.len != 2)
        return false;
    if (find_row(code, ret))
        return true;
    const struct family *family = find_family(code.ptr[0]);
    const struct fate *fate = find_fate(code.ptr[1]);
    if (!family || !fate)
        return false;
    *ret = (struct dc09_meaning){
        .kind = fate->kind == SIGNAL_KIND_STATUS ? family->kind : fate->kind,
        .ends = fate->ends == SIGNAL_KIND_STATUS ? family->kind : fate->ends,
        .priority = fate->priority ? fate->priority : family->priority,
        .number = DC09_ZONE,
    };
    snprintf(ret->text, sizeof ret->text, "%s %s", family->name, fate->words);
    return true;
}
