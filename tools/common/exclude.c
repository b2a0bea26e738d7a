/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/exclude.h"

#include <string.h>

/* What one or several lists of words say. */
struct excluded {
	bool zero, none;
	uint32_t classes;
};

#define CLASS(name) IMGFMT_EXCLUDE(IMGFMT_##name)

/* What can be left out of an image that is to be resumed. */
#define RESUMABLE (CLASS(FREE) | CLASS(UNACCEPTED) | CLASS(OFFLINE) | \
		   CLASS(HWPOISON) | CLASS(KEXEC))

static void add_excluded(struct excluded *e, const struct excluded *more)
{
	e->zero |= more->zero;
	e->none |= more->none;
	e->classes |= more->classes;
}

static bool exclude_word(struct tool *t, const char *word, size_t len,
			 struct excluded *e)
{
	static const struct {
		const char *word;
		struct excluded means;
	} words[] = {
		{ "zero", { .zero = true } },
		{ "none", { .none = true } },
		{ "resumable", { .zero = true, .classes = RESUMABLE } },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) != len ||
		    memcmp(words[i].word, word, len))
			continue;
		add_excluded(e, &words[i].means);
		return true;
	}
	for (int c = IMGFMT_NONE + 1; c < IMGFMT_CLASSES; c++) {
		const char *name = imgfmt_class_name(c);

		if (strlen(name) != len || memcmp(name, word, len))
			continue;
		e->classes |= IMGFMT_EXCLUDE(c);
		return true;
	}
	tool_usage(t, "--exclude: '%.*s' is none of zero, free, unaccepted, "
		   "offline, hwpoison, kexec, cache, cache-private, user, "
		   "hugetlb, resumable, none", (int)len, word);
	return false;
}

/*
 * The bits of makedumpfile's dump level.  That tool leaves out pages that
 * nobody can read or has whenever it looks at their use at all.
 */
static void add_level(unsigned int level, struct excluded *e)
{
	static const struct {
		unsigned int bit;
		struct excluded means;
	} bits[] = {
		{ 1, { .zero = true } },
		{ 2, { .classes = CLASS(CACHE) } },
		{ 4, { .classes = CLASS(CACHE) | CLASS(CACHE_PRIVATE) } },
		{ 8, { .classes = CLASS(USER) | CLASS(HUGETLB) } },
		{ 16, { .classes = CLASS(FREE) | CLASS(UNACCEPTED) } },
		{ 2 | 4 | 8 | 16,
		  { .classes = CLASS(OFFLINE) | CLASS(HWPOISON) } },
	};

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (level & bits[i].bit)
			add_excluded(e, &bits[i].means);
}

static bool exclude_list(struct tool *t, const char *list, struct excluded *e)
{
	for (;;) {
		size_t len = strcspn(list, ",");

		if (!exclude_word(t, list, len, e))
			return false;
		if (!list[len])
			return true;
		list += len + 1;
	}
}

bool exclude_take(struct produce *p)
{
	bool has_level = p->filters && p->level != PRODUCE_NO_LEVEL;
	bool as_peer = p->compat == PRODUCE_MAKEDUMPFILE;
	struct excluded e = { .zero = !p->exclude.count && !p->filters };

	if (p->filters && !has_level && !p->exclude.count) {
		tool_usage(p->tool, "say what to leave out: --exclude=WORDS or -d LEVEL");
		return false;
	}
	if (as_peer && (!has_level || p->exclude.count)) {
		tool_usage(p->tool, "--compat=makedumpfile goes with -d, and without --exclude");
		return false;
	}
	if (has_level)
		add_level(p->level, &e);
	/* It leaves these out at any level, if it looks at pages at all. */
	if (as_peer) {
		e.classes |= CLASS(OFFLINE) | CLASS(HWPOISON);
		p->opts.flags |= IMGFMT_CONVERT_MAKEDUMPFILE;
	}
	for (size_t i = 0; i < p->exclude.count; i++)
		if (!exclude_list(p->tool, p->exclude.items[i], &e))
			return false;
	if (e.none && (e.zero || e.classes)) {
		tool_usage(p->tool, "--exclude: 'none' stands alone");
		return false;
	}
	if (!e.zero)
		p->opts.flags |= IMGFMT_CONVERT_KEEP_ZERO;
	p->opts.exclude = e.classes;
	return true;
}
