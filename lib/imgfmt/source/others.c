/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/others.h"

#include <string.h>

#include "base/base.h"
#include "base/error.h"

#define PACKED_BY(name) "compressed by " name ": decompress it first"

/* A string and the bytes of it, zeros among them. */
#define MARK(text) text, sizeof(text) - 1

static const struct {
	const char *mark;
	size_t size;
	const char *what;
} others[] = {
	{ MARK("KDUMP   "),
	  "a dump in makedumpfile's compressed format, which is not read: makedumpfile -E makes an ELF core instead" },
	{ MARK("DISKDUMP"),
	  "a dump in the format of diskdump, which is not read: makedumpfile -E makes an ELF core instead" },
	{ MARK("makedumpfile\0\0\0\0"),
	  "a dump in makedumpfile's flattened format: makedumpfile -R makes a file of it first" },
	{ MARK("EMiL"),
	  "a memory dump in the format of LiME, which is not read" },
	{ MARK("QFI\xfb"),
	  "a disk in the format qcow2: qemu-img convert -O raw makes one of it that is read" },
	{ MARK("\x1f\x8b\x08"), PACKED_BY("gzip") },
	{ MARK("\xfd""7zXZ\0"), PACKED_BY("xz") },
	{ MARK("\x28\xb5\x2f\xfd"), PACKED_BY("zstd") },
	{ MARK("\x04\x22\x4d\x18"), PACKED_BY("lz4") },
	{ MARK("BZh"), PACKED_BY("bzip2") },
	{ MARK("\x89LZO\0\r\n\x1a\n"), PACKED_BY("lzop") },
};

int others_refuse(const uint8_t *head, size_t len, struct imgfmt_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (len >= others[i].size &&
		    !memcmp(head, others[i].mark, others[i].size))
			return err_set(err, IMGFMT_E_UNSUPPORTED, "%s",
				       others[i].what);
	return IMGFMT_OK;
}
