/* What the files of this domain share. Private to it. */
#ifndef DOMAIN_XNOUNX_XNOUNX_OWN_H
#define DOMAIN_XNOUNX_XNOUNX_OWN_H

#include "core/module.h"

record_check xnounx_check;

#endif
