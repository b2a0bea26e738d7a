/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the facts of a machine come from: a text file, or the files of the
 * running Linux.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "base/error.h"
#include "machine/facts.h"

#define TEXT_MAX	((size_t)16 << 20)
#define ATTRIBUTE_MAX	4096u	/* what sysfs allows */

/* The rest of a line from its first address: "FIRST-LAST". */
static bool take_range(struct line *l, uint64_t *first, uint64_t *last)
{
	return line_take_hex(l, first) && line_take_char(l, '-') &&
	       line_take_hex(l, last);
}

static int parse_fact(struct imgfmt_machine *m, const struct text *t,
		      struct line *l, struct imgfmt_error *err)
{
	int rc = identity_parse(machine_own_identity(m), t, l, err);
	uint64_t first, last;

	if (rc != IMGFMT_END)
		return rc;
	if (line_take_word(l, "ram")) {
		if (take_range(l, &first, &last) && line_is_empty(l))
			return machine_add_ram(m, first, last, err);
	} else if (line_take_word(l, "firmware")) {
		if (take_range(l, &first, &last))
			return machine_add_firmware(m, first, last, l, err);
	}
	return err_set(err, IMGFMT_E_USAGE,
		       "not \"ram FIRST-LAST\" or \"firmware FIRST-LAST TYPE\"");
}

static int parse_facts(struct imgfmt_machine *m, struct text *t,
		       struct imgfmt_error *err)
{
	struct line line;

	while (text_next_line(t, &line)) {
		int rc = parse_fact(m, t, &line, err);

		if (rc < 0) {
			err_prefix(err, "line %zu", t->line);
			return rc;
		}
	}
	return IMGFMT_OK;
}

/* A line of /proc/iomem at any depth: "00001000-0009fbff : System RAM". */
static int parse_resource(struct imgfmt_machine *m, struct line *l,
			  struct imgfmt_error *err)
{
	uint64_t first, last;

	if (!take_range(l, &first, &last) || !line_take_char(l, ':'))
		return err_set(err, IMGFMT_E_UNSUPPORTED,
			       "not a resource \"FIRST-LAST : NAME\"");
	/* "System RAM (kmem)" is memory of a device that was given to Linux. */
	if (!line_take_word(l, "System") || !line_take_word(l, "RAM"))
		return IMGFMT_OK;
	if (!last)
		return err_os(err, EPERM, "addresses are hidden from this user");
	return machine_add_ram(m, first, last, err);
}

static int parse_iomem(struct imgfmt_machine *m, struct text *t,
		       struct imgfmt_error *err)
{
	struct line line;

	while (text_next_line(t, &line)) {
		int rc = parse_resource(m, &line, err);

		if (rc < 0)
			return rc;
	}
	return IMGFMT_OK;
}

static int load_iomem(struct imgfmt_machine *m, const char *path,
		      struct imgfmt_error *err)
{
	struct text text;
	int rc = text_load(path, TEXT_MAX, &text, err);

	if (rc == IMGFMT_OK)
		rc = parse_iomem(m, &text, err);
	if (rc < 0)
		err_prefix(err, "%s", path);
	text_fini(&text);
	return rc;
}

/* One file of a firmware entry: its first line, which @text holds. */
static int load_attribute(const char *dir, const char *entry, const char *name,
			  struct text *text, struct line *ret,
			  struct imgfmt_error *err)
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/%s/%s", dir, entry, name);
	int rc;

	*text = (struct text){ 0 };
	if (len >= (int)sizeof(path))
		return err_os(err, ENAMETOOLONG, "%s", dir);
	rc = text_load(path, ATTRIBUTE_MAX, text, err);
	if (rc == IMGFMT_OK && !text_next_line(text, ret))
		rc = err_set(err, IMGFMT_E_UNSUPPORTED, "is empty");
	if (rc < 0)
		err_prefix(err, "%s", path);
	return rc;
}

static int load_address(const char *dir, const char *entry, const char *name,
			uint64_t *ret, struct imgfmt_error *err)
{
	struct text text;
	struct line line;
	int rc = load_attribute(dir, entry, name, &text, &line, err);

	if (rc == IMGFMT_OK && !line_take_hex(&line, ret))
		rc = err_set(err, IMGFMT_E_UNSUPPORTED,
			     "%s/%s/%s: not an address", dir, entry, name);
	text_fini(&text);
	return rc;
}

static int load_entry(struct imgfmt_machine *m, const char *dir,
		      const char *entry, struct imgfmt_error *err)
{
	uint64_t first, last;
	struct text text;
	struct line type;
	int rc = load_address(dir, entry, "start", &first, err);

	if (rc < 0)
		return rc;
	rc = load_address(dir, entry, "end", &last, err);
	if (rc < 0)
		return rc;
	rc = load_attribute(dir, entry, "type", &text, &type, err);
	if (rc == IMGFMT_OK)
		rc = machine_add_firmware(m, first, last, &type, err);
	text_fini(&text);
	return rc;
}

/* IMGFMT_END if there is no such directory. */
static int load_firmware(struct imgfmt_machine *m, const char *path,
			 struct imgfmt_error *err)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	int rc = IMGFMT_OK;

	if (!dir && errno == ENOENT)
		return IMGFMT_END;
	if (!dir)
		return err_os(err, errno, "%s", path);
	while (rc == IMGFMT_OK && (errno = 0, d = readdir(dir)))
		if (isdigit((unsigned char)d->d_name[0]))
			rc = load_entry(m, path, d->d_name, err);
	if (rc == IMGFMT_OK && errno)
		rc = err_os(err, errno, "%s", path);
	closedir(dir);
	return rc;
}

/* Sort out what was collected; @m is freed on failure. */
static int finish(struct imgfmt_machine *m, int rc, struct imgfmt_machine **ret,
		  struct imgfmt_error *err)
{
	if (rc == IMGFMT_OK)
		rc = machine_finish(m, err);
	if (rc == IMGFMT_OK) {
		*ret = m;
		return IMGFMT_OK;
	}
	imgfmt_machine_free(m);
	return rc;
}

int machine_load_text(const char *path, struct imgfmt_machine **ret,
		      struct imgfmt_error *err)
{
	struct imgfmt_machine *m;
	struct text text;
	int rc = text_load(path, TEXT_MAX, &text, err);

	*ret = NULL;
	if (rc < 0)
		return rc;
	rc = machine_new(&m, err);
	if (rc == IMGFMT_OK)
		rc = parse_facts(m, &text, err);
	text_fini(&text);
	return finish(m, rc, ret, err);
}

int machine_load_system(const char *firmware_dir, const char *iomem,
			struct imgfmt_machine **ret, struct imgfmt_error *err)
{
	struct imgfmt_machine *m;
	int rc = machine_new(&m, err);

	*ret = NULL;
	if (rc == IMGFMT_OK)
		rc = load_firmware(m, firmware_dir, err);
	if (rc == IMGFMT_END)
		rc = load_iomem(m, iomem, err);
	return finish(m, rc, ret, err);
}

int imgfmt_machine_load(const char *path, struct imgfmt_machine **ret,
			struct imgfmt_error *err)
{
	int rc;

	if (path)
		return machine_load_text(path, ret, err);
	rc = machine_load_system("/sys/firmware/memmap", "/proc/iomem", ret,
				 err);
	if (!rc)
		identity_load_system("/proc/zoneinfo",
				     "/sys/firmware/acpi/tables/FACS",
				     machine_own_identity(*ret));
	return rc;
}
