/* The parts that this program plays beside its own, in processes of their own: it is started in
 * them by itself only. They are no verbs: nobody needs to know of them. */
#ifndef MAIN_AGENTS_H
#define MAIN_AGENTS_H

/* Play the role that the arguments name, until it is over; gives the process's exit status. -1:
 * they name none. */
int agents_main(int count, char **arguments);

/* A probe that calls nobody: it says "+" over its socket when it could, else what keeps it from it.
 */
#define PROBE_TRIAL_ROLE "--camera-trial"

#endif
