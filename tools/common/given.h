/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of the input from elsewhere: --backup-map and --vmcoreinfo.
 */
#ifndef TOOLS_COMMON_GIVEN_H
#define TOOLS_COMMON_GIVEN_H

#include "common/produce.h"

/* Load both into p->opts; false after a message, with the exit status. */
bool given_load(struct produce *p, int *exit_ret);
void given_free(struct produce *p);

#endif /* TOOLS_COMMON_GIVEN_H */
