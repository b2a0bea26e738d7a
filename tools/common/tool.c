/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame around every tool.
 */
#include "common/tool.h"

#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "common/closeout.h"
#include "common/signals.h"

static void print_help(const struct tool_info *info, const struct opt *opts)
{
	const char *line = info->synopsis;

	puts("Usage:");
	for (;;) {
		size_t len = strcspn(line, "\n");

		printf(" %s %.*s\n", info->name, (int)len, line);
		if (!line[len])
			break;
		line += len + 1;
	}
	printf("\n%s.\n", info->description);
	opts_print(opts, stdout);
	printf("\nExit status:\n"
	       " %d  done, or the answer is yes\n"
	       " %d  the answer is no\n"
	       " %d  trouble\n"
	       " %d  there is no image\n"
	       " %d  a valid image that is not supported here\n"
	       "\nFor more details see %s.\n", EXIT_YES, EXIT_NO, EXIT_TROUBLE,
	       EXIT_NO_IMAGE, EXIT_UNSUPPORTED, info->manual);
}

/* What the kernel compresses hibernation images with is another list. */
static void print_hibernation_codecs(void)
{
	static const char *const names[] = { "none", "lzo", "lz4" };

	fputs("codecs of hibernation images:", stdout);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (imgfmt_codec_usable(names[i]))
			printf(" %s", names[i]);
	putchar('\n');
}

static void print_codecs(void)
{
	struct imgfmt_levels levels;
	const char *name;

	fputs("codecs:", stdout);
	for (unsigned int i = 0; (name = imgfmt_codec_name_at(i)); i++)
		if (imgfmt_codec_usable(name))
			printf(" %s", name);
	putchar('\n');
	print_hibernation_codecs();
	for (unsigned int i = 0; (name = imgfmt_codec_name_at(i)); i++)
		if (imgfmt_codec_usable(name) &&
		    !imgfmt_codec_levels(name, &levels))
			printf("levels of %s: %d to %d, default %d\n", name,
			       levels.min, levels.max, levels.preset);
}

static void print_version(const struct tool_info *info)
{
	printf("%s (imgfmt) %s\n", info->name,
	       info->version ? info->version : imgfmt_version());
	if (info->features)
		puts(info->features);
	else
		print_codecs();
}

static bool check_operands(struct tool *t)
{
	const struct tool_info *info = t->info;

	if (t->noperands < info->operands_min) {
		msg_usage(&t->msg, "missing operand");
		return false;
	}
	if (t->noperands > info->operands_max) {
		msg_usage(&t->msg, "extra operand '%s'",
			  t->operands[info->operands_max]);
		return false;
	}
	return true;
}

/* The command line; false with *exit_ret when it leaves nothing to do. */
static bool read_command_line(struct tool *t, const struct opt *opts, int argc,
			      char **argv, int *exit_ret)
{
	int first = argc;

	switch (opts_parse(opts, argc, argv, &t->msg, &first, &t->given)) {
	case OPTS_HELP:
		print_help(t->info, opts);
		*exit_ret = tool_finish(t, EXIT_YES);
		return false;
	case OPTS_VERSION:
		print_version(t->info);
		*exit_ret = tool_finish(t, EXIT_YES);
		return false;
	case OPTS_BAD:
		*exit_ret = EXIT_TROUBLE;
		return false;
	case OPTS_RUN:
		break;
	}
	t->operands = argv + first;
	t->noperands = argc - first;
	*exit_ret = EXIT_TROUBLE;
	return check_operands(t);
}

static void start_json(struct tool *t)
{
	char format[64];

	snprintf(format, sizeof(format), "%s/1", t->info->name);
	json_start(&t->json, stdout, format);
}

/*
 * Who asked for a document gets one, though the command line was left where it
 * could not be read, maybe before the option that asks.
 */
static bool asks_for_json(const struct tool *t, const struct opt *opts,
			  int argc, char **argv)
{
	const struct opt *o = opts;

	while (o->kind != OPT_KIND_END &&
	       (!o->long_name || strcmp(o->long_name, "json")))
		o++;
	if (o->kind == OPT_KIND_END || t->common.json)
		return t->common.json;
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--json"))
			return true;
	return false;
}

static int refuse_command_line(struct tool *t)
{
	struct imgfmt_error err = {
		.status = IMGFMT_E_USAGE,
		.offset = IMGFMT_NOWHERE,
		.pfn = IMGFMT_NOWHERE,
		.message = "the command line cannot be read",
	};

	if (*t->msg.usage)
		snprintf(err.message, sizeof(err.message), "%s",
			 t->msg.usage);
	start_json(t);
	json_fail(&t->json, NULL, &err);
	return tool_finish(t, EXIT_TROUBLE);
}

static bool progress_wanted(const struct common_opts *c)
{
	if (c->progress != WHEN_AUTO)
		return c->progress == WHEN_ALWAYS;
	return isatty(STDERR_FILENO) && !c->quiet && !c->json;
}

static int message_level(const struct common_opts *c)
{
	return c->quiet ? MSG_QUIET : MSG_NORMAL + (int)c->verbose;
}

bool tool_start(struct tool *t, const struct tool_info *info,
		const struct opt *opts, int argc, char **argv, int *exit_ret)
{
	int os_errno;

	t->info = info;
	t->msg = (struct msg){ .tool = info->name, .out = stderr };
	os_errno = standard_fds_fill();
	if (os_errno) {
		msg_error(&t->msg, "/dev/null", "%s", strerror(os_errno));
		*exit_ret = EXIT_TROUBLE;
		return false;
	}
	if (!read_command_line(t, opts, argc, argv, exit_ret)) {
		if (*exit_ret == EXIT_TROUBLE &&
		    asks_for_json(t, opts, argc, argv))
			*exit_ret = refuse_command_line(t);
		opt_list_fini(&t->common.trust);
		opt_list_fini(&t->common.trust_policy);
		return false;
	}
	t->msg.level = message_level(&t->common);
	progress_init(&t->progress, info->name, stderr,
		      progress_wanted(&t->common));
	t->msg.progress = &t->progress;
	t->color = color_wanted((enum when)t->common.color, stdout);
	signals_catch();
	if (t->common.json)
		start_json(t);
	return true;
}

int tool_finish(struct tool *t, int status)
{
	int os_errno;

	progress_finish(&t->progress);
	json_finish(&t->json);
	os_errno = closeout(stdout);
	imgfmt_trust_free(t->trust);
	t->trust = NULL;
	opt_list_fini(&t->common.trust);
	opt_list_fini(&t->common.trust_policy);
	signals_reraise();
	if (!os_errno)
		return status;
	msg_error(&t->msg, "standard output", "%s", strerror(os_errno));
	return EXIT_TROUBLE;
}

int tool_fail(struct tool *t, const char *file, const struct imgfmt_error *err)
{
	json_fail(&t->json, file, err);
	if (err->status != IMGFMT_E_CANCELLED || !signals_caught())
		msg_failure(&t->msg, file, err);
	return exit_from_status(err->status);
}

int tool_usage(struct tool *t, const char *fmt, ...)
{
	struct imgfmt_error err = {
		.status = IMGFMT_E_USAGE,
		.offset = IMGFMT_NOWHERE,
		.pfn = IMGFMT_NOWHERE,
	};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err.message, sizeof(err.message), fmt, ap);
	va_end(ap);
	return tool_misuse(t, &err);
}

int tool_misuse(struct tool *t, const struct imgfmt_error *err)
{
	json_fail(&t->json, NULL, err);
	if (*err->rule)
		return msg_usage(&t->msg, "%s [%s]", err->message, err->rule);
	return msg_usage(&t->msg, "%s", err->message);
}

const char *tool_output(struct tool *t)
{
	const char *output = t->common.output ? t->common.output : "-";

	if (strcmp(output, "-"))
		return output;
	if (t->common.json) {
		tool_usage(t, "--json and the image both want standard "
			      "output, give -o FILE");
		return NULL;
	}
	if (isatty(STDOUT_FILENO)) {
		tool_usage(t, "an image is not written to a terminal, "
			      "give -o FILE");
		return NULL;
	}
	return output;
}

unsigned int tool_threads(const struct tool *t)
{
	cpu_set_t set;
	long n;

	if (t->common.threads)
		return t->common.threads;
	/* Not all processors may be ours; the mask knows up to 1024. */
	if (!sched_getaffinity(0, sizeof(set), &set))
		return (unsigned int)CPU_COUNT(&set);
	n = sysconf(_SC_NPROCESSORS_ONLN);
	if (n > IMGFMT_THREADS_MAX)
		return IMGFMT_THREADS_MAX;
	return n > 0 ? (unsigned int)n : 1;
}
