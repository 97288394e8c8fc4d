/* Memory that runs out on demand. An executable that links test_faults has its malloc, calloc,
 * realloc and free counted and, when told to, one allocation refused. Not for several threads. */
#ifndef TEST_SUPPORT_FAULTS_H
#define TEST_SUPPORT_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

/* From now on the nth allocation (1 is the next) fails once; 0: none does. */
void faults_arm(size_t nth);

/* Has the armed allocation been refused? */
bool faults_hit(void);

/* Pieces that were allocated and not yet freed. */
size_t faults_live(void);

#endif
