#include "adapter/dc09/block.h"

static bool is_digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

static bool is_upper(char ch)
{
    return ch >= 'A' && ch <= 'Z';
}

static bool is_lower(char ch)
{
    return ch >= 'a' && ch <= 'z';
}

static bool two(struct str s, bool (*is)(char ch))
{
    return s.len >= 2 && is(s.ptr[0]) && is(s.ptr[1]);
}

static struct str cut(struct str *rest, size_t len)
{
    struct str part = str_sub(*rest, 0, len);
    *rest = str_sub(*rest, len, rest->len);
    return part;
}

static void note_unread(struct dc09_block *block, struct str what)
{
    if (str_absent(block->unread) && what.len > 0)
        block->unread = what;
}

/* "^name^" at the front of *rest; absent when there is none. */
static struct str take_name(struct str *rest)
{
    if (rest->len == 0 || rest->ptr[0] != '^')
        return (struct str){0};
    cut(rest, 1);
    size_t end = str_find(*rest, STR("^"));
    struct str name = cut(rest, end == SIZE_MAX ? rest->len : end);
    if (rest->len > 0)
        cut(rest, 1);
    return name;
}

/* Text behind a star, to the end of the block: *"text"NM, *'text'NM or *text. */
static struct str take_text(struct str *rest)
{
    cut(rest, 1);
    struct str text = str_trim(cut(rest, rest->len));
    if (str_ends(text, "NM"))
        text = str_sub(text, 0, text.len - 2);
    bool quoted = text.len >= 2 && (text.ptr[0] == '"' || text.ptr[0] == '\'') &&
                  text.ptr[text.len - 1] == text.ptr[0];
    return quoted ? str_sub(text, 1, text.len - 2) : text;
}

/* A modifier at the front: two small letters, a value, perhaps a name. It goes for all events after
 * it in this packet. */
static bool take_modifier(struct str *rest, struct dc09_event *common)
{
    if (!two(*rest, is_lower))
        return false;
    struct str id = cut(rest, 2);
    size_t len = 0;
    while (len < rest->len && (is_digit(rest->ptr[len]) || strchr(":-.,+ ", rest->ptr[len])))
        len++;
    struct str value = cut(rest, len), name = take_name(rest);
    if (str_is(id, "ri")) {
        common->area = value;
        common->area_name = name;
    } else if (str_is(id, "id")) {
        common->user = value;
        common->user_name = name;
    } else if (str_is(id, "ti")) {
        common->clock = value;
    } else if (str_is(id, "da")) {
        common->date = value;
    } else if (str_is(id, "va")) {
        common->value = value;
    } else if (str_is(id, "pi")) {
        common->peripheral = value;
    } else {
        return false;
    }
    return true;
}

static bool is_address(char ch)
{
    return is_digit(ch) || is_upper(ch) || ch == '-';
}

/* An event code with the number behind it, its name and text. */
static bool take_event(struct str *rest, const struct dc09_event *common, struct dc09_block *block)
{
    bool listen = str_starts(*rest, "L_");
    if ((!two(*rest, is_upper) && !listen) || block->count == DC09_EVENTS_MAX)
        return false;
    struct dc09_event *event = &block->events[block->count++];
    *event = *common;
    event->code = cut(rest, 2);
    size_t len = 0;
    while (len < rest->len && is_address(rest->ptr[len]))
        len++;
    if (len > 0)
        event->number = cut(rest, len);
    event->name = take_name(rest);
    if (rest->len > 0 && rest->ptr[0] == '*')
        event->text = take_text(rest);
    return true;
}

/* One packet: "Nri1/id2BA01^Hall^/BA02". */
static void read_packet(struct str packet, struct dc09_block *block)
{
    struct dc09_event common = {0};
    bool marked = packet.len > 1 && (packet.ptr[0] == 'N' || packet.ptr[0] == 'O') &&
                  (!is_upper(packet.ptr[1]) || (packet.len > 2 && is_upper(packet.ptr[2])));
    if (marked)
        common.old = cut(&packet, 1).ptr[0] == 'O';
    while (packet.len > 0) {
        struct str before = packet;
        if (packet.ptr[0] == '/') {
            cut(&packet, 1);
            continue;
        }
        if (take_modifier(&packet, &common) || take_event(&packet, &common, block))
            continue;
        note_unread(block, before);
        size_t stroke = str_find(before, STR("/"));
        packet = stroke == SIZE_MAX ? (struct str){0} : str_sub(before, stroke, before.len);
    }
}

/* "#1234" before the first stroke. */
static void take_account(struct str *rest, struct dc09_block *block)
{
    if (rest->len == 0 || rest->ptr[0] != '#')
        return;
    size_t stroke = str_find(*rest, STR("|"));
    block->account = str_sub(*rest, 1, (stroke == SIZE_MAX ? rest->len : stroke) - 1);
    cut(rest, stroke == SIZE_MAX ? rest->len : stroke + 1);
}

rc dc09_sia_block(struct ctx *c, struct str data, struct dc09_block *ret)
{
    struct dc09_block block = {0};
    size_t most = data.len / 2 + 1;
    NEW(c, block.events, most < DC09_EVENTS_MAX ? most : DC09_EVENTS_MAX);
    take_account(&data, &block);
    struct str packet;
    while (str_split(&data, '|', &packet)) {
        /* An A packet is text about the event before it. "AT" and the like are codes. */
        bool code = two(packet, is_upper) && (packet.len == 2 || !is_upper(packet.ptr[2])) &&
                    !(packet.len > 2 && is_lower(packet.ptr[2]));
        if (packet.len > 1 && packet.ptr[0] == 'A' && !code && block.count > 0)
            block.events[block.count - 1].text = str_sub(packet, 1, packet.len);
        else
            read_packet(packet, &block);
    }
    *ret = block;
    return OK;
}

static bool is_hex(char ch)
{
    return is_digit(ch) || (ch >= 'A' && ch <= 'F');
}

rc dc09_cid_block(struct ctx *c, struct str data, struct dc09_block *ret)
{
    struct dc09_block block = {0};
    NEW(c, block.events, 1);
    take_account(&data, &block);
    /* QXYZ GG CCC: qualifier, event, group, zone or user; some panels leave the spaces out. */
    char *digits = NULL;
    size_t count = 0, at = 0;
    NEW(c, digits, 9);
    for (; at < data.len && count < 9; at++) {
        if (is_hex(data.ptr[at]))
            digits[count++] = data.ptr[at];
        else if (data.ptr[at] != ' ')
            break;
    }
    bool known = count == 9 && (digits[0] == '1' || digits[0] == '3' || digits[0] == '6');
    note_unread(&block, str_sub(data, known ? at : 0, data.len));
    if (known) {
        block.count = 1;
        block.events[0] = (struct dc09_event){.qualifier = digits[0],
                                              .code = {digits + 1, 3},
                                              .area = {digits + 4, 2},
                                              .number = {digits + 6, 3}};
    }
    *ret = block;
    return OK;
}
