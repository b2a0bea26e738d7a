/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/identity.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "base/error.h"

#define ZONEINFO_MAX	 ((size_t)16 << 20)
#define FACS_MAX	 4096u
#define FACS_SIGNATURE	 8u	/* offset of the hardware signature */

static const struct {
	const char *name;
	uint16_t machine;
} machines[] = {
	{ "x86_64", EM_X86_64 },	{ "aarch64", EM_AARCH64 },
	{ "riscv64", EM_RISCV },	{ "s390x", EM_S390 },
	{ "ppc64", EM_PPC64 },		{ "ppc64le", EM_PPC64 },
	{ "loongarch64", EM_LOONGARCH },{ "mips64", EM_MIPS },
	{ "sparc64", EM_SPARCV9 },
};

uint16_t identity_machine(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (!strcmp(machines[i].name, name))
			return machines[i].machine;
	return EM_NONE;
}

static int parse_text(char *to, struct line *l, struct imgfmt_error *err)
{
	size_t len = (size_t)(l->end - l->pos);

	if (*to)
		return err_set(err, IMGFMT_E_USAGE, "is said twice");
	if (!len || len >= IDENTITY_TEXT || memchr(l->pos, 0, len))
		return err_set(err, IMGFMT_E_USAGE,
			       "a text of 1 to %d bytes is wanted",
			       IDENTITY_TEXT - 1);
	memcpy(to, l->pos, len);
	to[len] = '\0';
	return IMGFMT_OK;
}

static int parse_number(uint64_t max, uint64_t *ret, bool *has, struct line *l,
			struct imgfmt_error *err)
{
	if (*has)
		return err_set(err, IMGFMT_E_USAGE, "is said twice");
	if (!line_take_number(l, ret) || !line_is_empty(l) || *ret > max)
		return err_set(err, IMGFMT_E_USAGE,
			       "a number up to %" PRIu64 " is wanted", max);
	*has = true;
	return IMGFMT_OK;
}

static int parse_machine(struct machine_identity *id, struct line *l,
			 struct imgfmt_error *err)
{
	char name[IDENTITY_TEXT] = "";
	int rc;

	if (id->machine)
		return err_set(err, IMGFMT_E_USAGE, "is said twice");
	rc = parse_text(name, l, err);
	if (rc)
		return rc;
	id->machine = identity_machine(name);
	if (!id->machine)
		return err_set(err, IMGFMT_E_USAGE,
			       "no machine of that name is known");
	return IMGFMT_OK;
}

int identity_parse(struct machine_identity *id, const struct text *t,
		   struct line *l, struct imgfmt_error *err)
{
	uint64_t v;
	int rc;

	if (line_take_word(l, "machine"))
		return parse_machine(id, l, err);
	if (line_take_word(l, "pages"))
		return parse_number(UINT64_MAX, &id->pages, &id->has_pages, l,
				    err);
	if (line_take_word(l, "hardware-signature")) {
		rc = parse_number(UINT32_MAX, &v, &id->has_hardware_signature,
				  l, err);
		id->hardware_signature = rc ? 0 : (uint32_t)v;
		return rc;
	}
	if (line_take_word(l, "release"))
		return parse_text(id->release, l, err);
	if (!line_take_word(l, "version"))
		return IMGFMT_END;
	/* "#1 SMP ..." is no comment here. */
	text_uncut(t, l);
	return parse_text(id->version, l, err);
}

bool identity_is_any(const struct machine_identity *id)
{
	return id->has_pages || id->has_hardware_signature || id->machine ||
	       *id->release || *id->version;
}

/* The sum over all zones, "        present  3998". */
static void load_pages(const char *path, struct machine_identity *id)
{
	struct text text;
	struct line line;

	if (text_load(path, ZONEINFO_MAX, &text, NULL)) {
		text_fini(&text);
		return;
	}
	while (text_next_line(&text, &line)) {
		uint64_t pages;

		if (!line_take_word(&line, "present") ||
		    !line_take_number(&line, &pages) || !line_is_empty(&line))
			continue;
		id->pages += pages;
		id->has_pages = true;
	}
	text_fini(&text);
}

/* Only root may read tables of the firmware, and not every machine has it. */
static void load_signature(const char *path, struct machine_identity *id)
{
	struct text table;

	if (!text_load(path, FACS_MAX, &table, NULL) &&
	    table.len >= FACS_SIGNATURE + 4 &&
	    !memcmp(table.data, "FACS", 4)) {
		id->hardware_signature = get_le32(table.data + FACS_SIGNATURE);
		id->has_hardware_signature = true;
	}
	text_fini(&table);
}

void identity_load_system(const char *zoneinfo, const char *facs,
			  struct machine_identity *ret)
{
	struct utsname uts;

	*ret = (struct machine_identity){ 0 };
	load_pages(zoneinfo, ret);
	load_signature(facs, ret);
	if (uname(&uts))
		return;
	ret->machine = identity_machine(uts.machine);
	snprintf(ret->release, sizeof(ret->release), "%s", uts.release);
	snprintf(ret->version, sizeof(ret->version), "%s", uts.version);
}

static const char *machine_word(uint16_t machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (machines[i].machine == machine)
			return machines[i].name;
	return "";
}

int identity_print(const struct machine_identity *id,
		   int (*write)(void *ctx, const char *text, size_t len),
		   void *ctx)
{
	char lines[5][IDENTITY_TEXT + 32];
	int count = 0, rc = 0;

	if (id->machine)
		snprintf(lines[count++], sizeof(*lines), "machine %s\n",
			 machine_word(id->machine));
	if (*id->release)
		snprintf(lines[count++], sizeof(*lines), "release %s\n",
			 id->release);
	if (*id->version)
		snprintf(lines[count++], sizeof(*lines), "version %s\n",
			 id->version);
	if (id->has_pages)
		snprintf(lines[count++], sizeof(*lines), "pages %" PRIu64 "\n",
			 id->pages);
	if (id->has_hardware_signature)
		snprintf(lines[count++], sizeof(*lines),
			 "hardware-signature 0x%08" PRIx32 "\n",
			 id->hardware_signature);
	for (int i = 0; i < count && !rc; i++)
		rc = write(ctx, lines[i], strlen(lines[i]));
	return rc;
}
