/* How the server and the process of the outlets speak: packets over a SOCK_SEQPACKET pair. A job
 * comes as a file in memory: the outlet_job as JSON, then the bytes of the document. */
#ifndef OUTLET_POST_PACKET_H
#define OUTLET_POST_PACKET_H

#include "outlet/kit/job.h"

enum { PACKET_JSON_MAX = 512 << 10 };

struct packet_job {
    int64_t number;
    uint64_t json, bytes; /* lengths */
};

struct packet_answer {
    int64_t number;
    uint32_t verdict; /* enum delivery_verdict; UNSET: nothing new */
    uint32_t over;    /* nothing more will be said of the job */
    char why[240], peer[200];
};

/* IO when the other side is gone or does not listen. */
rc packet_send_job(struct ctx *c, int fd, int64_t number, const struct outlet_job *job,
                   struct str document);

/* The next job, and the descriptor of its file, which is the caller's. False: the server is gone.
 */
bool packet_take_job(int fd, struct packet_job *ret, int *ret_file);

/* What stands in the file. MALFORMED. */
rc packet_read_job(struct ctx *c, const struct packet_job *packet, int file, struct outlet_job *ret,
                   struct str *ret_document);

/* Texts are cut to fit, at a character's edge; what is no line of text is left out. */
bool packet_send_answer(int fd, int64_t number, enum delivery_verdict verdict, bool over,
                        struct str why, struct str peer);

/* BUSY: there is none now. IO: the process is gone. MALFORMED. */
rc packet_take_answer(struct ctx *c, int fd, struct packet_answer *ret);

#endif
