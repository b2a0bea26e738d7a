/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --exclude and --dump-level: from words to classes.
 */
#ifndef TOOLS_COMMON_EXCLUDE_H
#define TOOLS_COMMON_EXCLUDE_H

#include "common/produce.h"

/*
 * What p->exclude and p->level ask for into p->opts; false, after a message, if
 * they do not go together.
 */
bool exclude_take(struct produce *p);

#endif /* TOOLS_COMMON_EXCLUDE_H */
