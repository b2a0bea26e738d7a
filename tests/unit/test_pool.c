/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ordered worker pool, with the serial one as the reference.
 */
#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "pool/pool.h"
#include "prng.h"

#define ITEMS 2000u

struct item {
	uint32_t number;
	uint32_t spin;		/* how long the work takes */
	uint64_t result;
	bool worked;
	bool fails;
};

/* What the worker functions see; counts are of worker states alive. */
struct env {
	atomic_int workers;
	int fail_at;		/* worker_new fails at this one, or -1 */
	/* Of one thread at a time, as the pool promises. */
	uint32_t finished;
	bool out_of_order;
};

struct worker_state {
	struct env *env;
};

static int worker_new(void *arg, void **ret, struct imgfmt_error *err)
{
	struct env *env = arg;
	struct worker_state *w;

	if (atomic_load(&env->workers) == env->fail_at)
		return err_nomem(err, "a test");
	w = malloc(sizeof(*w));
	ck_assert_ptr_nonnull(w);
	w->env = env;
	atomic_fetch_add(&env->workers, 1);
	*ret = w;
	return IMGFMT_OK;
}

static void worker_free(void *worker)
{
	struct worker_state *w = worker;

	atomic_fetch_sub(&w->env->workers, 1);
	free(w);
}

static int work(void *worker, void *arg, struct imgfmt_error *err)
{
	struct item *item = arg;
	uint64_t state = item->number + 1;

	(void)worker;
	for (uint32_t i = 0; i <= item->spin; i++)
		item->result = prng_next(&state);
	item->worked = true;
	if (item->fails)
		return err_set(err, IMGFMT_E_CORRUPT, "item %u", item->number);
	return IMGFMT_OK;
}

static int finish(void *arg, void *item, struct imgfmt_error *err)
{
	struct env *env = arg;

	(void)err;
	env->out_of_order |= ((struct item *)item)->number != env->finished;
	env->finished++;
	return IMGFMT_OK;
}

static const struct pool_ops ops = { worker_new, worker_free, work };
static const struct pool_ops finishing_ops = {
	worker_new, worker_free, work, finish
};

static struct item *make_items(void)
{
	struct item *items = calloc(ITEMS, sizeof(*items));
	uint64_t state = 4;

	ck_assert_ptr_nonnull(items);
	for (uint32_t i = 0; i < ITEMS; i++) {
		items[i].number = i;
		items[i].spin = (uint32_t)prng_below(&state, 5000);
		items[i].fails = i % 97 == 13;
	}
	return items;
}

static void take_one(struct pool *p, uint32_t want)
{
	struct imgfmt_error err = { 0 };
	char text[32];
	void *taken;
	int rc = pool_take(p, &taken, &err);
	struct item *item = taken;

	ck_assert_ptr_nonnull(item);
	ck_assert_uint_eq(item->number, want);
	ck_assert(item->worked);
	if (!item->fails) {
		ck_assert_int_eq(rc, IMGFMT_OK);
		return;
	}
	snprintf(text, sizeof(text), "item %u", want);
	ck_assert_int_eq(rc, IMGFMT_E_CORRUPT);
	ck_assert_int_eq(err.status, IMGFMT_E_CORRUPT);
	ck_assert_str_eq(err.message, text);
}

/* The xor of all results, each with its place. */
static uint64_t run_all(unsigned int threads, unsigned int depth)
{
	struct env env = { .fail_at = -1 };
	struct item *items = make_items();
	uint32_t taken = 0;
	uint64_t sum = 0;
	struct pool *p;
	void *none;

	ck_assert_int_eq(pool_new(&ops, &env, threads, depth, &p, NULL), 0);
	ck_assert_int_eq(env.workers, threads ? (int)threads : 1);
	for (uint32_t i = 0; i < ITEMS; i++) {
		while (pool_submit(p, &items[i]) == IMGFMT_END)
			take_one(p, taken++);
	}
	while (taken < ITEMS)
		take_one(p, taken++);
	ck_assert_int_eq(pool_take(p, &none, NULL), IMGFMT_END);
	ck_assert_ptr_null(none);
	pool_free(p);
	ck_assert_int_eq(env.workers, 0);
	for (uint32_t i = 0; i < ITEMS; i++)
		sum ^= items[i].result * (2 * i + 1);
	free(items);
	return sum;
}

START_TEST(order_is_kept)
{
	uint64_t want = run_all(0, 8);

	ck_assert_uint_eq(run_all(0, 1), want);
	ck_assert_uint_eq(run_all(1, 1), want);
	ck_assert_uint_eq(run_all(1, 4), want);
	ck_assert_uint_eq(run_all(2, 4), want);
	ck_assert_uint_eq(run_all(4, 3), want);
	ck_assert_uint_eq(run_all(7, 64), want);
}
END_TEST

START_TEST(full_pool_says_so)
{
	for (unsigned int threads = 0; threads < 3; threads++) {
		struct env env = { .fail_at = -1 };
		struct item items[3] = { { .number = 0 }, { .number = 1 },
					 { .number = 2 } };
		struct pool *p;

		ck_assert_int_eq(pool_new(&ops, &env, threads, 2, &p, NULL),
				 0);
		ck_assert_int_eq(pool_submit(p, &items[0]), IMGFMT_OK);
		ck_assert_int_eq(pool_submit(p, &items[1]), IMGFMT_OK);
		ck_assert_int_eq(pool_submit(p, &items[2]), IMGFMT_END);
		take_one(p, 0);
		ck_assert_int_eq(pool_submit(p, &items[2]), IMGFMT_OK);
		take_one(p, 1);
		take_one(p, 2);
		pool_free(p);
	}
}
END_TEST

START_TEST(frees_with_items_in_flight)
{
	for (unsigned int round = 0; round < 50; round++) {
		struct env env = { .fail_at = -1 };
		struct item *items = make_items();
		struct pool *p;

		ck_assert_int_eq(pool_new(&ops, &env, round % 5, 32, &p, NULL),
				 0);
		for (unsigned int i = 0; i < round % 33; i++)
			ck_assert_int_eq(pool_submit(p, &items[i]), 0);
		pool_free(p);
		ck_assert_int_eq(env.workers, 0);
		free(items);
	}
	pool_free(NULL);
}
END_TEST

/* Items are finished one by one in their order, up to the first that fails. */
START_TEST(finishes_in_order)
{
	for (unsigned int threads = 0; threads <= 5; threads++) {
		struct env env = { .fail_at = -1 };
		struct item *items = make_items();
		uint32_t next = 0, fails = ITEMS - 100;
		struct pool *p;

		ck_assert_int_eq(pool_new(&finishing_ops, &env, threads, 9, &p,
					  NULL), 0);
		for (uint32_t i = 0; i < ITEMS; i++) {
			items[i].fails = i == fails;
			while (pool_submit(p, &items[i]) == IMGFMT_END)
				take_one(p, next++);
		}
		while (next < ITEMS)
			take_one(p, next++);
		ck_assert(!env.out_of_order);
		ck_assert_uint_eq(env.finished, fails);
		pool_free(p);
		free(items);
	}
}
END_TEST

/* Whatever had begun is finished, the rest is cancelled, all in order. */
START_TEST(cancels_what_has_not_begun)
{
	for (unsigned int round = 0; round < 50; round++) {
		struct env env = { .fail_at = -1 };
		struct item *items = make_items();
		bool cancelled = false;
		struct pool *p;
		void *taken;

		ck_assert_int_eq(pool_new(&ops, &env, round % 3, 32, &p, NULL),
				 0);
		for (uint32_t i = 0; i < 32; i++) {
			items[i].fails = false;
			ck_assert_int_eq(pool_submit(p, &items[i]), 0);
		}
		pool_cancel(p);
		for (uint32_t i = 0; i < 32; i++) {
			struct imgfmt_error err = { 0 };
			int rc = pool_take(p, &taken, &err);

			ck_assert_ptr_eq(taken, &items[i]);
			cancelled |= rc == IMGFMT_E_CANCELLED;
			ck_assert_int_eq(rc, cancelled ? IMGFMT_E_CANCELLED :
							 IMGFMT_OK);
			ck_assert_int_eq(err.status, rc);
			ck_assert_int_eq(items[i].worked, !cancelled);
		}
		ck_assert_int_eq(pool_submit(p, &items[40]), 0);
		take_one(p, 40);
		pool_free(p);
		free(items);
	}
}
END_TEST

/* An item that is worked on until the test lets it go. */
struct gate {
	atomic_bool begun, open;
	bool worked;
};

static int pass_gate(void *worker, void *item, struct imgfmt_error *err)
{
	struct gate *gate = item;

	(void)worker;
	(void)err;
	atomic_store(&gate->begun, true);
	while (!atomic_load(&gate->open))
		sched_yield();
	gate->worked = true;
	return IMGFMT_OK;
}

static void wait_until_begun(struct gate *gate)
{
	while (!atomic_load(&gate->begun))
		sched_yield();
}

/*
 * The worker is held at item 0, which it took alone, until the others are
 * there, and at item 1 until those that it did not take with it are cancelled.
 */
START_TEST(takes_items_in_rows)
{
	static const struct pool_ops gate_ops = { .work = pass_gate };
	enum { COUNT = 3 * POOL_ROW };
	struct gate gates[COUNT] = { 0 };
	struct pool *p;
	void *taken;

	ck_assert_int_eq(pool_new(&gate_ops, NULL, 1, COUNT, &p, NULL), 0);
	for (uint32_t i = 2; i < COUNT; i++)
		atomic_store(&gates[i].open, true);
	ck_assert_int_eq(pool_submit(p, &gates[0]), 0);
	wait_until_begun(&gates[0]);
	for (uint32_t i = 1; i < COUNT; i++)
		ck_assert_int_eq(pool_submit(p, &gates[i]), 0);
	atomic_store(&gates[0].open, true);
	wait_until_begun(&gates[1]);
	pool_cancel(p);
	atomic_store(&gates[1].open, true);
	for (uint32_t i = 0; i < COUNT; i++) {
		bool in_row = i <= POOL_ROW;

		ck_assert_int_eq(pool_take(p, &taken, NULL),
				 in_row ? IMGFMT_OK : IMGFMT_E_CANCELLED);
		ck_assert_ptr_eq(taken, &gates[i]);
		ck_assert(gates[i].worked == in_row);
	}
	pool_free(p);
}
END_TEST

START_TEST(failed_start_leaves_nothing)
{
	for (int fail_at = 0; fail_at < 4; fail_at++) {
		struct env env = { .fail_at = fail_at };
		struct imgfmt_error err = { 0 };
		struct pool *p;

		ck_assert_int_eq(pool_new(&ops, &env, 4, 8, &p, &err),
				 IMGFMT_E_NOMEM);
		ck_assert_ptr_null(p);
		ck_assert_int_eq(err.status, IMGFMT_E_NOMEM);
		ck_assert_int_eq(env.workers, 0);
	}
}
END_TEST

START_TEST(bounds_are_checked)
{
	struct env env = { .fail_at = -1 };
	struct pool *p;

	ck_assert_int_eq(pool_new(&ops, &env, 1, 0, &p, NULL), IMGFMT_E_USAGE);
	ck_assert_int_eq(pool_new(&ops, &env, POOL_THREADS_MAX + 1, 1, &p,
				  NULL),
			 IMGFMT_E_USAGE);
	ck_assert_int_eq(pool_new(&ops, &env, 1, POOL_DEPTH_MAX + 1, &p, NULL),
			 IMGFMT_E_USAGE);
}
END_TEST

static int report_signal_mask(void *worker, void *item,
			      struct imgfmt_error *err)
{
	sigset_t *set = item;

	(void)worker;
	(void)err;
	pthread_sigmask(SIG_SETMASK, NULL, set);
	return IMGFMT_OK;
}

START_TEST(workers_block_signals)
{
	static const struct pool_ops mask_ops = { .work = report_signal_mask };
	sigset_t set, before, after;
	struct pool *p;
	void *item;

	pthread_sigmask(SIG_SETMASK, NULL, &before);
	ck_assert_int_eq(pool_new(&mask_ops, NULL, 1, 1, &p, NULL), 0);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	ck_assert_int_eq(sigismember(&after, SIGINT),
			 sigismember(&before, SIGINT));
	ck_assert_int_eq(pool_submit(p, &set), 0);
	ck_assert_int_eq(pool_take(p, &item, NULL), 0);
	ck_assert_int_eq(sigismember(&set, SIGINT), 1);
	ck_assert_int_eq(sigismember(&set, SIGTERM), 1);
	pool_free(p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pool");
	TCase *tc = tcase_create("pool");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, order_is_kept);
	tcase_add_test(tc, full_pool_says_so);
	tcase_add_test(tc, frees_with_items_in_flight);
	tcase_add_test(tc, finishes_in_order);
	tcase_add_test(tc, cancels_what_has_not_begun);
	tcase_add_test(tc, takes_items_in_rows);
	tcase_add_test(tc, failed_start_leaves_nothing);
	tcase_add_test(tc, bounds_are_checked);
	tcase_add_test(tc, workers_block_signals);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
