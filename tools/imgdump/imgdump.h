/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * imgdump: what its parts share.
 *
 * One section of the output is one WHAT of the command line.  Each has a
 * function that prints it as text and one that writes it as JSON; both return
 * 0 or a negative enum imgfmt_status with @err filled.
 */
#ifndef IMGDUMP_H
#define IMGDUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/opts.h"
#include "common/table.h"
#include "common/tool.h"
#include "imgfmt.h"

/* In the order of the output. */
enum what {
	WHAT_SUMMARY,
	WHAT_HEADERS,
	WHAT_SEGMENTS,
	WHAT_NOTES,
	WHAT_BACKUP_MAP,
	WHAT_MEMORY_MAP,
	WHAT_MAPPINGS,
	WHAT_VMCOREINFO,
	WHAT_DMESG,
	WHAT_MANIFEST,
	WHAT_PAGES,
	WHAT_READ,
	WHATS
};

/* Bytes at an address, never empty, never beyond 2^64. */
struct span {
	uint64_t address, size;
};

struct dump {
	struct tool		tool;
	const char		*file;		/* as messages call it */
	struct imgfmt_image	*image;
	struct imgfmt_info	info;
	bool			damaged;	/* what is intact is shown */
	struct imgfmt_kernel	*kernel;	/* NULL until it is needed */
	bool			wanted[WHATS];
	bool			titled;		/* there are several sections */
	bool			raw;
	int			view;		/* asked for, or 0 */
	bool			virt, phys;	/* addresses of --read */
	const char		*vmcoreinfo_file;
	char			*vmcoreinfo;	/* what is in it, or NULL */
	size_t			vmcoreinfo_size;
	bool			machine_facts;	/* and no image */
	struct opt_list		reads;		/* arguments of --read */
	struct span		*spans;		/* the same, parsed */
};

/* Describe a failure that is not one of the image; returns @status. */
int dump_error(struct imgfmt_error *err, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for a wrong command line, which is told at once; false. */
bool dump_usage(struct dump *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * What a signature of the image signs, to be freed; of another format it is made
 * from all of the image.  IMGFMT_E_ABSENT where there is none.
 */
int dump_manifest(struct dump *d, void **ret, size_t *size_ret,
		  struct imgfmt_error *err);

/* The view that pages are shown in. */
int dump_view(const struct dump *d);

/* Bytes of @pages frames. */
uint64_t dump_pages_size(const struct dump *d, uint64_t pages);

/* A size as --bytes asks, for the arguments of one printf(). */
#define DUMP_SIZE(d, n) units_size(UNITS_BUF, (n), (d)->tool.common.bytes)

/* ---- Text ------------------------------------------------------------ */

void text_table(struct dump *d, struct table *t,
		const struct table_column *columns, size_t ncolumns);
int text_table_end(struct table *t, struct imgfmt_error *err);

/* A section without rows: "none" below its title, else a warning. */
void text_nothing(struct dump *d, const char *what);

int text_summary(struct dump *d, struct imgfmt_error *err);
int text_headers(struct dump *d, struct imgfmt_error *err);
int text_segments(struct dump *d, struct imgfmt_error *err);
int text_notes(struct dump *d, struct imgfmt_error *err);
int text_backup_map(struct dump *d, struct imgfmt_error *err);
int text_memory_map(struct dump *d, struct imgfmt_error *err);
int text_mappings(struct dump *d, struct imgfmt_error *err);
int text_vmcoreinfo(struct dump *d, struct imgfmt_error *err);
int text_dmesg(struct dump *d, struct imgfmt_error *err);
int text_manifest(struct dump *d, struct imgfmt_error *err);
int text_pages(struct dump *d, struct imgfmt_error *err);
int text_read(struct dump *d, struct imgfmt_error *err);

/* ---- JSON ------------------------------------------------------------ */

int json_summary(struct dump *d, struct imgfmt_error *err);
int json_headers(struct dump *d, struct imgfmt_error *err);
int json_segments(struct dump *d, struct imgfmt_error *err);
int json_notes(struct dump *d, struct imgfmt_error *err);
int json_backup_map(struct dump *d, struct imgfmt_error *err);
int json_memory_map(struct dump *d, struct imgfmt_error *err);
int json_mappings(struct dump *d, struct imgfmt_error *err);
int json_vmcoreinfo(struct dump *d, struct imgfmt_error *err);
int json_dmesg(struct dump *d, struct imgfmt_error *err);
int json_manifest(struct dump *d, struct imgfmt_error *err);
int json_pages(struct dump *d, struct imgfmt_error *err);
int json_read(struct dump *d, struct imgfmt_error *err);

/* ---- Bytes as they are ------------------------------------------------ */

int raw_vmcoreinfo(struct dump *d, struct imgfmt_error *err);
int raw_dmesg(struct dump *d, struct imgfmt_error *err);
int raw_manifest(struct dump *d, struct imgfmt_error *err);
int raw_read(struct dump *d, struct imgfmt_error *err);

#endif /* IMGDUMP_H */
