/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one path of the tools that make an image: options, output, conversion,
 * summary.
 *
 * A tool adds its own rows to OPTS_PRODUCE, fills in what they mean in @opts,
 * and leaves the rest to produce_run().
 */
#ifndef TOOLS_COMMON_PRODUCE_H
#define TOOLS_COMMON_PRODUCE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/opts.h"
#include "common/signing.h"
#include "common/tool.h"

/* The values of --view and --from-view. */
extern const struct opt_name opts_view[];

/* The library has no more of them: rules about a resume, and doubts. */
#define PRODUCE_WARNINGS 14

/* The formats that the library writes, as words of --to. */
#define PRODUCE_FORMATS_MAX 16

/* The backup map of the source's own memory, in place of a file. */
#define PRODUCE_AUTO "auto"

/* Whose dump levels they are. */
enum { PRODUCE_MAKEDUMPFILE = 1 };

/* No --dump-level was given. */
#define PRODUCE_NO_LEVEL (~0u)

/* Zeroed by main(), but for @tool and what is not zero by default. */
struct produce {
	struct tool		  *tool;
	struct imgfmt_convert_opts opts;	/* --codec, --block-pages, ... */
	struct opt_list		   exclude;
	bool			   filters;	/* --exclude must say something */
	unsigned int		   level;	/* or PRODUCE_NO_LEVEL */
	int			   compat;	/* 0: what is right */
	bool			   dry_run;	/* write nothing */
	bool			   to_area;	/* a dry run looks at -o */
	bool			   implausible;
	const char		  *vmcoreinfo;	/* a file */
	const char		  *also_read;	/* a file of the tool's own options */
	uint64_t		   spool;	/* bytes of a pipe at most */
	bool			   content_digests;
	bool			   salvage;
	int			   view;
	const char		  *backup_map;	/* a file, or PRODUCE_AUTO */
	bool			   swap;	/* the output is a swap area */
	struct imgfmt_swap_opts	   area;
	bool			   swap_file, disk_image;	/* or it is such */
	bool			   used, elsewhere;	/* of images on swap */
	struct signing		   signing;

	/* While it runs. */
	struct imgfmt_backup_run  *runs;	/* of the backup map */
	char			  *text;	/* VMCOREINFO */
	const char		  *output;
	uint64_t		   lost_ranges;
	uint64_t		   page_size;	/* of the input */
	struct imgfmt_error	   warnings[PRODUCE_WARNINGS];
	size_t			   warning_count;
};

#define OPTS_PRODUCE(p) \
	OPT_STRING(0, "codec", "NAME[:LEVEL]", &(p)->opts.codec, \
		   "compress blocks with NAME " \
		   "(none, zlib, lzma, zstd, lz4)"), \
	OPT_COUNT_OF(0, "block-pages", "N", &(p)->opts.block_pages, 64, \
		     "compress N pages at a time, a power of 2"), \
	OPT_WORD(0, "view", "VIEW", &(p)->view, opts_view, \
		 "address pages as in VIEW"), \
	OPT_STRING(0, "backup-map", "FILE", &(p)->backup_map, \
		   "take the backup map from FILE, or find it (auto)"), \
	OPT_LIST(0, "exclude", "WORDS", &(p)->exclude, \
		 "leave out pages by what they hold or were used for\n" \
		 "(zero, free, unaccepted, offline, hwpoison, kexec, " \
		 "cache, cache-private, user, hugetlb, resumable, none)"), \
	OPT_STRING(0, "vmcoreinfo", "FILE", &(p)->vmcoreinfo, \
		   "take VMCOREINFO from FILE, not from the input"), \
	OPT_SIZE(0, "spool", "SIZE", &(p)->spool, \
		 "keep at most SIZE of a pipe in a temporary file"), \
	OPT_COUNT_OF(0, "max-segments", "N", &(p)->opts.max_segments, \
		     UINT32_MAX, "make no more than N segments"), \
	OPT_FLAG(0, "allow-implausible", &(p)->implausible, \
		 "write it although classes are not plausible"), \
	OPT_FLAG(0, "content-digests", &(p)->content_digests, \
		 "add digests of the pages themselves"), \
	OPTS_SIGNING(&(p)->signing)

/*
 * The formats with all of @flags, IMGFMT_SINK_; @words ends with a row without
 * a name.
 */
void produce_list_formats(uint32_t flags,
			  struct opt_name words[PRODUCE_FORMATS_MAX + 1]);

/* First of all: what fails from here on is about the input @operand. */
void produce_begin(struct produce *p, const char *operand);

/* Make the image of @operand, report, free what it took.  The exit status. */
int produce_run(struct produce *p, const char *operand);

#endif /* TOOLS_COMMON_PRODUCE_H */
