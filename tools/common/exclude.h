/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be left out: the words of --exclude, and dump levels.
 */
#ifndef TOOLS_COMMON_EXCLUDE_H
#define TOOLS_COMMON_EXCLUDE_H

#include "common/produce.h"

/*
 * From --exclude, --dump-level and --compat of @p into its opts; false after a
 * message if they cannot be.
 */
bool exclude_take(struct produce *p);

#endif /* TOOLS_COMMON_EXCLUDE_H */
