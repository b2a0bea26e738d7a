/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Collecting the facts of a machine; private to machine/.
 */
#ifndef IMGFMT_MACHINE_FACTS_H
#define IMGFMT_MACHINE_FACTS_H

#include "io/text.h"
#include "machine/machine.h"

#define MACHINE_RAM_TYPE "System RAM"

int machine_new(struct imgfmt_machine **ret, struct imgfmt_error *err);

/* In any order; overlapping RAM becomes one range.  @last is inclusive. */
int machine_add_ram(struct imgfmt_machine *m, uint64_t first, uint64_t last,
		    struct imgfmt_error *err);
/* The type is all of @type. */
int machine_add_firmware(struct imgfmt_machine *m, uint64_t first,
			 uint64_t last, const struct line *type,
			 struct imgfmt_error *err);

/* The rest, to be filled in. */
struct machine_identity *machine_own_identity(struct imgfmt_machine *m);

/*
 * All is known: sort, merge, digest.  A machine of which neither its RAM nor
 * anything else is known is refused.
 */
int machine_finish(struct imgfmt_machine *m, struct imgfmt_error *err);

#endif /* IMGFMT_MACHINE_FACTS_H */
