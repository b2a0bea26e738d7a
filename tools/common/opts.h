/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: one table gives the parser and the help text.
 *
 * The table is a local of main(), its rows point at what they fill in:
 *
 *	const struct opt opts[] = {
 *		OPT_FLAG('n', "notes", &cfg.notes, "show the notes"),
 *		OPTS_INPUT(&tool.common),
 *		OPTS_COMMON(&tool.common),
 *		OPTS_END
 *	};
 *
 * The short name is a character or 0, the help text starts with a verb in
 * lower case.  The type of the destination is checked by the compiler.  What
 * is not given on the command line is left as it was.
 */
#ifndef TOOLS_COMMON_OPTS_H
#define TOOLS_COMMON_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/color.h"
#include "common/msg.h"

/* The words that an option takes; the last row has no name. */
struct opt_name {
	const char	*name;
	int		 value;
};

/* Arguments of a repeated option, in order; free with opt_list_fini(). */
struct opt_list {
	const char	**items;	/* the strings belong to argv */
	size_t		  count;
};

void opt_list_fini(struct opt_list *list);

enum opt_kind {
	OPT_KIND_END,
	OPT_KIND_HEADING,	/* no option: a line between them in the help */
	OPT_KIND_HELP,
	OPT_KIND_VERSION,
	OPT_KIND_FLAG,
	OPT_KIND_COUNT,
	OPT_KIND_STRING,
	OPT_KIND_LIST,
	OPT_KIND_WORD,
	OPT_KIND_UINT,
	OPT_KIND_SIZE,
	OPT_KIND_ADDRESS
};

struct opt {
	enum opt_kind	 kind;
	int		 short_name;
	const char	*long_name;
	const char	*arg;		/* its name in the help, or NULL */
	const char	*help;
	const char	*fallback;	/* the argument is optional: its default */
	const struct opt_name *words;
	unsigned int	 min, max;
	bool		*given;			/* set with the value, or NULL */
	union {
		bool		 *flag;
		unsigned int	 *uint;
		uint64_t	 *u64;
		int		 *word;
		const char	**string;
		struct opt_list	 *list;
	} dest;
};

#define OPT_ROW_(k, s, l, a, h) \
	.kind = OPT_KIND_##k, .short_name = (s), .long_name = (l), \
	.arg = (a), .help = (h)

/* bool: set. */
#define OPT_FLAG(s, l, d, h) { OPT_ROW_(FLAG, s, l, NULL, h), .dest.flag = (d) }
/* unsigned int: one more each time. */
#define OPT_COUNT(s, l, d, h) \
	{ OPT_ROW_(COUNT, s, l, NULL, h), .dest.uint = (d) }
/* const char *: the argument, part of argv. */
#define OPT_STRING(s, l, a, d, h) \
	{ OPT_ROW_(STRING, s, l, a, h), .dest.string = (d) }
/* The same with --name[=ARG]; @f stands for a missing argument. */
#define OPT_STRING_OR(s, l, a, d, f, h) \
	{ OPT_ROW_(STRING, s, l, a, h), .fallback = (f), .dest.string = (d) }
/* struct opt_list: every argument. */
#define OPT_LIST(s, l, a, d, h) \
	{ OPT_ROW_(LIST, s, l, a, h), .dest.list = (d) }
/* int: the value of one of the words @w, which the help lists. */
#define OPT_WORD(s, l, a, d, w, h) \
	{ OPT_ROW_(WORD, s, l, a, h), .words = (w), .dest.word = (d) }
/* unsigned int: a decimal number up to @m. */
#define OPT_UINT(s, l, a, d, m, h) \
	{ OPT_ROW_(UINT, s, l, a, h), .max = (m), .dest.uint = (d) }
/* The same from 1 on. */
#define OPT_COUNT_OF(s, l, a, d, m, h) \
	{ OPT_ROW_(UINT, s, l, a, h), .min = 1, .max = (m), .dest.uint = (d) }
/* uint64_t: bytes, with K, M, G, ... or KB, MB, GB, ... */
#define OPT_SIZE(s, l, a, d, h) \
	{ OPT_ROW_(SIZE, s, l, a, h), .dest.u64 = (d) }
/* uint64_t: decimal, or hexadecimal after 0x. */
#define OPT_ADDRESS(s, l, a, d, h) \
	{ OPT_ROW_(ADDRESS, s, l, a, h), .dest.u64 = (d) }
/* The same where every value means something; bool @g: whether it was given. */
#define OPT_ADDRESS_GIVEN(s, l, a, d, g, h) \
	{ OPT_ROW_(ADDRESS, s, l, a, h), .given = (g), .dest.u64 = (d) }
/* A title for the rows that follow, such as "What to show:". */
#define OPT_HEADING(text) { .kind = OPT_KIND_HEADING, .help = (text) }
#define OPTS_END { .kind = OPT_KIND_END }

/* What the groups of rows below fill in; zero is the default of all. */
struct common_opts {
	bool		 quiet, force, json, bytes;
	unsigned int	 verbose;
	unsigned int	 threads;	/* 0 means one for each processor */
	int		 color;		/* enum when */
	int		 progress;	/* enum when */
	const char	*output;
	const char	*from;
	uint64_t	 memlimit;	/* bytes, 0 means the library's own */
	uint64_t	 offset;	/* bytes before the image */
	uint64_t	 resume_offset;	/* pages before the swap header */
	struct opt_list	 trust;		/* certificates, or folders of them */
	bool		 require_signature;
	const char	*signature;	/* beside the image */
	const char	*at;		/* when to judge certificates; or NULL */
	struct opt_list	 trust_policy;	/* words */
};

extern const struct opt_name opts_when[];

/*
 * The groups.  A tool takes those that mean something to it; the options of
 * the others are unknown to it.  OPTS_COMMON is for every tool, and last.
 */
#define OPTS_OUTPUT(c) \
	OPT_STRING('o', "output", "FILE", &(c)->output, \
		   "write to FILE, - is standard output"), \
	OPT_FLAG('f', "force", &(c)->force, "overwrite an existing file")

#define OPTS_INPUT(c) \
	OPT_STRING(0, "from", "FORMAT", &(c)->from, \
		   "take the input as FORMAT, do not detect it"), \
	OPT_SIZE(0, "offset", "BYTES", &(c)->offset, \
		 "the image begins BYTES behind the input's beginning"), \
	OPT_ADDRESS(0, "resume-offset", "PAGES", &(c)->resume_offset, \
		 "the swap file begins at page PAGES of the device"), \
	OPT_SIZE(0, "memlimit", "SIZE", &(c)->memlimit, \
		 "take no more memory than SIZE for tables"), \
	OPT_LIST(0, "trust", "CERT|DIR", &(c)->trust, \
		 "verify the image by certificates before it is used"), \
	OPT_FLAG(0, "require-signature", &(c)->require_signature, \
		 "refuse an image that is not signed"), \
	OPT_STRING(0, "signature", "FILE", &(c)->signature, \
		   "look at the signature in FILE too"), \
	OPT_STRING(0, "at", "DATE", &(c)->at, \
		   "judge certificates as of DATE"), \
	OPT_LIST(0, "trust-policy", "WORDS", &(c)->trust_policy, \
		 "expired, any-time, code-signing, revocation")

#define OPTS_THREADS(c) \
	OPT_UINT('T', "threads", "N", &(c)->threads, \
		 IMGFMT_THREADS_MAX, \
		 "use N threads, 0 is one for each processor")

#define OPTS_PROGRESS(c) \
	OPT_WORD(0, "progress", "WHEN", &(c)->progress, opts_when, \
		 "show the progress")

#define OPTS_REPORT(c) \
	OPT_FLAG(0, "json", &(c)->json, "write one JSON document"), \
	OPT_FLAG(0, "bytes", &(c)->bytes, "show sizes in bytes")

#define OPTS_COLOR(c) \
	OPT_WORD(0, "color", "WHEN", &(c)->color, opts_when, \
		 "use colours")

#define OPTS_COMMON(c) \
	OPT_FLAG('q', "quiet", &(c)->quiet, "show errors only"), \
	OPT_COUNT('v', "verbose", &(c)->verbose, "say more, can be repeated"), \
	{ OPT_ROW_(HELP, 'h', "help", NULL, "show this help and exit") }, \
	{ OPT_ROW_(VERSION, 'V', "version", NULL, "show the version and exit") }

enum opts_outcome {
	OPTS_RUN,	/* parsed: go on */
	OPTS_HELP,	/* --help was asked for; nothing after it was read */
	OPTS_VERSION,	/* --version, likewise */
	OPTS_BAD	/* a message was shown */
};

/*
 * Parse the command line into what @opts points at.  Options and operands may
 * be mixed; @first_ret becomes the index of the first operand.  Bit i of
 * *@given_ret is set if row i was among them.
 */
enum opts_outcome opts_parse(const struct opt *opts, int argc, char **argv,
			     struct msg *m, int *first_ret,
			     uint64_t *given_ret);

/*
 * The long name of the first row of @opts that was @given and that @allowed, a
 * list of long names with a NULL behind, lacks; or NULL.
 */
const char *opts_find_other(const struct opt *opts, uint64_t given,
			    const char *const *allowed);

/* The lines of the help text about the options. */
void opts_print(const struct opt *opts, FILE *out);

#endif /* TOOLS_COMMON_OPTS_H */
