/* A printer or a print server (CUPS), by IPP over HTTP or HTTPS. The job is followed until it is
 * printed. Paper cannot be taken back: a delivery that was given to a printer before is looked for
 * there, by the name of its job, which is the delivery's id, and printed again only when the
 * printer does not know it. */
#ifndef OUTLET_PRINT_PRINT_H
#define OUTLET_PRINT_PRINT_H

#include "outlet/kit/job.h"

outlet_send print_send;

#endif
