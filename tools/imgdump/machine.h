/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts of the machine that this runs on, for use on another one.
 */
#ifndef TOOLS_IMGDUMP_MACHINE_H
#define TOOLS_IMGDUMP_MACHINE_H

#include "common/tool.h"

/* Print them as text or JSON; the exit status. */
int machine_facts(struct tool *t);

#endif /* TOOLS_IMGDUMP_MACHINE_H */
