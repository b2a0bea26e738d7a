/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kexec_call.h"

#include <linux/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

int kexec_call_load(const struct load_plan *plan, unsigned long flags)
{
	return (int)syscall(SYS_kexec_load, plan->entry, plan->count,
			    plan->segments, flags | KEXEC_ARCH_X86_64);
}

int kexec_call_unload(void)
{
	return (int)syscall(SYS_kexec_load, 0, 0, NULL, KEXEC_ARCH_X86_64);
}

int kexec_call_jump(void)
{
	return (int)syscall(SYS_reboot, LINUX_REBOOT_MAGIC1,
			    LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL);
}
