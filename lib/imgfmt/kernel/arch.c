/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/arch.h"

static const struct kernel_arch *const archs[] = {
	&arch_x86_64,
	&arch_arm64,
};

const struct kernel_arch *arch_find(uint16_t machine, bool big_endian)
{
	for (size_t i = 0; i < ARRAY_SIZE(archs) && !big_endian; i++)
		if (archs[i]->machine == machine)
			return archs[i];
	return NULL;
}
