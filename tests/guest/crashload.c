/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crashload KERNEL INITRD PARAMETERS
 *
 * Loads the kernel that runs after a crash of this one.
 */
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int kernel, initrd;

	if (argc != 4) {
		fprintf(stderr, "usage: crashload KERNEL INITRD PARAMETERS\n");
		return 2;
	}
	kernel = open(argv[1], O_RDONLY);
	initrd = open(argv[2], O_RDONLY);
	if (kernel < 0 || initrd < 0) {
		perror("crashload: open");
		return 2;
	}
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(argv[3]) + 1,
		    argv[3], KEXEC_FILE_ON_CRASH)) {
		perror("crashload: kexec_file_load");
		return 2;
	}
	return 0;
}
