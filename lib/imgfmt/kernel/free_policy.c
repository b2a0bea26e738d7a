/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Static keys of mm/page_alloc.c (init_on_free, Linux 5.3) and
 * mm/page_poison.c or page_alloc.c (_page_poisoning_enabled, 5.11), whose count
 * is the first member (include/linux/jump_label.h); and the lines that
 * mm/mm_init.c, before 6.4 init/main.c, prints about them at boot.
 */
#include "kernel/free_policy.h"

#include "base/error.h"
#include "kernel/kallsyms.h"
#include "kernel/log.h"

/* PAGE_POISON of include/linux/poison.h. */
#define PAGE_POISON 0xaa

static bool is_missing(int rc)
{
	return rc == IMGFMT_E_ABSENT || rc == IMGFMT_E_CORRUPT ||
	       rc == IMGFMT_E_DIGEST || rc == IMGFMT_E_TRUNCATED ||
	       rc == IMGFMT_E_LIMIT;
}

/* ---- By the switches ---------------------------------------------------- */

enum key_state { KEY_UNKNOWN, KEY_ABSENT, KEY_OFF, KEY_ON };

static int read_key(struct kernel *k, const struct kallsyms_symbol *symbol,
		    enum key_state *ret, struct imgfmt_error *err)
{
	uint8_t count[4];
	int rc;

	*ret = symbol->matches ? KEY_UNKNOWN : KEY_ABSENT;
	if (symbol->matches != 1)
		return IMGFMT_OK;
	rc = kernel_read(k, symbol->address, count, sizeof(count), err);
	if (rc)
		return is_missing(rc) ? IMGFMT_OK : rc;
	/* Nobody enables these twice. */
	if (get_le32(count) <= 1)
		*ret = get_le32(count) ? KEY_ON : KEY_OFF;
	return IMGFMT_OK;
}

static int ask_switches(struct kernel *k, uint8_t *policy,
			struct imgfmt_error *err)
{
	struct kallsyms_symbol symbols[] = {
		{ .name = "init_on_free" },
		{ .name = "_page_poisoning_enabled" },
	};
	enum key_state zero, poison;
	int rc = kallsyms_find(k, symbols, ARRAY_SIZE(symbols), err);

	if (rc)
		return is_missing(rc) ? IMGFMT_OK : rc;
	rc = read_key(k, &symbols[0], &zero, err);
	if (!rc)
		rc = read_key(k, &symbols[1], &poison, err);
	if (rc)
		return rc;
	/*
	 * Poisoning goes first where both are on.  A kernel that has one in its
	 * table of names, and not the other, was built without the other.
	 */
	if (poison == KEY_ON)
		*policy = IMGFMT_FREE_POISON;
	else if (poison == KEY_UNKNOWN || zero < KEY_OFF)
		*policy = IMGFMT_FREE_UNKNOWN;
	else
		*policy = zero == KEY_ON ? IMGFMT_FREE_ZERO :
					   IMGFMT_FREE_ANYTHING;
	return IMGFMT_OK;
}

/* ---- By the log ---------------------------------------------------------- */

struct boot {
	bool has_command_line, asks_poison, poisons, says_off, says_on;
};

static bool has_text(const struct imgfmt_log_record *r, const char *text)
{
	return memmem(r->text, r->size, text, strlen(text));
}

static int look_at_record(void *ctx, const struct imgfmt_log_record *r)
{
	struct boot *b = ctx;

	if (has_text(r, "ommand line: ")) {
		b->has_command_line = true;
		b->asks_poison |= has_text(r, "page_poison");
	}
	if (!has_text(r, "mem auto-init: "))
		return 0;
	b->poisons |= has_text(r, "CONFIG_PAGE_POISONING is on");
	b->says_off |= has_text(r, "heap free:off");
	b->says_on |= has_text(r, "heap free:on");
	return 0;
}

static int ask_log(struct kernel *k, uint8_t *policy, struct imgfmt_error *err)
{
	struct boot b = { 0 };
	int rc = log_read(k, look_at_record, &b, err);

	if (rc)
		return is_missing(rc) ? IMGFMT_OK : rc;
	if (b.poisons)
		*policy = IMGFMT_FREE_POISON;
	else if (b.says_on && !b.says_off)
		*policy = IMGFMT_FREE_ZERO;
	else if (b.says_off && !b.says_on && b.has_command_line &&
		 !b.asks_poison)
		*policy = IMGFMT_FREE_ANYTHING;
	return IMGFMT_OK;
}

int free_policy_find(struct kernel *k, uint8_t *policy, uint8_t *poison,
		     struct imgfmt_error *err)
{
	int rc = IMGFMT_OK;

	*policy = IMGFMT_FREE_UNKNOWN;
	*poison = 0;
	if (!k->translates)
		return IMGFMT_OK;
	rc = ask_switches(k, policy, err);
	if (!rc && *policy == IMGFMT_FREE_UNKNOWN)
		rc = ask_log(k, policy, err);
	if (*policy == IMGFMT_FREE_POISON)
		*poison = PAGE_POISON;
	return rc;
}
