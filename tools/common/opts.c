/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Option tables, over getopt_long().
 */
#include "common/opts.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"

#define OPTS_MAX 64	/* as many as bits in what was given */
/* Above every character: row i of the table is LONG_BASE + i. */
#define LONG_BASE 256

const struct opt_name opts_when[] = {
	{ "auto", WHEN_AUTO },
	{ "always", WHEN_ALWAYS },
	{ "never", WHEN_NEVER },
	{ NULL, 0 }
};

void opt_list_fini(struct opt_list *list)
{
	free(list->items);
	*list = (struct opt_list){ 0 };
}

static int list_add(struct opt_list *list, const char *item)
{
	const char **items = reallocarray(list->items, list->count + 1,
					  sizeof(*items));

	if (!items)
		return -ENOMEM;
	items[list->count++] = item;
	list->items = items;
	return 0;
}

static int find_word(const struct opt *o, const char *name)
{
	for (const struct opt_name *w = o->words; w->name; w++) {
		if (strcmp(w->name, name))
			continue;
		*o->dest.word = w->value;
		return 0;
	}
	return -EINVAL;
}

static int parse_uint(const struct opt *o, const char *text)
{
	uint64_t v;
	int status = units_parse_number(text, &v);

	if (status)
		return status;
	if (v < o->min || v > o->max)
		return -ERANGE;
	*o->dest.uint = (unsigned int)v;
	return 0;
}

/* Store what option @o says; 0 or a negative errno. */
static int apply(const struct opt *o, const char *text)
{
	switch (o->kind) {
	case OPT_KIND_FLAG:
		*o->dest.flag = true;
		return 0;
	case OPT_KIND_COUNT:
		++*o->dest.uint;
		return 0;
	case OPT_KIND_STRING:
		/* Not the same as none: it comes from a variable that is not set. */
		if (text && !*text)
			return -EINVAL;
		*o->dest.string = text ? text : o->fallback;
		return 0;
	case OPT_KIND_LIST:
		return list_add(o->dest.list, text);
	case OPT_KIND_WORD:
		return find_word(o, text);
	case OPT_KIND_UINT:
		return parse_uint(o, text);
	case OPT_KIND_SIZE:
		return units_parse_size(text, o->dest.u64);
	case OPT_KIND_ADDRESS:
		if (o->given)
			*o->given = true;
		return units_parse_address(text, o->dest.u64);
	default:
		return 0;
	}
}

/* What a kind of argument has to look like. */
static const char *const expected[] = {
	[OPT_KIND_UINT] = "a number",
	[OPT_KIND_SIZE] = "a size such as 512M",
	[OPT_KIND_ADDRESS] = "an address such as 0x1000",
};

static void show_bad_word(const struct opt *o, const char *text,
			  struct msg *m)
{
	char words[256] = "";
	size_t len = 0;

	for (const struct opt_name *w = o->words; w->name; w++) {
		len += (size_t)snprintf(words + len, sizeof(words) - len,
					"%s%s", len ? ", " : "", w->name);
		if (len >= sizeof(words))
			break;
	}
	msg_usage(m, "--%s: '%s' is none of %s", o->long_name, text, words);
}

static void show_bad_value(const struct opt *o, const char *text, int status,
			   struct msg *m)
{
	if (status == -ENOMEM)
		msg_error(m, NULL, "out of memory");
	else if (o->kind == OPT_KIND_WORD)
		show_bad_word(o, text, m);
	else if (o->kind == OPT_KIND_STRING)
		msg_usage(m, "--%s: the argument is empty", o->long_name);
	else if (status == -ERANGE && o->min && strspn(text, "0") == strlen(text))
		msg_usage(m, "--%s: '%s' is below %u", o->long_name, text,
			  o->min);
	else if (status == -ERANGE && o->kind == OPT_KIND_UINT)
		msg_usage(m, "--%s: '%s' is above %u", o->long_name, text,
			  o->max);
	else if (status == -ERANGE)
		msg_usage(m, "--%s: '%s' is too large", o->long_name, text);
	else
		msg_usage(m, "--%s: '%s' is not %s", o->long_name, text,
			  expected[o->kind]);
}

static int argument_form(const struct opt *o)
{
	if (!o->arg)
		return no_argument;
	return o->fallback ? optional_argument : required_argument;
}

/* The table in getopt's own form; zeroed, it is an empty one. */
struct getopt_form {
	struct option	longs[OPTS_MAX + 1];
	char		shorts[3 * OPTS_MAX + 2];
};

static void make_form(const struct opt *opts, struct getopt_form *f)
{
	char *s = f->shorts;
	size_t n = 0;

	*s++ = ':';	/* tell a missing argument from an unknown option */
	for (size_t i = 0; opts[i].kind != OPT_KIND_END; i++) {
		const struct opt *o = &opts[i];

		if (o->kind == OPT_KIND_HEADING)
			continue;
		if (i >= OPTS_MAX)
			abort();
		f->longs[n++] = (struct option){
			.name = o->long_name,
			.has_arg = argument_form(o),
			.val = LONG_BASE + (int)i,
		};
		if (!o->short_name)
			continue;
		*s++ = (char)o->short_name;
		for (int c = argument_form(o); c > 0; c--)
			*s++ = ':';
	}
}

/* The row that getopt's return value @c stands for, or NULL. */
static const struct opt *find_row(const struct opt *opts, int c)
{
	if (c >= LONG_BASE)
		return &opts[c - LONG_BASE];
	for (const struct opt *o = opts; o->kind != OPT_KIND_END; o++)
		if (c && o->short_name == c)
			return o;
	return NULL;
}

/* Whether @word, up to a '=', begins the names of several options. */
static bool is_ambiguous(const struct opt *opts, const char *word)
{
	size_t len = strcspn(word, "=");
	unsigned int n = 0;

	for (const struct opt *o = opts; o->kind != OPT_KIND_END; o++)
		n += o->long_name && !strncmp(o->long_name, word, len);
	return n > 1;
}

static bool ends_with_word(const char *name, size_t len, const char *word,
			   size_t word_len)
{
	return len > word_len && name[len - word_len - 1] == '-' &&
	       !strncmp(name + len - word_len, word, word_len);
}

/* --key where it is --sign-key, or the other way round. */
static void hint_option(const struct opt *opts, const char *word,
			struct msg *m)
{
	size_t len = strcspn(word, "=");

	for (const struct opt *o = opts; o->kind != OPT_KIND_END; o++) {
		size_t own = o->long_name ? strlen(o->long_name) : 0;

		if (own && len &&
		    (ends_with_word(o->long_name, own, word, len) ||
		     ends_with_word(word, len, o->long_name, own))) {
			msg_hint(m, "perhaps --%s is meant", o->long_name);
			return;
		}
	}
}

/* getopt found no option: @word is where it stopped. */
static void show_bad_option(const struct opt *opts, int c, const char *word,
			    struct msg *m)
{
	const struct opt *o = find_row(opts, optopt);

	if (c == ':' && o)
		msg_usage(m, "--%s needs an argument", o->long_name);
	else if (optopt >= LONG_BASE)
		msg_usage(m, "--%s takes no argument", o->long_name);
	else if (optopt)
		msg_usage(m, "unknown option '-%c'", optopt);
	else if (is_ambiguous(opts, word + 2))
		msg_usage(m, "option '%s' is ambiguous", word);
	else {
		msg_usage(m, "unknown option '%s'", word);
		hint_option(opts, word + 2, m);
	}
}

enum opts_outcome opts_parse(const struct opt *opts, int argc, char **argv,
			     struct msg *m, int *first_ret,
			     uint64_t *given_ret)
{
	struct getopt_form form = { 0 };
	const struct opt *o;
	int c, status;

	*given_ret = 0;
	make_form(opts, &form);
	opterr = 0;
	optind = 0;	/* glibc and musl: start anew */
	while ((c = getopt_long(argc, argv, form.shorts, form.longs,
				NULL)) != -1) {
		o = c == '?' || c == ':' ? NULL : find_row(opts, c);
		if (!o) {
			show_bad_option(opts, c, argv[optind - 1], m);
			return OPTS_BAD;
		}
		if (o->kind == OPT_KIND_HELP)
			return OPTS_HELP;
		if (o->kind == OPT_KIND_VERSION)
			return OPTS_VERSION;
		status = apply(o, optarg);
		if (status) {
			show_bad_value(o, optarg, status, m);
			return OPTS_BAD;
		}
		*given_ret |= (uint64_t)1 << (o - opts);
	}
	*first_ret = optind;
	return OPTS_RUN;
}

static bool is_listed(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(name, *list))
			return true;
	return false;
}

const char *opts_find_other(const struct opt *opts, uint64_t given,
			    const char *const *allowed)
{
	for (size_t i = 0; opts[i].kind != OPT_KIND_END; i++)
		if (given >> i & 1 && !is_listed(opts[i].long_name, allowed))
			return opts[i].long_name;
	return NULL;
}
