/* For protocols of XML documents: where one ends in a stream of them, and its tree. A document type
 * is never accepted, so no entity is ever expanded, and the parser is told not to fetch anything.
 */
#ifndef ADAPTER_KIT_DOCUMENT_H
#define ADAPTER_KIT_DOCUMENT_H

#include "adapter/kit/adapter.h"

#include <libxml/tree.h>

/* What is wrong with a document; each adapter counts them under names of its own. */
enum document_fault {
    DOCUMENT_GOOD,
    DOCUMENT_NOT_XML,
    DOCUMENT_DOCTYPE,
    DOCUMENT_NO_ROOT, /* another root than ours */
    DOCUMENT_CUT,     /* another one begins before it ends */
};

/* The documents of a protocol by the name of their root, and what is said where one has none. */
struct document_kind {
    const char *root;
    const char *no_root, *cut;
};

/* The document at the front of the window, or why there is none. */
struct adapter_result document_frame(const struct adapter_input *in,
                                     const struct document_kind *kind,
                                     enum document_fault *ret_fault);

/* The `resume` of such protocols. */
bool document_resume(struct str bytes, const struct document_kind *kind, size_t *ret_skip);

/* Its tree; NULL with the fault and why when it is not well-formed or has a document type. Fails
 * only for want of memory. Close it with document_close (NULL is fine). */
rc document_open(struct ctx *c, struct str bytes, xmlDoc **ret, enum document_fault *ret_fault,
                 const char **ret_why);
void document_close(xmlDoc *doc);

/* The next child element of that name, in whatever namespace, behind `after` (NULL: the first).
 * NULL where there is none, also when the parent is NULL. */
const xmlNode *document_child(const xmlNode *parent, const char *name, const xmlNode *after);

/* The own text of an element, its white space made single blanks, as a line of at most `most`
 * characters; absent when empty or not there. */
rc document_text(struct ctx *c, const xmlNode *node, size_t most, struct str *ret);

/* The same of an attribute. */
rc document_attribute(struct ctx *c, const xmlNode *node, const char *name, size_t most,
                      struct str *ret);

#endif
