/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A backup map as text: what loads obeys the rules.
 */
#include "fuzz/text_file.h"
#include "record/backup_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text_file f = text_file_new(data, size);
	struct imgfmt_backup_run *runs;
	struct imgfmt_error err;
	size_t count;
	int rc = imgfmt_backup_map_load(f.path, 4096, &runs, &count, &err);

	text_file_free(&f);
	if (rc) {
		FUZZ_ASSERT(!runs && !count);
		fuzz_check_error(rc, &err);
		return 0;
	}
	FUZZ_ASSERT(!backup_map_check(runs, count, 4096, NULL));
	free(runs);
	return 0;
}
