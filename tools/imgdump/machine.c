/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <stdio.h>

#include "common/closeout.h"
#include "common/exitcode.h"
#include "common/input.h"

/* The longest line is that of a text of uname(2). */
#define LINE_LEN 256

static int write_text(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	return write_bytes(stdout, line, len) ? 0 : 1;
}

/* Comments are for people. */
static int write_json(void *ctx, const char *line, size_t len)
{
	char text[LINE_LEN];

	if (*line == '#')
		return 0;
	snprintf(text, sizeof(text), "%.*s", (int)len - 1, line);
	json_string(ctx, NULL, text);
	return 0;
}

int machine_facts(struct tool *t)
{
	struct imgfmt_machine *machine;
	int status = EXIT_YES;

	if (!input_machine(t, "", &machine, &status))
		return status;
	if (t->common.json) {
		json_array(&t->json, "machine_facts");
		imgfmt_machine_print(machine, write_json, &t->json);
		json_end(&t->json);
	} else {
		imgfmt_machine_print(machine, write_text, NULL);
	}
	imgfmt_machine_free(machine);
	return status;
}
