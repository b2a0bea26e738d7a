/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening what the command line names.
 */
#include "common/input.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *input_name(const char *operand)
{
	return strcmp(operand, "-") ? operand : "standard input";
}

bool input_is_seekable(const char *operand)
{
	struct stat st;
	int rc = strcmp(operand, "-") ? stat(operand, &st) :
					fstat(STDIN_FILENO, &st);

	return !rc && (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode));
}

static int open_it(const struct tool *t, const struct imgfmt_open_opts *opts,
		   const char *operand, struct imgfmt_image **ret,
		   struct imgfmt_error *err)
{
	if (t->spool)
		return imgfmt_image_open_fd(t->spool, input_name(operand),
					    opts, ret, err);
	if (strcmp(operand, "-"))
		return imgfmt_image_open(operand, opts, ret, err);
	return imgfmt_image_open_fd(STDIN_FILENO, input_name(operand), opts,
				    ret, err);
}

static int misuse(struct imgfmt_error *err, const char *what)
{
	*err = (struct imgfmt_error){
		.status = IMGFMT_E_USAGE, .offset = IMGFMT_NOWHERE,
		.pfn = IMGFMT_NOWHERE,
	};
	snprintf(err->message, sizeof(err->message), "%s", what);
	return err->status;
}

/* What is wrong with a certificate is not about the image. */
static int add_trust(struct imgfmt_trust *trust, const char *path,
		     struct imgfmt_error *err)
{
	struct imgfmt_error e;
	int rc = imgfmt_trust_add(trust, path, &e);

	if (!rc)
		return rc;
	*err = e;
	snprintf(err->message, sizeof(err->message), "--trust %s: %.150s",
		 path, e.message);
	return rc;
}

/* What --trust-policy says, a list with commas. */
static bool take_policy(const char *list, uint32_t *flags)
{
	static const struct {
		const char *word;
		uint32_t flag;
	} words[] = {
		{ "expired", IMGFMT_TRUST_EXPIRED },
		{ "any-time", IMGFMT_TRUST_ANY_TIME },
		{ "code-signing", IMGFMT_TRUST_CODE_SIGNING },
		{ "revocation", IMGFMT_TRUST_REVOCATION },
	};

	for (;;) {
		size_t len = strcspn(list, ",");
		bool known = false;

		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			if (strlen(words[i].word) != len ||
			    memcmp(words[i].word, list, len))
				continue;
			*flags |= words[i].flag;
			known = true;
		}
		if (!known || !list[len])
			return known;
		list += len + 1;
	}
}

static int new_trust(const struct common_opts *c, struct imgfmt_trust **ret,
		     struct imgfmt_error *err)
{
	struct imgfmt_trust_opts opts = {
		.struct_size = sizeof(opts),
		.has_time = c->at != NULL,
	};

	for (size_t i = 0; i < c->trust_policy.count; i++)
		if (!take_policy(c->trust_policy.items[i], &opts.flags))
			return misuse(err, "--trust-policy: words are expired, any-time, code-signing, revocation");
	if (c->at && units_parse_time(c->at, &opts.time))
		return misuse(err, "--at: not a date like 2026-08-20, 2026-08-20T12:34:56Z or @SECONDS");
	return imgfmt_trust_new(&opts, ret, err);
}

/* Once for all inputs. */
static int load_trust(struct tool *t, struct imgfmt_error *err)
{
	const struct common_opts *c = &t->common;
	struct imgfmt_trust *trust;
	int rc;

	if (!c->trust.count && c->require_signature)
		return misuse(err, "--require-signature needs --trust");
	if (!c->trust.count && c->signature)
		return misuse(err, "--signature needs --trust");
	if (!c->trust.count && (c->at || c->trust_policy.count))
		return misuse(err, "--at and --trust-policy need --trust");
	if (!c->trust.count || t->trust)
		return IMGFMT_OK;
	rc = new_trust(c, &trust, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < c->trust.count && !rc; i++)
		rc = add_trust(trust, c->trust.items[i], err);
	if (rc)
		imgfmt_trust_free(trust);
	else
		t->trust = trust;
	return rc;
}

/* A tool that asks who signed says itself that nobody did. */
static void tell_unsigned(struct tool *t, const char *operand,
			  const struct imgfmt_image *image)
{
	struct imgfmt_info info = { .struct_size = sizeof(info) };

	imgfmt_image_info(image, &info);
	if (info.authenticity == IMGFMT_AUTHENTICITY_UNSIGNED && !t->signed_by)
		msg_warning(&t->msg, input_name(operand),
			    "not signed, so nothing proves where it comes from");
}

int input_open(struct tool *t, const char *operand, uint32_t flags,
	       struct imgfmt_image **ret, struct imgfmt_error *err)
{
	bool salvage = flags & IMGFMT_OPEN_SALVAGE;
	bool beside = t->common.signature;
	struct imgfmt_open_opts opts = {
		.struct_size = sizeof(opts),
		.format = t->common.from,
		.memlimit = t->common.memlimit,
		.flags = flags,
		.threads = beside ? tool_threads(t) : 0,
		.signature = t->common.signature,
		.signed_by = t->signed_by,
		.signed_by_ctx = t->signed_by_ctx,
		.offset = t->common.offset,
		.resume_offset = t->common.resume_offset,
		.progress = { progress_update, &t->progress },
	};
	int rc = load_trust(t, err);

	if (rc)
		return rc;
	opts.trust = t->trust;
	if (t->common.require_signature)
		opts.flags |= IMGFMT_OPEN_REQUIRE_SIGNATURE;
	if (salvage || beside)
		progress_start(&t->progress,
			       salvage ? "searching" : "verifying");
	rc = open_it(t, &opts, operand, ret, err);
	if (salvage || beside)
		progress_finish(&t->progress);
	if (!rc)
		tell_unsigned(t, operand, *ret);
	return rc;
}

bool input_machine(struct tool *t, const char *path,
		   struct imgfmt_machine **ret, int *exit_ret)
{
	const char *file = *path ? path : NULL;
	struct imgfmt_error err;

	if (!imgfmt_machine_load(file, ret, &err))
		return true;
	tool_fail(t, file ? file : "this machine", &err);
	*exit_ret = EXIT_TROUBLE;	/* it is not about the image */
	return false;
}
