/* The event codes of Contact ID (DC-05). A row tells the new event; restored, it is the end of the
 * same kind of condition, except that the codes of opening and closing name both directions. */
#include "adapter/dc09/meaning.h"

#include <stdio.h>

#define ROW(code, kind, priority, number, text)                                   \
    {                                                                             \
        code, SIGNAL_KIND_##kind, SIGNAL_PRIORITY_##priority, DC09_##number, text \
    }

static const struct row {
    char code[4];
    enum signal_kind kind;
    enum signal_priority priority;
    enum dc09_number number;
    const char *text;
} rows[] = {
    ROW("100", MEDICAL, URGENT, ZONE, "medical alarm"),
    ROW("101", MEDICAL, URGENT, ZONE, "personal emergency"),
    ROW("102", MEDICAL, URGENT, ZONE, "person has not reported in"),
    ROW("110", FIRE, URGENT, ZONE, "fire alarm"),
    ROW("111", FIRE, URGENT, ZONE, "smoke"),
    ROW("112", FIRE, URGENT, ZONE, "combustion"),
    ROW("113", FIRE, URGENT, ZONE, "sprinkler flows"),
    ROW("114", FIRE, URGENT, ZONE, "heat"),
    ROW("115", FIRE, URGENT, ZONE, "fire alarm by hand"),
    ROW("116", FIRE, URGENT, ZONE, "fire in a duct"),
    ROW("117", FIRE, URGENT, ZONE, "flame"),
    ROW("118", FIRE, HIGH, ZONE, "fire alarm near"),
    ROW("120", DURESS, URGENT, ZONE, "panic alarm"),
    ROW("121", DURESS, URGENT, USER, "duress code"),
    ROW("122", DURESS, URGENT, ZONE, "silent hold-up alarm"),
    ROW("123", DURESS, URGENT, ZONE, "audible hold-up alarm"),
    ROW("124", DURESS, URGENT, USER, "duress: access granted"),
    ROW("125", DURESS, URGENT, USER, "duress: egress granted"),
    ROW("129", DURESS, URGENT, ZONE, "hold-up verified"),
    ROW("130", ALARM, HIGH, ZONE, "burglary alarm"),
    ROW("131", ALARM, HIGH, ZONE, "perimeter alarm"),
    ROW("132", ALARM, HIGH, ZONE, "interior alarm"),
    ROW("133", ALARM, HIGH, ZONE, "alarm of a 24 hour zone"),
    ROW("134", ALARM, HIGH, ZONE, "alarm on entry or exit"),
    ROW("135", ALARM, HIGH, ZONE, "alarm of a day and night zone"),
    ROW("136", ALARM, HIGH, ZONE, "outdoor alarm"),
    ROW("137", TAMPER, HIGH, ZONE, "tamper alarm"),
    ROW("138", ALARM, MEDIUM, ZONE, "burglary alarm near"),
    ROW("139", ALARM, URGENT, ZONE, "intrusion verified"),
    ROW("140", ALARM, HIGH, ZONE, "alarm"),
    ROW("141", TROUBLE, HIGH, ZONE, "polling loop open"),
    ROW("142", TROUBLE, HIGH, ZONE, "polling loop shorted"),
    ROW("143", TROUBLE, HIGH, ZONE, "expansion module failed"),
    ROW("144", TAMPER, HIGH, ZONE, "sensor's tamper"),
    ROW("145", TAMPER, HIGH, ZONE, "expansion module's tamper"),
    ROW("146", ALARM, HIGH, ZONE, "silent burglary alarm"),
    ROW("147", TROUBLE, HIGH, ZONE, "sensor's supervision failed"),
    ROW("150", ALARM, MEDIUM, ZONE, "alarm of a 24 hour zone, not burglary"),
    ROW("151", HAZARD, URGENT, ZONE, "gas"),
    ROW("152", HAZARD, MEDIUM, ZONE, "refrigeration failed"),
    ROW("153", HAZARD, MEDIUM, ZONE, "heating failed"),
    ROW("154", HAZARD, HIGH, ZONE, "water leaks"),
    ROW("155", TROUBLE, HIGH, ZONE, "foil broken"),
    ROW("156", TROUBLE, MEDIUM, ZONE, "day zone troubled"),
    ROW("157", HAZARD, HIGH, ZONE, "gas bottle's level low"),
    ROW("158", HAZARD, MEDIUM, ZONE, "temperature high"),
    ROW("159", HAZARD, MEDIUM, ZONE, "temperature low"),
    ROW("161", HAZARD, MEDIUM, ZONE, "air flow lost"),
    ROW("162", HAZARD, URGENT, ZONE, "carbon monoxide"),
    ROW("163", HAZARD, MEDIUM, ZONE, "tank's level"),
    ROW("200", TROUBLE, HIGH, ZONE, "fire supervisory condition"),
    ROW("201", TROUBLE, HIGH, ZONE, "fire water pressure low"),
    ROW("202", TROUBLE, HIGH, ZONE, "fire gas pressure low"),
    ROW("203", TROUBLE, HIGH, ZONE, "fire gate valve"),
    ROW("204", TROUBLE, HIGH, ZONE, "fire water level low"),
    ROW("205", STATUS, MEDIUM, ZONE, "fire pump runs"),
    ROW("206", TROUBLE, HIGH, ZONE, "fire pump failed"),
    ROW("300", TROUBLE, MEDIUM, ZONE, "system troubled"),
    ROW("301", TROUBLE, MEDIUM, ZONE, "mains power failed"),
    ROW("302", TROUBLE, MEDIUM, ZONE, "system battery low"),
    ROW("303", TROUBLE, HIGH, ZONE, "checksum of the panel's memory wrong"),
    ROW("304", TROUBLE, HIGH, ZONE, "checksum of the panel's program wrong"),
    ROW("305", STATUS, LOW, ZONE, "panel reset"),
    ROW("306", CHANGE, MEDIUM, ZONE, "panel's programming changed"),
    ROW("307", TROUBLE, MEDIUM, ZONE, "self test failed"),
    ROW("308", TROUBLE, HIGH, ZONE, "system shut down"),
    ROW("309", TROUBLE, MEDIUM, ZONE, "battery test failed"),
    ROW("310", TROUBLE, MEDIUM, ZONE, "ground fault"),
    ROW("311", TROUBLE, HIGH, ZONE, "battery missing or dead"),
    ROW("312", TROUBLE, MEDIUM, ZONE, "power supply overloaded"),
    ROW("313", CHANGE, LOW, USER, "reset by an engineer"),
    ROW("314", TROUBLE, HIGH, ZONE, "main power supply failed"),
    ROW("320", TROUBLE, MEDIUM, ZONE, "siren or relay troubled"),
    ROW("321", TROUBLE, MEDIUM, ZONE, "siren 1 troubled"),
    ROW("322", TROUBLE, MEDIUM, ZONE, "siren 2 troubled"),
    ROW("323", TROUBLE, MEDIUM, ZONE, "alarm relay troubled"),
    ROW("324", TROUBLE, MEDIUM, ZONE, "trouble relay troubled"),
    ROW("325", TROUBLE, MEDIUM, ZONE, "reversing relay troubled"),
    ROW("330", TROUBLE, MEDIUM, ZONE, "peripheral troubled"),
    ROW("331", TROUBLE, MEDIUM, ZONE, "polling loop open"),
    ROW("332", TROUBLE, MEDIUM, ZONE, "polling loop shorted"),
    ROW("333", TROUBLE, MEDIUM, ZONE, "expansion module failed"),
    ROW("334", TROUBLE, MEDIUM, ZONE, "repeater failed"),
    ROW("335", TROUBLE, LOW, ZONE, "printer without paper"),
    ROW("336", TROUBLE, LOW, ZONE, "printer failed"),
    ROW("337", TROUBLE, MEDIUM, ZONE, "expansion module without direct current"),
    ROW("338", TROUBLE, MEDIUM, ZONE, "expansion module's battery low"),
    ROW("339", STATUS, LOW, ZONE, "expansion module reset"),
    ROW("341", TAMPER, HIGH, ZONE, "expansion module's tamper"),
    ROW("342", TROUBLE, MEDIUM, ZONE, "expansion module without mains"),
    ROW("343", TROUBLE, MEDIUM, ZONE, "expansion module's self test failed"),
    ROW("344", TAMPER, HIGH, ZONE, "radio jamming"),
    ROW("350", TROUBLE, HIGH, ZONE, "communication troubled"),
    ROW("351", TROUBLE, MEDIUM, ZONE, "telephone line 1 failed"),
    ROW("352", TROUBLE, MEDIUM, ZONE, "telephone line 2 failed"),
    ROW("353", TROUBLE, MEDIUM, ZONE, "long range radio troubled"),
    ROW("354", TROUBLE, HIGH, ZONE, "an event could not be reported"),
    ROW("355", TROUBLE, HIGH, ZONE, "radio supervision lost"),
    ROW("356", TROUBLE, HIGH, ZONE, "central's polling lost"),
    ROW("357", TROUBLE, MEDIUM, ZONE, "radio's standing wave ratio"),
    ROW("358", TROUBLE, HIGH, ZONE, "network or mobile network troubled"),
    ROW("359", TROUBLE, HIGH, ZONE, "path of communication troubled"),
    ROW("360", TROUBLE, HIGH, ZONE, "communication failed"),
    ROW("370", TROUBLE, MEDIUM, ZONE, "protection loop troubled"),
    ROW("371", TROUBLE, MEDIUM, ZONE, "protection loop open"),
    ROW("372", TROUBLE, MEDIUM, ZONE, "protection loop shorted"),
    ROW("373", TROUBLE, HIGH, ZONE, "fire loop troubled"),
    ROW("374", ALARM, HIGH, ZONE, "alarm: still open after the exit delay"),
    ROW("375", TROUBLE, HIGH, ZONE, "panic zone troubled"),
    ROW("376", TROUBLE, HIGH, ZONE, "hold-up zone troubled"),
    ROW("377", TROUBLE, MEDIUM, ZONE, "zone troubled again and again"),
    ROW("378", TROUBLE, MEDIUM, ZONE, "cross zone troubled"),
    ROW("380", TROUBLE, MEDIUM, ZONE, "sensor troubled"),
    ROW("381", TROUBLE, HIGH, ZONE, "radio sensor's supervision lost"),
    ROW("382", TROUBLE, HIGH, ZONE, "wired sensor's supervision lost"),
    ROW("383", TAMPER, HIGH, ZONE, "sensor's tamper"),
    ROW("384", TROUBLE, LOW, ZONE, "sensor's battery low"),
    ROW("385", TROUBLE, LOW, ZONE, "smoke detector too sensitive"),
    ROW("386", TROUBLE, MEDIUM, ZONE, "smoke detector not sensitive enough"),
    ROW("387", TROUBLE, LOW, ZONE, "intrusion detector too sensitive"),
    ROW("388", TROUBLE, MEDIUM, ZONE, "intrusion detector not sensitive enough"),
    ROW("389", TROUBLE, MEDIUM, ZONE, "sensor's self test failed"),
    ROW("391", TROUBLE, MEDIUM, ZONE, "sensor sees nothing for too long"),
    ROW("392", TROUBLE, LOW, ZONE, "sensor drifts"),
    ROW("393", TROUBLE, LOW, ZONE, "maintenance due"),
    ROW("406", STATUS, MEDIUM, USER, "alarm cancelled by a user"),
    ROW("411", CHANGE, MEDIUM, USER, "call back asked for"),
    ROW("412", CHANGE, MEDIUM, ZONE, "remote access to the panel"),
    ROW("413", TROUBLE, LOW, ZONE, "remote access failed"),
    ROW("414", TROUBLE, HIGH, ZONE, "system shut down from afar"),
    ROW("415", TROUBLE, HIGH, ZONE, "dialler shut down from afar"),
    ROW("416", CHANGE, MEDIUM, ZONE, "remote upload done"),
    ROW("421", ACCESS, LOW, USER, "access denied"),
    ROW("422", ACCESS, NOTE, USER, "access granted"),
    ROW("423", ACCESS, HIGH, ZONE, "door forced"),
    ROW("424", ACCESS, LOW, USER, "egress denied"),
    ROW("425", ACCESS, NOTE, USER, "egress granted"),
    ROW("426", ACCESS, MEDIUM, ZONE, "door held open"),
    ROW("427", TROUBLE, MEDIUM, ZONE, "door's position switch troubled"),
    ROW("428", TROUBLE, MEDIUM, ZONE, "exit request's device troubled"),
    ROW("429", CHANGE, MEDIUM, USER, "programming of access control begins"),
    ROW("430", CHANGE, LOW, USER, "programming of access control ends"),
    ROW("431", CHANGE, MEDIUM, USER, "threat level of access control changed"),
    ROW("432", TROUBLE, MEDIUM, ZONE, "access relay failed"),
    ROW("433", TROUBLE, MEDIUM, ZONE, "exit request's input shunted"),
    ROW("434", TROUBLE, MEDIUM, ZONE, "door's contact shunted"),
    ROW("451", STATUS, LOW, USER, "disarmed or armed early"),
    ROW("452", STATUS, LOW, USER, "disarmed or armed late"),
    ROW("453", STATUS, MEDIUM, USER, "not disarmed"),
    ROW("454", TROUBLE, HIGH, USER, "arming failed"),
    ROW("455", TROUBLE, HIGH, USER, "automatic arming failed"),
    ROW("457", TROUBLE, MEDIUM, USER, "error on exit"),
    ROW("458", STATUS, MEDIUM, USER, "user on the premises"),
    ROW("459", ALARM, HIGH, USER, "alarm soon after arming"),
    ROW("461", TAMPER, HIGH, USER, "wrong code entered"),
    ROW("462", STATUS, NOTE, USER, "right code entered"),
    ROW("463", ARM, MEDIUM, USER, "armed again after an alarm"),
    ROW("464", STATUS, LOW, USER, "automatic arming postponed"),
    ROW("465", CHANGE, MEDIUM, USER, "panic alarm reset"),
    ROW("466", STATUS, LOW, USER, "engineer on or off the premises"),
    ROW("501", TROUBLE, MEDIUM, ZONE, "access reader disabled"),
    ROW("520", BYPASS, HIGH, ZONE, "siren or relay disabled"),
    ROW("521", BYPASS, HIGH, ZONE, "siren 1 disabled"),
    ROW("522", BYPASS, HIGH, ZONE, "siren 2 disabled"),
    ROW("523", BYPASS, HIGH, ZONE, "alarm relay disabled"),
    ROW("524", BYPASS, MEDIUM, ZONE, "trouble relay disabled"),
    ROW("525", BYPASS, MEDIUM, ZONE, "reversing relay disabled"),
    ROW("531", CHANGE, LOW, ZONE, "module added"),
    ROW("532", CHANGE, MEDIUM, ZONE, "module removed"),
    ROW("551", BYPASS, HIGH, ZONE, "dialler disabled"),
    ROW("552", BYPASS, HIGH, ZONE, "radio transmitter disabled"),
    ROW("553", CHANGE, MEDIUM, ZONE, "remote configuration disabled"),
    ROW("570", BYPASS, MEDIUM, ZONE, "zone bypassed"),
    ROW("571", BYPASS, HIGH, ZONE, "fire zone bypassed"),
    ROW("572", BYPASS, MEDIUM, ZONE, "24 hour zone bypassed"),
    ROW("573", BYPASS, MEDIUM, ZONE, "burglary zone bypassed"),
    ROW("574", BYPASS, MEDIUM, USER, "group bypassed"),
    ROW("575", BYPASS, MEDIUM, ZONE, "zone bypassed after repeated trouble"),
    ROW("576", BYPASS, MEDIUM, ZONE, "access zone shunted"),
    ROW("577", BYPASS, MEDIUM, ZONE, "access point bypassed"),
    ROW("601", TEST, NOTE, ZONE, "test by hand"),
    ROW("602", TEST, NOTE, ZONE, "periodic test"),
    ROW("603", TEST, NOTE, ZONE, "periodic radio test"),
    ROW("604", TEST, LOW, USER, "fire test"),
    ROW("605", STATUS, NOTE, ZONE, "status report follows"),
    ROW("606", STATUS, LOW, ZONE, "listen-in follows"),
    ROW("607", TEST, LOW, USER, "walk test"),
    ROW("608", TEST, LOW, ZONE, "periodic test, system troubled"),
    ROW("609", STATUS, LOW, ZONE, "video transmitter active"),
    ROW("611", TEST, NOTE, ZONE, "point tested, good"),
    ROW("612", TEST, MEDIUM, ZONE, "point not tested"),
    ROW("613", TEST, NOTE, ZONE, "intrusion zone tested"),
    ROW("614", TEST, NOTE, ZONE, "fire zone tested"),
    ROW("615", TEST, NOTE, ZONE, "panic zone tested"),
    ROW("616", STATUS, LOW, ZONE, "service requested"),
    ROW("621", CHANGE, MEDIUM, ZONE, "event log reset"),
    ROW("622", TROUBLE, LOW, ZONE, "event log half full"),
    ROW("623", TROUBLE, MEDIUM, ZONE, "event log nearly full"),
    ROW("624", TROUBLE, MEDIUM, ZONE, "event log full: events are lost"),
    ROW("625", CHANGE, LOW, USER, "time or date changed"),
    ROW("626", TROUBLE, MEDIUM, ZONE, "time or date wrong"),
    ROW("627", CHANGE, MEDIUM, ZONE, "programming begins"),
    ROW("628", CHANGE, LOW, ZONE, "programming ends"),
    ROW("629", CHANGE, LOW, ZONE, "event log printed or read"),
    ROW("630", CHANGE, LOW, ZONE, "schedule changed"),
    ROW("631", CHANGE, LOW, ZONE, "exception in the schedule changed"),
    ROW("632", CHANGE, LOW, ZONE, "access schedule changed"),
    ROW("641", TROUBLE, MEDIUM, ZONE, "guard's watch: not seen"),
    ROW("642", STATUS, LOW, USER, "latch key watch"),
    ROW("654", STATUS, MEDIUM, ZONE, "no activity"),
};

/* Opening ('1') and closing ('3'). */
static const struct way {
    char code[4];
    enum signal_priority priority;
    enum dc09_number number;
    const char *by;
} ways[] = {
    {"400", SIGNAL_PRIORITY_NOTE, DC09_USER, ""},
    {"401", SIGNAL_PRIORITY_NOTE, DC09_USER, " by a user"},
    {"402", SIGNAL_PRIORITY_NOTE, DC09_USER, ": a group"},
    {"403", SIGNAL_PRIORITY_NOTE, DC09_USER, " automatically"},
    {"404", SIGNAL_PRIORITY_LOW, DC09_USER, " late"},
    {"405", SIGNAL_PRIORITY_LOW, DC09_USER, " later than postponed"},
    {"407", SIGNAL_PRIORITY_NOTE, DC09_USER, " from afar"},
    {"408", SIGNAL_PRIORITY_NOTE, DC09_USER, " quickly, without a code"},
    {"409", SIGNAL_PRIORITY_NOTE, DC09_ZONE, " by key switch"},
    {"441", SIGNAL_PRIORITY_NOTE, DC09_USER, ": perimeter only"},
    {"442", SIGNAL_PRIORITY_NOTE, DC09_ZONE, ": perimeter only, by key switch"},
    {"450", SIGNAL_PRIORITY_LOW, DC09_USER, " at an exceptional time"},
    {"456", SIGNAL_PRIORITY_MEDIUM, DC09_USER, " in part"},
};

static bool find_way(char qualifier, struct str code, struct dc09_meaning *ret)
{
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (!str_is(code, ways[i].code))
            continue;
        bool opening = qualifier == '1';
        *ret = (struct dc09_meaning){.kind = opening ? SIGNAL_KIND_DISARM : SIGNAL_KIND_ARM,
                                     .priority = ways[i].priority,
                                     .number = ways[i].number};
        snprintf(ret->text, sizeof ret->text, "%s%s", opening ? "disarmed" : "armed", ways[i].by);
        return true;
    }
    return false;
}

bool dc09_cid_meaning(char qualifier, struct str code, struct dc09_meaning *ret)
{
    if (find_way(qualifier, code, ret))
        return true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        if (!str_is(code, row->code))
            continue;
        bool over = qualifier == '3';
        *ret = (struct dc09_meaning){.kind = over ? SIGNAL_KIND_RESTORE : row->kind,
                                     .ends = over ? row->kind : SIGNAL_KIND_UNSET,
                                     .priority = over ? SIGNAL_PRIORITY_LOW : row->priority,
                                     .number = row->number};
        const char *words = over ? ", over" : qualifier == '6' ? ", still" : "";
        snprintf(ret->text, sizeof ret->text, "%s%s", row->text, words);
        return true;
    }
    return false;
}
