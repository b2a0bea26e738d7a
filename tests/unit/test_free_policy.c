/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a saved kernel expects of free pages: by its switches, by its log.
 */
#include <check.h>

#include "kernel/free_policy.h"
#include "support/saved_log.h"
#include "support/saved_symbols.h"

#define ZERO_KEY   0xe00	/* in the variables */
#define POISON_KEY 0xe10

enum { OFF = 0, ON = 1, TWICE = 2, GONE = 3 };

static void put_keys(struct saved_kernel *s, uint32_t zero, uint32_t poison)
{
	struct saved_symbol symbols[3] = {
		{ "T_stext", saved_address(s, SAVED_ROOT, 0) },
	};
	uint32_t count = 1;

	if (zero != GONE)
		symbols[count++] = (struct saved_symbol){
			"Dinit_on_free",
			saved_address(s, SAVED_VARIABLES, ZERO_KEY) };
	if (poison != GONE)
		symbols[count++] = (struct saved_symbol){
			"D_page_poisoning_enabled",
			saved_address(s, SAVED_VARIABLES, POISON_KEY) };
	put_le32(saved_at(s, SAVED_VARIABLES, ZERO_KEY), zero);
	put_le32(saved_at(s, SAVED_VARIABLES, POISON_KEY), poison);
	saved_put_symbols(s, SAVED_BASE, symbols, count);
}

static void put_log(struct saved_kernel *s, const char *const *lines)
{
	uint64_t at = 0, id = 1;

	saved_ring_init(s, id);
	for (; *lines; lines++, id++) {
		uint64_t next = at + ((8 + strlen(*lines) + 7) & ~(size_t)7);
		const struct saved_record r = {
			.id = id, .state = SAVED_FINALIZED,
			.begin = at, .next = next, .text = *lines,
		};

		saved_ring_put(s, &r);
		at = next;
	}
	saved_ring_set(s, SAVED_COUNT_BITS, SAVED_TEXT_BITS, 1, id - 1);
}

static void expect(struct saved_kernel *s, uint8_t policy, int row)
{
	const struct vmcoreinfo v = saved_text(s);
	uint8_t found = 9, poison = 9;
	struct kernel k;

	ck_assert_int_eq(kernel_init(&k, &s->memory, &v, NULL), 0);
	ck_assert_msg(k.translates, "%s", k.why_not.message);
	ck_assert_int_eq(free_policy_find(&k, &found, &poison, NULL), 0);
	ck_assert_msg(found == policy, "row %d: %d, not %d", row, found,
		      policy);
	ck_assert_uint_eq(poison, policy == IMGFMT_FREE_POISON ? 0xaa : 0);
	kernel_fini(&k);
	saved_fini(s);
}

START_TEST(test_switches)
{
	static const struct {
		uint32_t zero, poison;
		uint8_t policy;
	} rows[] = {
		{ OFF, OFF, IMGFMT_FREE_ANYTHING },
		{ ON, OFF, IMGFMT_FREE_ZERO },
		{ OFF, ON, IMGFMT_FREE_POISON },
		{ ON, ON, IMGFMT_FREE_POISON },
		{ OFF, GONE, IMGFMT_FREE_ANYTHING },
		{ ON, GONE, IMGFMT_FREE_ZERO },
		{ GONE, ON, IMGFMT_FREE_POISON },
		{ GONE, OFF, IMGFMT_FREE_UNKNOWN },
		{ GONE, GONE, IMGFMT_FREE_UNKNOWN },
		{ TWICE, OFF, IMGFMT_FREE_UNKNOWN },
		{ ON, TWICE, IMGFMT_FREE_UNKNOWN },
	};
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	put_keys(&s, rows[_i].zero, rows[_i].poison);
	expect(&s, rows[_i].policy, _i);
}
END_TEST

#define COMMAND "Command line: quiet"
#define HEAP	"mem auto-init: stack:off, heap alloc:on, heap free:"
#define TAKES	"mem auto-init: CONFIG_PAGE_POISONING is on, will take precedence"

START_TEST(test_log)
{
	static const struct {
		const char *lines[4];
		uint8_t policy;
	} rows[] = {
		{ { COMMAND, HEAP "off" }, IMGFMT_FREE_ANYTHING },
		{ { COMMAND, HEAP "on" }, IMGFMT_FREE_ZERO },
		{ { HEAP "on" }, IMGFMT_FREE_ZERO },
		{ { TAKES, HEAP "off" }, IMGFMT_FREE_POISON },
		/* Whether the kernel can poison pages is not told. */
		{ { COMMAND " page_poison=1", HEAP "off" },
		  IMGFMT_FREE_UNKNOWN },
		{ { HEAP "off" }, IMGFMT_FREE_UNKNOWN },
		{ { COMMAND }, IMGFMT_FREE_UNKNOWN },
		{ { COMMAND, HEAP "off", HEAP "on" }, IMGFMT_FREE_UNKNOWN },
	};
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	put_log(&s, rows[_i % 8].lines);
	/* A table of names that tells nothing of it is no answer. */
	if (_i >= 8)
		put_keys(&s, GONE, GONE);
	expect(&s, rows[_i % 8].policy, _i);
}
END_TEST

START_TEST(test_first)
{
	static const char *const lines[] = { COMMAND, HEAP "off", NULL };
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	put_log(&s, lines);
	put_keys(&s, ON, OFF);
	expect(&s, IMGFMT_FREE_ZERO, 0);
	/* Neither names nor a log. */
	saved_init(&s, &saved_arm64_4k);
	expect(&s, IMGFMT_FREE_UNKNOWN, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("free_policy");
	TCase *c = tcase_create("free_policy");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(c, test_switches, 0, 11);
	tcase_add_loop_test(c, test_log, 0, 16);
	tcase_add_test(c, test_first);
	suite_add_tcase(suite, c);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
