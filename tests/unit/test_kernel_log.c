/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's log in both of its forms: order, states, records at the end of
 * a ring, and rings that are none.
 */
#include <check.h>
#include <stdio.h>

#include "kernel/log.h"
#include "support/saved_log.h"

/* What came, a line for each record. */
struct got {
	char text[8192];
	unsigned int records, most;
};

static int take(void *ctx, const struct imgfmt_log_record *r)
{
	struct got *g = ctx;
	size_t used = strlen(g->text);

	ck_assert_uint_lt(used + r->size + 64, sizeof(g->text));
	sprintf(g->text + used, "%llu %llu %d %u|%.*s\n",
		(unsigned long long)r->seq, (unsigned long long)r->time_ns,
		r->level, r->caller, (int)r->size, r->text);
	return ++g->records == g->most;
}

static int read_log(struct saved_kernel *s, struct got *g,
		    struct imgfmt_error *err)
{
	const struct vmcoreinfo v = saved_text(s);
	struct kernel k;
	int rc;

	ck_assert_int_eq(kernel_init(&k, &s->memory, &v, NULL), 0);
	ck_assert_msg(k.translates, "%s", k.why_not.message);
	*err = (struct imgfmt_error){ 0 };
	g->text[0] = '\0';
	g->records = 0;
	rc = log_read(&k, take, g, err);
	ck_assert(!rc == !err->message[0] && rc == err->status);
	kernel_fini(&k);
	return rc;
}

static void expect(struct saved_kernel *s, const char *want)
{
	struct got g = { .most = 0 };
	struct imgfmt_error err;

	ck_assert_msg(!read_log(s, &g, &err), "%s", err.message);
	ck_assert_str_eq(g.text, want);
}

static void expect_failure(struct saved_kernel *s, int status)
{
	struct got g = { .most = 0 };
	struct imgfmt_error err;

	ck_assert_int_eq(read_log(s, &g, &err), status);
}

/* ---- The ring --------------------------------------------------------------- */

START_TEST(test_ring_states)
{
	/* Ids wrap where the state begins. */
	const uint64_t first = low_mask(62) - 1;
	const uint64_t ids[] = { first, first + 1, 0, 1, 2, 3, 4, 5 };
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	saved_ring_init(&s, first);
	expect(&s, "");
	saved_ring_set(&s, SAVED_COUNT_BITS, SAVED_TEXT_BITS, first, 5);
	saved_ring_put(&s, &(struct saved_record){
		ids[0], SAVED_FINALIZED, 0, 16, "oldest", 1000, 7, 5 });
	saved_ring_put(&s, &(struct saved_record){
		ids[1], SAVED_REUSABLE, 16, 32, "reused", 2000, 7, 5 });
	saved_ring_put(&s, &(struct saved_record){
		ids[2], SAVED_FINALIZED, 3, 3, NULL, 3000, 7, 5 });
	saved_ring_put(&s, &(struct saved_record){
		ids[3], SAVED_FINALIZED, 1, 1, NULL, 4000, 7, 5 });
	saved_ring_put(&s, &(struct saved_record){
		ids[4], SAVED_RESERVED, 32, 48, "half", 5000, 7, 5 });
	saved_ring_put(&s, &(struct saved_record){
		ids[5], SAVED_COMMITTED, 48, 72, "two\nlines", 6000,
		0x80000001, 0 });
	/* The descriptor of another round. */
	saved_ring_put(&s, &(struct saved_record){
		ids[6] + 16, SAVED_FINALIZED, 72, 88, "other", 7000, 7, 5 });
	saved_ring_put(&s, &(struct saved_record){
		ids[7], SAVED_FINALIZED, 88, 104, "newest", 8000, 7, 7 });
	expect(&s, "254 1000 5 7|oldest\n0 3000 5 7|\n"
		   "3 6000 0 2147483649|two\nlines\n5 8000 7 7|newest\n");
	saved_fini(&s);
}
END_TEST

START_TEST(test_ring_wraps)
{
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	saved_ring_init(&s, 16);
	saved_ring_set(&s, SAVED_COUNT_BITS, SAVED_TEXT_BITS, 16, 18);
	/* Up to the very end, by newer kernels; at the start as a whole. */
	saved_ring_put(&s, &(struct saved_record){
		16, SAVED_FINALIZED, 512 - 24, 512, "up to the end", 1, 1, 6 });
	saved_ring_put(&s, &(struct saved_record){
		17, SAVED_FINALIZED, 1024 - 16, 1024 + 40,
		"this one lies at the start", 2, 1, 6 });
	saved_ring_put(&s, &(struct saved_record){
		18, SAVED_FINALIZED, 1024 + 40, 1024 + 64, "behind it", 3, 1,
		6 });
	expect(&s, "16 1 6 1|up to the end\n17 2 6 1|this one lies at the start\n"
		   "18 3 6 1|behind it\n");
	saved_fini(&s);
}
END_TEST

/* Texts that are not where their records say are lost, and no more than them. */
START_TEST(test_ring_hostile_text)
{
	const struct saved_record bad[] = {
		{ 1, SAVED_FINALIZED, 64, 64, NULL, 1, 1, 1 },
		{ 1, SAVED_FINALIZED, 64, 68, NULL, 1, 1, 1 },
		{ 1, SAVED_FINALIZED, 68, 88, NULL, 1, 1, 1 },
		{ 1, SAVED_FINALIZED, 64, 32, NULL, 1, 1, 1 },
		{ 1, SAVED_FINALIZED, 64, 4096, NULL, 1, 1, 1 },
		{ 1, SAVED_FINALIZED, 64, 0, NULL, 1, 1, 1 },
		{ 1, SAVED_FINALIZED, 0, UINT64_MAX - 6, NULL, 1, 1, 1 },
		{ 1, SAVED_FINALIZED, 1, 3, NULL, 1, 1, 1 },
		{ 1, SAVED_FINALIZED, 3, 64, NULL, 1, 1, 1 },
		/* The block of another. */
		{ 1, SAVED_FINALIZED, 128, 144, NULL, 1, 1, 1 },
	};
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	saved_ring_init(&s, 1);
	saved_ring_set(&s, SAVED_COUNT_BITS, SAVED_TEXT_BITS, 1, 2);
	saved_ring_put(&s, &(struct saved_record){
		2, SAVED_FINALIZED, 128, 144, "good", 2, 2, 2 });
	saved_ring_put(&s, &bad[_i]);
	expect(&s, "2 2 2 2|good\n");
	saved_fini(&s);
}
END_TEST

/* A text longer than its block is cut to it. */
START_TEST(test_ring_long_text)
{
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	saved_ring_init(&s, 1);
	saved_ring_set(&s, SAVED_COUNT_BITS, SAVED_TEXT_BITS, 1, 1);
	saved_ring_put(&s, &(struct saved_record){
		1, SAVED_FINALIZED, 64, 80, "12345678 and more", 1, 1, 1 });
	expect(&s, "1 1 1 1|12345678\n");
	saved_fini(&s);
}
END_TEST

/*
 * All records together have no more text than the ring: these lie within each
 * other, all up to its end.
 */
START_TEST(test_ring_no_amplification)
{
	struct got g = { .most = 0 };
	struct imgfmt_error err;
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	saved_ring_init(&s, 0);
	saved_ring_set(&s, SAVED_COUNT_BITS, SAVED_TEXT_BITS, 0, 15);
	for (uint64_t i = 0; i < 16; i++) {
		saved_ring_put(&s, &(struct saved_record){
			i, SAVED_FINALIZED, 8 * i, 512, NULL, i, 0, 0 });
		put_le64(saved_at(&s, SAVED_LOG, 8 * i), i);
		put_le16(saved_at(&s, SAVED_INFOS, 88 * i + 16), 0xffff);
	}
	ck_assert_int_eq(read_log(&s, &g, &err), 0);
	ck_assert_uint_eq(g.records, 1);
	saved_fini(&s);
}
END_TEST

START_TEST(test_ring_sizes)
{
	static const struct {
		unsigned int count_bits, text_bits;
		uint64_t tail, head;
	} bad[] = {
		{ 64, 9, 0, 0 },	  { 24, 9, 0, 0 },
		{ 4, 29, 0, 0 },	  { 4, 0xffffffff, 0, 0 },
		{ 4, 9, 0, 16 },	  { 4, 9, 1, 0 },
		{ 4, 9, 0, UINT64_MAX },
	};
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	saved_ring_init(&s, 0);
	saved_ring_set(&s, bad[_i].count_bits, bad[_i].text_bits, bad[_i].tail,
		       bad[_i].head);
	expect_failure(&s, IMGFMT_E_CORRUPT);
	saved_fini(&s);
}
END_TEST

/* Keys without which, or with which, no ring can be read. */
START_TEST(test_ring_keys)
{
	static const char *const keys[][2] = {
		{ "SIZE(printk_ringbuffer)=88", "SIZE(printk_ringbuffer)=00" },
		{ "SIZE(prb_desc)=24", "SIZE(prb_desc)=00" },
		{ "SIZE(prb_desc)=24", "SIZE(prb_desc)=15" },
		{ "SIZE(printk_info)=88", "XIZE(printk_info)=88" },
		{ "OFFSET(prb_desc.state_var)=0", "OFFSET(prb_desc.state_var)=X" },
		{ "OFFSET(printk_info.text_len)=16", "OFFSET(printk_info.text_len)=86" },
		{ "OFFSET(prb_data_blk_lpos.next)=8", "OFFSET(prb_data_blk_lpos.next)=9" },
		{ "OFFSET(prb_desc_ring.descs)=8", "OFFSET(prb_desc_ring.descs)=9" },
	};
	struct imgfmt_error err;
	struct got g = { .most = 0 };
	struct saved_kernel s;
	int rc;

	saved_init(&s, &saved_x86_64);
	saved_ring_init(&s, 0);
	memcpy(strstr(s.text, keys[_i][0]), keys[_i][1], strlen(keys[_i][1]));
	rc = read_log(&s, &g, &err);
	/* Some only lead to where no memory is. */
	ck_assert(rc == IMGFMT_E_ABSENT || rc == IMGFMT_E_CORRUPT);
	saved_fini(&s);
}
END_TEST

START_TEST(test_ring_cancelled)
{
	struct got g = { .most = 1 };
	struct imgfmt_error err;
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	saved_ring_init(&s, 0);
	saved_ring_put(&s, &(struct saved_record){
		0, SAVED_FINALIZED, 0, 16, "one", 1, 1, 1 });
	ck_assert_int_eq(read_log(&s, &g, &err), IMGFMT_E_CANCELLED);
	ck_assert_uint_eq(g.records, 1);
	saved_fini(&s);
}
END_TEST

/* ---- The buffer ------------------------------------------------------------- */

START_TEST(test_buffer)
{
	struct saved_kernel s;
	uint32_t at;

	saved_init(&s, &saved_x86_64);
	at = saved_buffer_put(&s, 64, 1000, "first");
	at = saved_buffer_put(&s, at, 2000, "");
	at = saved_buffer_put(&s, at, 3000, "two\nlines");
	saved_buffer_init(&s, 4096, 64, at);
	expect(&s, "0 1000 -1 0|first\n1 2000 -1 0|\n2 3000 -1 0|two\nlines\n");
	saved_fini(&s);
}
END_TEST

START_TEST(test_buffer_wraps)
{
	struct saved_kernel s;
	uint32_t at, next;

	saved_init(&s, &saved_x86_64);
	next = saved_buffer_put(&s, 0, 3000, "at the start");
	at = saved_buffer_put(&s, 400, 1000, "first");
	at = saved_buffer_put(&s, at, 2000, "second");
	saved_buffer_end(&s, at);
	saved_buffer_init(&s, 512, 400, next);
	expect(&s, "0 1000 -1 0|first\n1 2000 -1 0|second\n"
		   "2 3000 -1 0|at the start\n");
	saved_fini(&s);
}
END_TEST

START_TEST(test_buffer_hostile)
{
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	switch (_i) {
	case 0:	/* only ends */
		saved_buffer_init(&s, 512, 8, 64);
		saved_buffer_end(&s, 8);
		saved_buffer_end(&s, 0);
		break;
	case 1:	/* a record across the place that it ends at */
		saved_buffer_put(&s, 0, 1, "0123456789abcdef01234567");
		saved_buffer_init(&s, 512, 0, 16);
		break;
	case 2:	/* shorter than its header */
		saved_buffer_put(&s, 0, 1, "text");
		put_le16(saved_at(&s, SAVED_LOG, 8), 4);
		saved_buffer_init(&s, 512, 0, 64);
		break;
	case 3:	/* longer than what is left */
		saved_buffer_put(&s, 480, 1, "text");
		put_le16(saved_at(&s, SAVED_LOG, 480 + 8), 40);
		saved_buffer_init(&s, 512, 480, 64);
		break;
	case 4:
		saved_buffer_init(&s, 512, 512, 0);
		break;
	case 5:
		saved_buffer_init(&s, UINT32_MAX, 0, 64);
		break;
	default:	/* no end before the end */
		saved_buffer_put(&s, 488, 1, "");
		saved_buffer_init(&s, 512, 488, 64);
		break;
	}
	expect_failure(&s, IMGFMT_E_CORRUPT);
	saved_fini(&s);
}
END_TEST

START_TEST(test_no_log)
{
	struct saved_kernel s;

	saved_init(&s, &saved_x86_64);
	expect_failure(&s, IMGFMT_E_ABSENT);
	/* Known, but not in the memory. */
	saved_ring_init(&s, 0);
	put_le64(saved_at(&s, SAVED_VARIABLES, 0), 0xffffffffffff0000ULL);
	expect_failure(&s, IMGFMT_E_ABSENT);
	saved_fini(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kernel_log");
	TCase *tc = tcase_create("kernel_log");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, test_ring_states);
	tcase_add_test(tc, test_ring_wraps);
	tcase_add_loop_test(tc, test_ring_hostile_text, 0, 10);
	tcase_add_test(tc, test_ring_long_text);
	tcase_add_test(tc, test_ring_no_amplification);
	tcase_add_loop_test(tc, test_ring_sizes, 0, 7);
	tcase_add_loop_test(tc, test_ring_keys, 0, 8);
	tcase_add_test(tc, test_ring_cancelled);
	tcase_add_test(tc, test_buffer);
	tcase_add_test(tc, test_buffer_wraps);
	tcase_add_loop_test(tc, test_buffer_hostile, 0, 7);
	tcase_add_test(tc, test_no_log);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
