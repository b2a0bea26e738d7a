/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A memory that waits in a kexec jump: which kernels are known, the map that
 * is found, the pages that are needed.  What breaks it: tests/fixtures.
 */
#include <check.h>
#include <elf.h>
#include <stdio.h>

#include "kernel/jump.h"
#include "support/saved_jump.h"

#define MEMLIMIT ((uint64_t)1 << 20)

static int read_jump(struct saved_kernel *s, struct jump *j, const char *text,
		     uint64_t memlimit, struct imgfmt_error *err)
{
	const struct vmcoreinfo v = { text, strlen(text) };

	return jump_read(j, &s->memory, &v, SAVED_JUMP_ENTRY, memlimit, err);
}

/* ---- Which kernels are known -------------------------------------------- */

static const struct {
	const char *release;
	bool known;
} kernels[] = {
	{ "5.10.0", true }, { "6.1.0-56-cloud-amd64", true },
	{ "6.12.117-jump", true }, { "6.13.12", true },
	{ "5.9.16", false }, { "4.19.0", false }, { "6.14.0-rc1", false },
	{ "7.0.0", false }, { "16.1", false }, { "6", false },
	{ "", false }, { "x6.1.0", false }, { "-6.1", false },
	{ "6.99999999999", false },
};

START_TEST(test_release)
{
	char text[200];
	struct imgfmt_error err;
	struct saved_kernel s;
	struct jump j;
	int rc;

	saved_jump_init(&s);
	snprintf(text, sizeof(text), "OSRELEASE=%s\n", kernels[_i].release);
	rc = read_jump(&s, &j, text, MEMLIMIT, &err);
	ck_assert_int_eq(rc, kernels[_i].known ? IMGFMT_OK :
						 IMGFMT_E_UNSUPPORTED);
	if (rc)
		ck_assert_ptr_nonnull(strstr(err.message, kernels[_i].release));
	jump_fini(&j);
	saved_jump_fini(&s);
}
END_TEST

START_TEST(test_architecture)
{
	struct imgfmt_error err;
	struct saved_kernel s;
	struct jump j;

	saved_jump_init(&s);
	ck_assert_int_eq(read_jump(&s, &j, "PAGESIZE=4096\n", MEMLIMIT, &err),
			 IMGFMT_E_UNSUPPORTED);
	jump_fini(&j);
	s.memory.big_endian = true;
	ck_assert_int_eq(read_jump(&s, &j, SAVED_JUMP_TEXT, MEMLIMIT, &err),
			 IMGFMT_E_UNSUPPORTED);
	jump_fini(&j);
	s.memory.big_endian = false;
	s.memory.machine = EM_AARCH64;
	ck_assert_int_eq(read_jump(&s, &j, SAVED_JUMP_TEXT, MEMLIMIT, &err),
			 IMGFMT_E_UNSUPPORTED);
	jump_fini(&j);
	saved_jump_fini(&s);
}
END_TEST

/* ---- What is found -------------------------------------------------------- */

START_TEST(test_map)
{
	static const struct imgfmt_backup_run wanted[] = {
		{ 0x10, 0x20, 4 }, { 0x19, 0x19, 1 },
	};
	struct imgfmt_error err;
	struct saved_kernel s;
	struct jump j;

	saved_jump_init(&s);
	ck_assert_int_eq(read_jump(&s, &j, SAVED_JUMP_TEXT, MEMLIMIT, &err), 0);
	ck_assert_uint_eq(j.list.runs.len, ARRAY_SIZE(wanted));
	ck_assert_mem_eq(j.list.runs.data, wanted, sizeof(wanted));
	ck_assert_uint_eq(j.list.pages.len, 2);
	jump_fini(&j);
	ck_assert_int_eq(read_jump(&s, &j, SAVED_JUMP_TEXT, 1, &err),
			 IMGFMT_E_LIMIT);
	jump_fini(&j);
	saved_jump_fini(&s);
}
END_TEST

/* An empty list: nothing is exchanged. */
START_TEST(test_empty)
{
	struct imgfmt_error err;
	struct saved_kernel s;
	struct jump j;

	saved_jump_init(&s);
	saved_jump_put(&s, 0x50830, 4);
	ck_assert_int_eq(read_jump(&s, &j, SAVED_JUMP_TEXT, MEMLIMIT, &err), 0);
	ck_assert_uint_eq(j.list.runs.len, 0);
	jump_fini(&j);
	saved_jump_fini(&s);
}
END_TEST

static void mark(void *ctx, uint64_t pfn)
{
	bool *needed = ctx;

	ck_assert_uint_lt(pfn, SAVED_FRAMES);
	needed[pfn] = true;
}

static void complain(void *ctx, const struct imgfmt_error *what)
{
	(void)ctx;
	ck_abort_msg("%s", what->message);
}

START_TEST(test_needed)
{
	static const uint64_t wanted[] = {
		0x11, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56,
		0x57, 0x58, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f,
	};
	bool needed[SAVED_FRAMES] = { false };
	const struct jump_visitor visitor = { mark, complain, needed };
	struct imgfmt_error err;
	struct saved_kernel s;
	struct jump j;
	size_t next = 0;

	saved_jump_init(&s);
	ck_assert_int_eq(read_jump(&s, &j, SAVED_JUMP_TEXT, MEMLIMIT, &err), 0);
	ck_assert_int_eq(jump_walk(&j, &s.memory, &visitor, &err), 0);
	for (uint64_t pfn = 0; pfn < SAVED_FRAMES; pfn++) {
		if (!needed[pfn])
			continue;
		ck_assert_uint_lt(next, ARRAY_SIZE(wanted));
		ck_assert_uint_eq(pfn, wanted[next++]);
	}
	ck_assert_uint_eq(next, ARRAY_SIZE(wanted));
	jump_fini(&j);
	saved_jump_fini(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("jump");
	TCase *tc = tcase_create("jump");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, test_release, 0, ARRAY_SIZE(kernels));
	tcase_add_test(tc, test_architecture);
	tcase_add_test(tc, test_map);
	tcase_add_test(tc, test_empty);
	tcase_add_test(tc, test_needed);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
