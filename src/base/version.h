/* The version of this program: one string, shown by every surface that names it. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

/* "MAJOR.MINOR.PATCH"; never NULL, never freed. */
const char *chancery_version(void);

#endif
