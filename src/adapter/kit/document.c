/* A stream of documents is cut at the end tag of their root. When another document begins before
 * that tag comes, the first was cut short and is given up alone. Elements are looked up by name:
 * real senders do not keep the order of the schema. */
#include "adapter/kit/document.h"

#include <libxml/parser.h>

/* The root begins within the first, and no tag is longer than the second. */
enum { PROLOG_MAX = 4096, TAG_MAX = 64, PREFIX_MAX = 32 };

/* ---- framing --------------------------------------------------------------------------------- */

/* The next tag of the root's name in `bytes` from `at` on: `closing` </alert or </cap:alert, else
 * <alert. Gives where the tag begins and, behind the name, ends; SIZE_MAX when there is none. */
static size_t find_tag(struct str bytes, size_t at, const char *root, bool closing,
                       size_t *ret_behind)
{
    struct str word = str_from(root);
    for (size_t least = at;;) {
        size_t found = str_find(str_sub(bytes, at, bytes.len), word);
        if (found == SIZE_MAX)
            return SIZE_MAX;
        size_t name = at + found, from = name, behind = name + word.len;
        at = name + 1;
        if (from > 0 && bytes.ptr[from - 1] == ':')
            for (from--;
                 from > 0 && !strchr("<>/ \"'", bytes.ptr[from - 1]) && name - from < PREFIX_MAX;)
                from--;
        bool ends = behind < bytes.len && strchr("> \t\r\n/", bytes.ptr[behind]);
        bool closes = from >= 2 && bytes.ptr[from - 1] == '/' && bytes.ptr[from - 2] == '<';
        bool opens = from >= 1 && bytes.ptr[from - 1] == '<';
        size_t begin = from - (closing ? 2 : 1);
        if (!ends || (closing ? !closes : !opens) || begin < least)
            continue;
        *ret_behind = behind;
        return begin;
    }
}

/* Where a document begins at or behind `at`: its declaration, or its root. */
static size_t find_start(struct str bytes, size_t at, const char *root)
{
    size_t behind, declared = str_find(str_sub(bytes, at, bytes.len), STR("<?xml "));
    size_t begin = find_tag(bytes, at, root, false, &behind);
    if (declared != SIZE_MAX)
        declared += at;
    return declared < begin ? declared : begin;
}

bool document_resume(struct str bytes, const struct document_kind *kind, size_t *ret_skip)
{
    size_t start = find_start(bytes, 0, kind->root);
    *ret_skip = start == SIZE_MAX ? bytes.len : start;
    return start != SIZE_MAX;
}

static struct adapter_result give_up(struct str bytes, const char *root, const char *why)
{
    size_t next = find_start(bytes, 1, root);
    struct adapter_result result = adapter_bad(next == SIZE_MAX ? bytes.len : next, why);
    result.inside = next == SIZE_MAX;
    return result;
}

struct adapter_result document_frame(const struct adapter_input *in,
                                     const struct document_kind *kind,
                                     enum document_fault *ret_fault)
{
    struct str bytes = in->bytes;
    size_t space = 0, behind = 0, ignored = 0;
    *ret_fault = DOCUMENT_GOOD;
    while (space < bytes.len && strchr(" \t\r\n", bytes.ptr[space]) && bytes.ptr[space] != '\0')
        space++;
    if (space > 0)
        return adapter_idle(space);
    if (bytes.ptr[0] != '<') {
        *ret_fault = DOCUMENT_NOT_XML;
        return give_up(bytes, kind->root, "this is not an XML document");
    }
    size_t root = find_tag(str_sub(bytes, 0, PROLOG_MAX), 0, kind->root, false, &ignored);
    if (root == SIZE_MAX && bytes.len >= PROLOG_MAX) {
        *ret_fault = DOCUMENT_NO_ROOT;
        return give_up(bytes, kind->root, kind->no_root);
    }
    /* A tag may lie across the end of what was seen before. */
    size_t from = in->seen > TAG_MAX ? in->seen - TAG_MAX : 0;
    size_t end = find_tag(bytes, from, kind->root, true, &behind), second = SIZE_MAX;
    if (root != SIZE_MAX)
        second = find_start(bytes, from > root ? from : root + 1, kind->root);
    if (second != SIZE_MAX && (end == SIZE_MAX || second < end)) {
        *ret_fault = DOCUMENT_CUT;
        return adapter_bad(second, kind->cut);
    }
    const char *close =
        end == SIZE_MAX ? NULL : memchr(bytes.ptr + behind, '>', bytes.len - behind);
    if (close)
        return adapter_ok((size_t)(close - bytes.ptr) + 1);
    return in->last ? adapter_ok(bytes.len) : adapter_more(bytes.len + 1);
}

/* ---- the tree -------------------------------------------------------------------------------- */

rc document_open(struct ctx *c, struct str bytes, xmlDoc **ret, enum document_fault *ret_fault,
                 const char **ret_why)
{
    xmlParserCtxt *parser = xmlNewParserCtxt();
    *ret = NULL;
    *ret_fault = DOCUMENT_GOOD;
    if (!parser)
        FAIL(c, NO_MEMORY, "no memory for an XML parser");
    xmlDoc *doc = xmlCtxtReadMemory(parser, bytes.ptr, (int)bytes.len, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    bool memory = parser->errNo != XML_ERR_NO_MEMORY;
    if (!doc || parser->wellFormed == 0) {
        *ret_fault = DOCUMENT_NOT_XML;
        *ret_why = "the document is not well-formed XML";
    } else if (doc->intSubset || doc->extSubset) {
        *ret_fault = DOCUMENT_DOCTYPE;
        *ret_why = "a document type is not accepted";
    }
    xmlFreeParserCtxt(parser);
    if (memory && *ret_fault == DOCUMENT_GOOD)
        *ret = doc;
    else
        xmlFreeDoc(doc);
    if (!memory)
        FAIL(c, NO_MEMORY, "no memory for an XML document");
    return OK;
}

void document_close(xmlDoc *doc)
{
    xmlFreeDoc(doc);
}

const xmlNode *document_child(const xmlNode *parent, const char *name, const xmlNode *after)
{
    const xmlNode *node = after ? after->next : parent ? parent->children : NULL;
    while (node &&
           (node->type != XML_ELEMENT_NODE || !str_is(str_from((const char *)node->name), name)))
        node = node->next;
    return node;
}

static rc line_of(struct ctx *c, const xmlNode *first, size_t most, struct str *ret)
{
    struct text t;
    text_init(&t, c, 1 << 20);
    bool blank = false;
    for (const xmlNode *part = first; part; part = part->next) {
        bool is_text = part->type == XML_TEXT_NODE || part->type == XML_CDATA_SECTION_NODE;
        struct str words = is_text ? str_from((const char *)part->content) : (struct str){0};
        for (size_t i = 0; i < words.len; i++) {
            if (strchr(" \t\r\n", words.ptr[i])) {
                blank = t.len > 0;
                continue;
            }
            if (blank)
                text_put_char(&t, ' ');
            blank = false;
            text_put_char(&t, words.ptr[i]);
        }
    }
    struct str made;
    TRY(text_done(&t, &made));
    return signal_line(c, made, most, ret);
}

rc document_text(struct ctx *c, const xmlNode *node, size_t most, struct str *ret)
{
    return line_of(c, node ? node->children : NULL, most, ret);
}

rc document_attribute(struct ctx *c, const xmlNode *node, const char *name, size_t most,
                      struct str *ret)
{
    const xmlAttr *attribute = node ? node->properties : NULL;
    while (attribute && !str_is(str_from((const char *)attribute->name), name))
        attribute = attribute->next;
    return line_of(c, attribute ? attribute->children : NULL, most, ret);
}
