/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * imgsign - sign an image, and what becomes of its signatures.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/clash.h"
#include "common/input.h"
#include "common/text.h"
#include "imgsign/imgsign.h"

struct imgsign {
	struct tool	 tool;
	struct signing	 signing;
	struct new_key	 new_key;
	bool		 list;
	const char	*replace, *remove;	/* NULL, or which; "" is all */
	const char	*detached;
	const char	*extract, *which;	/* a file; NULL is the only one */

	struct signers	 before;	/* who signed the image */
	struct imgfmt_image *image;
	const char	*input;
	void		*manifest;
	size_t		 manifest_size;
	void		*signature;
	size_t		 signature_size;
};

/* ---- Signing ---------------------------------------------------------- */

/* The new signature, and who it says signed. */
static int make_signature(struct imgsign *c, const struct imgfmt_signer *signer,
			  struct signers *who)
{
	struct imgfmt_error err;
	int rc = imgfmt_signer_sign(signer, c->manifest, c->manifest_size,
				    &c->signature, &c->signature_size, &err);

	if (!rc)
		rc = imgfmt_signature_judge(NULL, c->manifest,
					    c->manifest_size, c->signature,
					    c->signature_size, signers_take,
					    who, &err);
	if (!rc)
		return EXIT_YES;
	tool_fail(&c->tool, c->signing.key, &err);
	return EXIT_TROUBLE;
}

/* A file of its own for a signature. */
static int write_file(struct imgsign *c, const char *name, const void *data,
		      size_t size)
{
	uint32_t flags = c->tool.common.force ? IMGFMT_OUTPUT_FORCE : 0;
	struct imgfmt_output *out;
	struct imgfmt_error err, own;
	struct stat st;
	int rc;

	if (!flags && !stat(name, &st) && S_ISREG(st.st_mode))
		return tool_usage(&c->tool, "%s: exists, --force replaces it",
				  name);
	rc = imgfmt_output_path(name, flags | IMGFMT_OUTPUT_PUBLIC, &out,
				&err);
	if (!rc) {
		rc = imgfmt_output_put(out, data, size, &err);
		imgfmt_output_free(out);
	}
	if (rc)
		return tool_fail(&c->tool, name,
				 msg_is_about(&err, name, &own) ? &own : &err);
	json_string(&c->tool.json, "output", name);
	return EXIT_YES;
}

static int write_detached(struct imgsign *c, const char *subject)
{
	int status = write_file(c, c->detached, c->signature,
				c->signature_size);

	if (!status)
		msg_summary(&c->tool.msg, c->detached, "signature of %s by %s",
			    c->input, subject);
	return status;
}

/* The slots of those who sign again. */
static uint32_t slots_of(const struct signers *before,
			 const struct signers *who)
{
	uint32_t slots = 0;

	for (size_t i = 0; i < before->count; i++)
		if (before->rows[i].s.slot >= 0 && who->count &&
		    signers_same(&before->rows[i].s, &who->rows[0].s))
			slots |= 1u << before->rows[i].s.slot;
	return slots;
}

static int change_slots(struct imgsign *c, uint32_t clear, const char *subject)
{
	const struct imgfmt_slots_opts opts = {
		.struct_size = sizeof(opts),
		.offset = c->tool.common.offset,
		.clear = clear,
		.signature = c->signature,
		.signature_size = c->signature_size,
	};
	struct msg *m = &c->tool.msg;
	struct imgfmt_error err;
	size_t len = strlen(c->input);
	int slot, status;

	if (imgfmt_slots_write(c->image, c->input, &opts, &slot, &err)) {
		/* The library names the file that it changes. */
		if (!strncmp(err.message, c->input, len) &&
		    !strncmp(err.message + len, ": ", 2))
			memmove(err.message, err.message + len + 2,
				strlen(err.message + len + 2) + 1);
		status = tool_fail(&c->tool, c->input, &err);
		if (err.status == IMGFMT_E_LIMIT)
			msg_hint(m, "--replace or --remove makes room");
		return err.status == IMGFMT_E_UNFIT ? EXIT_TROUBLE : status;
	}
	if (slot >= 0)
		json_uint(&c->tool.json, "slot", (uint64_t)slot + 1);
	else
		json_null(&c->tool.json, "slot");
	json_uint(&c->tool.json, "removed",
		  (uint64_t)__builtin_popcount(clear));
	if (slot >= 0)
		msg_summary(m, c->input, "signed by %s in slot %d%s", subject,
			    slot + 1, clear ? ", instead of an older signature" :
					      "");
	else
		msg_summary(m, c->input, "%d signature%s removed",
			    __builtin_popcount(clear),
			    __builtin_popcount(clear) == 1 ? "" : "s");
	return EXIT_YES;
}

/* Nothing to remove is as it should be; a name that is not there is not. */
static int find_slots(struct imgsign *c, const char *which, uint32_t *ret)
{
	struct imgfmt_error err = { .status = IMGFMT_E_UNSIGNED,
				    .offset = IMGFMT_NOWHERE,
				    .pfn = IMGFMT_NOWHERE };

	*ret = signers_slots(&c->before, which);
	if (!*which || *ret)
		return EXIT_YES;
	snprintf(err.message, sizeof(err.message),
		 "no signature '%.64s': give a slot, or 8 digits or more of a fingerprint, serial number or key id",
		 which);
	return tool_fail(&c->tool, c->input, &err);
}

/* Of several it must be said which. */
static int choose_slot(struct imgsign *c, int *ret)
{
	struct imgfmt_error err = { .status = IMGFMT_E_UNSIGNED,
				    .offset = IMGFMT_NOWHERE,
				    .pfn = IMGFMT_NOWHERE,
				    .message = "no slot has a signature" };
	uint32_t slots;
	int status = find_slots(c, c->which ? c->which : "", &slots);

	if (status)
		return status;
	if (!slots)
		return tool_fail(&c->tool, c->input, &err);
	if (slots & (slots - 1))
		return tool_usage(&c->tool, "%s: has %d signatures%s, say by --which of which slot",
				  c->input, __builtin_popcount(slots),
				  c->which ? " of that name" : "");
	*ret = __builtin_ctz(slots);
	return EXIT_YES;
}

/* As it is in its slot, whether it is good or not. */
static int extract(struct imgsign *c)
{
	struct imgfmt_slot slot = { 0 };
	int i = 0, status = choose_slot(c, &i);

	if (status)
		return status;
	imgfmt_image_slot(c->image, (size_t)i, &slot);
	status = write_file(c, c->extract, slot.signature, slot.size);
	if (status)
		return status;
	json_uint(&c->tool.json, "slot", (uint64_t)i + 1);
	msg_summary(&c->tool.msg, c->extract, "signature in slot %d of %s",
		    i + 1, c->input);
	return EXIT_YES;
}

static int sign(struct imgsign *c, const struct imgfmt_signer *signer)
{
	const char *subject = imgfmt_signer_subject(signer);
	struct signers *who = calloc(1, sizeof(*who));
	uint32_t clear = 0;
	int status;

	if (!who)
		return EXIT_TROUBLE;
	status = make_signature(c, signer, who);
	json_string(&c->tool.json, "signer", subject);
	if (!status && c->replace)
		status = find_slots(c, c->replace, &clear);
	clear |= slots_of(&c->before, who);
	free(who);
	if (status)
		return status;
	return c->detached ? write_detached(c, subject) :
			     change_slots(c, clear, subject);
}

/* ---- The image --------------------------------------------------------- */

static void list(struct imgsign *c)
{
	signers_json(&c->tool.json, &c->before);
	if (c->tool.common.json)
		return;
	for (size_t i = 0; i < c->before.count; i++) {
		text_escape(stdout, c->input, strlen(c->input));
		printf(": ");
		signers_describe(stdout, &c->before.rows[i].s);
		putchar('\n');
	}
	if (c->before.count || c->tool.common.quiet)
		return;
	text_escape(stdout, c->input, strlen(c->input));
	printf(": not signed\n");
}

static int open_image(struct imgsign *c, const char *operand)
{
	struct imgfmt_error err;
	struct imgfmt_info info = { .struct_size = sizeof(info) };

	c->tool.signed_by = signers_take;
	c->tool.signed_by_ctx = &c->before;
	if (input_open(&c->tool, operand, IMGFMT_OPEN_DAMAGED, &c->image,
		       &err)) {
		/* What is there is shown all the same. */
		if (c->list && c->before.count)
			list(c);
		return tool_fail(&c->tool, c->input, &err);
	}
	imgfmt_image_info(c->image, &info);
	if (!imgfmt_image_damage(c->image, &err)) {
		if (c->detached || info.level != IMGFMT_SEALED)
			return tool_fail(&c->tool, c->input, &err);
		msg_caution(&c->tool.msg, c->input, &err);
	}
	if (!c->detached && !c->list && info.level != IMGFMT_SEALED) {
		err = (struct imgfmt_error){ .status = IMGFMT_E_UNSUPPORTED,
					     .offset = IMGFMT_NOWHERE,
					     .pfn = IMGFMT_NOWHERE };
		snprintf(err.message, sizeof(err.message),
			 "only a sealed image has room for signatures");
		tool_fail(&c->tool, c->input, &err);
		msg_hint(&c->tool.msg, info.level || info.has_info ?
			 "seal it first: imgconv -o NEW IMAGE" :
			 "make an image of it with imgmake -o NEW, or sign it with --detached=FILE");
		return EXIT_UNSUPPORTED;
	}
	return EXIT_YES;
}

static int take_manifest(struct imgsign *c)
{
	const struct imgfmt_manifest_opts opts = {
		.struct_size = sizeof(opts),
		.threads = tool_threads(&c->tool),
		.progress = { progress_update, &c->tool.progress },
	};
	struct imgfmt_error err;
	int rc;

	progress_start(&c->tool.progress, NULL);
	rc = imgfmt_manifest_make(c->image, &opts, &c->manifest,
				  &c->manifest_size, &err);
	progress_finish(&c->tool.progress);
	return rc ? tool_fail(&c->tool, c->input, &err) : EXIT_YES;
}

static int work(struct imgsign *c, const struct imgfmt_signer *signer)
{
	uint32_t clear;
	int status = open_image(c, c->tool.operands[0]);

	if (status)
		return status;
	if (c->list) {
		list(c);
		return EXIT_YES;
	}
	if (signer) {
		status = take_manifest(c);
		return status ? status : sign(c, signer);
	}
	if (c->extract)
		return extract(c);
	status = find_slots(c, c->remove, &clear);
	return status ? status : change_slots(c, clear, NULL);
}

/* What belongs together on the command line. */
static const char *find_misuse(const struct imgsign *c)
{
	const struct signing *s = &c->signing;
	bool signs = s->key;

	if (c->new_key.name)
		return c->list || c->remove || c->replace || signs ||
		       c->detached || c->extract || c->which ||
		       c->tool.noperands ?
			       "--new-key stands alone" : NULL;
	if (!c->tool.noperands)
		return "an image is missing";
	if (!strcmp(c->tool.operands[0], "-"))
		return "an image is signed where it stands: standard input will not do";
	if (c->list + !!c->remove + !!c->extract + signs != 1)
		return "say what to do: --key, --remove, --list, --extract or --new-key";
	if (c->which && !c->extract)
		return "--which is for --extract";
	if (!signs && (c->replace || c->detached || s->attributes ||
		       s->with_cert || s->pss || s->digest))
		return "without --key nothing is signed";
	if (c->detached && c->replace)
		return "--detached leaves the image alone: no --replace";
	return NULL;
}

/* Nothing that is read, and nothing that is no file. */
static bool check_output(struct imgsign *c, const char *name)
{
	const char *const image = c->input;
	struct stat st;

	if (!name)
		return true;
	if (stat(name, &st) || !(S_ISBLK(st.st_mode) || S_ISCHR(st.st_mode)))
		return clash_check(&c->tool, name, &c->signing, &image, 1);
	tool_usage(&c->tool, "%s: a device, which no signature is written to",
		   name);
	return false;
}

static int run(struct imgsign *c)
{
	struct imgfmt_signer *signer = NULL;
	const char *misuse = find_misuse(c);
	int status = EXIT_TROUBLE;

	if (misuse)
		return tool_usage(&c->tool, "%s", misuse);
	c->new_key.passphrase_file = c->signing.passphrase_file;
	if (c->new_key.name)
		return new_key_make(&c->tool, &c->new_key);
	c->input = c->tool.operands[0];
	json_string(&c->tool.json, "input", c->input);
	if (!check_output(c, c->detached) || !check_output(c, c->extract))
		return EXIT_TROUBLE;
	if (!signing_load(&c->tool, &c->signing, "", &signer, &status))
		return status;
	status = work(c, signer);
	imgfmt_signer_free(signer);
	free(c->signature);
	free(c->manifest);
	imgfmt_image_unref(c->image);
	return status;
}

#define WHAT(c) \
	OPT_HEADING("What to do:"), \
	OPT_STRING(0, "key", "KEY", &(c)->signing.key, \
		   "sign with KEY, a file or a URI"), \
	OPT_STRING(0, "cert", "CERT", &(c)->signing.cert, \
		   "the certificate of KEY, if that has it not"), \
	OPT_STRING_OR(0, "replace", "WHICH", &(c)->replace, "", \
		      "with --key: remove WHICH, or all others"), \
	OPT_STRING(0, "detached", "FILE", &(c)->detached, \
		   "with --key: write the signature to FILE"), \
	OPT_STRING_OR(0, "remove", "WHICH", &(c)->remove, "", \
		      "remove signature WHICH, or all"), \
	OPT_FLAG(0, "list", &(c)->list, "show the signatures"), \
	OPT_STRING(0, "extract", "FILE", &(c)->extract, \
		   "copy the signature of a slot to FILE"), \
	OPT_STRING(0, "which", "WHICH", &(c)->which, \
		   "with --extract: signature WHICH of several"), \
	OPT_STRING(0, "new-key", "NAME", &(c)->new_key.name, \
		   "make NAME.key and a certificate NAME.pem")

#define HOW(c) \
	OPT_HEADING("How to sign:"), \
	OPT_STRING(0, "passphrase-file", "FILE", \
		   &(c)->signing.passphrase_file, \
		   "the passphrase of KEY is the first line of FILE"), \
	OPT_WORD(0, "digest", "NAME", &(c)->signing.digest, opts_digest, \
		 "digest of the signature"), \
	OPT_FLAG(0, "pss", &(c)->signing.pss, \
		 "RSA-PSS, which the kernel does not take"), \
	OPT_FLAG(0, "attributes", &(c)->signing.attributes, \
		 "add the time, which the kernel does not take"), \
	OPT_FLAG(0, "with-cert", &(c)->signing.with_cert, \
		 "add the certificate"), \
	OPT_WORD(0, "key-type", "TYPE", &(c)->new_key.type, opts_key_type, \
		 "with --new-key: the kind of key"), \
	OPT_COUNT_OF(0, "days", "N", &(c)->new_key.days, 36500, \
		     "with --new-key: valid for N days, not 3650"), \
	OPT_FLAG(0, "encrypt", &(c)->new_key.encrypt, \
		 "with --new-key: ask for a passphrase")

int main(int argc, char **argv)
{
	static const struct tool_info info = {
		.name = "imgsign",
		.synopsis = "--key=KEY --cert=CERT [options] IMAGE\n"
			    "--remove[=WHICH] | --list | --extract=FILE [options] IMAGE\n"
			    "--new-key=NAME [options]",
		.description = "Sign an image, remove and show its signatures",
		.manual = "imgsign(1)",
		.operands_min = 0,
		.operands_max = 1,
	};
	static struct imgsign c;
	const struct opt opts[] = {
		WHAT(&c),
		HOW(&c),
		OPT_HEADING("Other options:"),
		OPT_FLAG('f', "force", &c.tool.common.force,
			 "overwrite the file of --detached or --extract"),
		OPTS_INPUT(&c.tool.common),
		OPTS_THREADS(&c.tool.common),
		OPTS_PROGRESS(&c.tool.common),
		OPT_FLAG(0, "json", &c.tool.common.json,
			 "write one JSON document"),
		OPTS_COMMON(&c.tool.common),
		OPTS_END
	};
	int status;

	if (!tool_start(&c.tool, &info, opts, argc, argv, &status))
		return status;
	return tool_finish(&c.tool, run(&c));
}
