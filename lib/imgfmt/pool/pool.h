/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ordered worker threads.
 *
 * Items go in at one end and come out at the other in the same order, however
 * many threads work on them, so that output never depends on their number.
 * With no threads the work is done inside pool_submit(): the same interface,
 * the same results, and the reference for both.
 *
 * One thread, the owner, makes all calls.  Items are the owner's: the pool
 * never copies or frees one, and an item is the worker's from pool_submit()
 * until pool_take() hands it back or pool_free() returns.  The usual loop:
 *
 *	while ((rc = next_item(&item)) == 0) {
 *		while ((rc = pool_submit(pool, item)) == IMGFMT_END)
 *			take one with pool_take(), use it;
 *	}
 *	take and use the rest until pool_take() says IMGFMT_END;
 */
#ifndef IMGFMT_POOL_POOL_H
#define IMGFMT_POOL_POOL_H

#include "base/base.h"
#include "imgfmt.h"

#define POOL_THREADS_MAX IMGFMT_THREADS_MAX
#define POOL_DEPTH_MAX	 65536u
#define POOL_ROW	 8u

struct pool;

struct pool_ops {
	/*
	 * State of one worker, for instance its compressor; @arg is that of
	 * pool_new().  Both may be NULL when workers need no state.
	 */
	int (*worker_new)(void *arg, void **ret, struct imgfmt_error *err);
	void (*worker_free)(void *worker);

	/* Work on one item: IMGFMT_OK or a negative status, never positive. */
	int (*work)(void *worker, void *item, struct imgfmt_error *err);

	/*
	 * What is done with the items one at a time and in their order, by any
	 * thread of the pool; none comes after one that failed.  @arg is that
	 * of pool_new().  NULL: nothing, or the owner does it.
	 */
	int (*finish)(void *arg, void *item, struct imgfmt_error *err);
};

/*
 * Start @threads workers, or none; at most @depth items (at least 1) are with
 * the pool at a time.  Twice as many as threads keeps everyone busy; with more a
 * worker takes up to POOL_ROW items that come one after the other, for the sake
 * of what it read for one and needs for the next.  The workers block all
 * signals.
 */
int pool_new(const struct pool_ops *ops, void *arg, unsigned int threads,
	     unsigned int depth, struct pool **ret, struct imgfmt_error *err);

/*
 * Cancel what has not begun, wait for what has, end the threads.  Items that
 * were not taken are no longer touched.
 */
void pool_free(struct pool *p);

/* IMGFMT_END when the pool is full: take an item first.  Never waits. */
int pool_submit(struct pool *p, void *item);

/*
 * Wait for the oldest item and take it back.  The result is that of its work
 * and finish, with its error in @err.  IMGFMT_END, and a NULL item, when the
 * pool is empty.
 */
int pool_take(struct pool *p, void **ret_item, struct imgfmt_error *err);

/*
 * Items that no worker has taken will not be worked on: pool_take() returns
 * them with IMGFMT_E_CANCELLED.  Items submitted later are not concerned.
 */
void pool_cancel(struct pool *p);

#endif /* IMGFMT_POOL_POOL_H */
