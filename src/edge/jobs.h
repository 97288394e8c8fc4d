/* Long work that nobody waits for. A lengthy route that is asked with `Prefer: respond-async`
 * (RFC 7240) answers 202 at once with the address of a job; the account that asked sees how far it
 * is, fetches the answer, or withdraws it. Jobs are in memory: a restart forgets them.
 *
 *   POST /api/v1/ledger/verify      Prefer: respond-async    -> 202, Location: /api/v1/jobs/{id}
 *   GET  /api/v1/jobs/{id}          {"state":"running","done":4096,"total":13000, …}
 *   GET  /api/v1/jobs/{id}/answer   what the route would have answered
 */
#ifndef EDGE_JOBS_H
#define EDGE_JOBS_H

#include "core/route.h"

struct edge;
struct edge_jobs;
struct edge_request;

/* How many an account may have, and all together; how long an answer is kept. A finished one makes
 * room for a new one. */
enum { JOBS_EACH = 8, JOBS_ALL = 32, JOB_KEPT_MINUTES = 60 };

rc jobs_open(struct ctx *c, struct edge *edge, struct edge_jobs **ret);
/* Withdraw all, so that their worker ends soon. */
void jobs_stop(struct edge_jobs *jobs);
/* When no worker runs. NULL is fine. */
void jobs_close(struct edge_jobs *jobs);

/* Does the caller of this lengthy route rather not wait? */
bool jobs_wanted(const struct edge_request *er);

/* Begin it and fill in the answer. LIMITED: the account has too many that are not done; BUSY: so
 * have all together. On the loop's thread. */
rc jobs_begin(struct ctx *c, struct edge_request *er);

serve_fn jobs_serve_list, jobs_serve_one, jobs_serve_answer, jobs_serve_withdraw;

extern const struct shape job_view_shape, job_list_shape;

#endif
