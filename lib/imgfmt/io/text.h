/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Small text files of lines with hexadecimal numbers, as the kernel exports
 * them: the whole file in memory, and a cursor over its lines.
 */
#ifndef IMGFMT_IO_TEXT_H
#define IMGFMT_IO_TEXT_H

#include "base/base.h"
#include "imgfmt.h"

struct text {
	char  *data;
	size_t len;
	size_t pos;	/* of the next line */
	size_t line;	/* number of the last line taken, from 1 */
	size_t end;	/* of that line, its comment included */
};

/* What is left of a line. */
struct line {
	const char *pos, *end;
};

/* IMGFMT_E_LIMIT for more than @max bytes. */
int text_load(const char *path, size_t max, struct text *ret,
	      struct imgfmt_error *err);
void text_fini(struct text *t);

/*
 * The next line that is not empty, without comment ("#" to the end), blanks at
 * its ends and carriage return.  False at the end of the text.
 */
bool text_next_line(struct text *t, struct line *ret);

/* Give @l, a rest of the last line, the comment that was cut off. */
void text_uncut(const struct text *t, struct line *l);

struct io;

/* The same of a text of any length, of which a buffer is all that is in memory. */
struct text_stream {
	struct io *io;
	char	*buf;
	size_t	 pos, len;	/* what of it is still to be taken */
	uint64_t read, max;	/* bytes of the file */
	size_t	 line;		/* number of the last line taken, from 1 */
	bool	 end;
};

/* The longest line of a stream, without its newline. */
#define TEXT_LINE_MAX	4096u

/* No more than @max bytes are read; see text_stream_next_line(). */
int text_stream_open(const char *path, uint64_t max, struct text_stream *ret,
		     struct imgfmt_error *err);
void text_stream_fini(struct text_stream *t);

/*
 * Valid until the next call.  IMGFMT_END at the end of the text, IMGFMT_E_LIMIT
 * in one that is longer than was allowed, and IMGFMT_E_USAGE in a line that is.
 */
int text_stream_next_line(struct text_stream *t, struct line *ret,
			  struct imgfmt_error *err);

static inline bool line_is_empty(const struct line *l)
{
	return l->pos == l->end;
}

/*
 * Each takes what it is named after from the beginning of the line, and the
 * blanks behind it; false, and nothing taken, if something else stands there.
 */
/* A number in hexadecimal with or without 0x, of at most 64 bits. */
bool line_take_hex(struct line *l, uint64_t *ret);
/* A number in decimal, or in hexadecimal with 0x, of at most 64 bits. */
bool line_take_number(struct line *l, uint64_t *ret);
/* @c itself. */
bool line_take_char(struct line *l, char c);
/* The word @word, which ends with the line or at a blank. */
bool line_take_word(struct line *l, const char *word);

#endif /* IMGFMT_IO_TEXT_H */
