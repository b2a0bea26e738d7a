/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ordered worker threads over one ring of slots.
 *
 * Tickets count up for ever; ticket t lives in slot t % depth.  Four cursors
 * cut the tickets in service in three parts:
 *
 *	oldest <= finished <= next <= newest
 *	|  finished  |  begun  | waiting |
 *
 * Workers move next and finished, the owner moves the others.  What is begun is
 * with a worker, which takes several tickets in a row and works on them one
 * after the other.  A slot belongs to whoever its ticket says, so a worker fills
 * in its result without the lock and takes the lock only to publish it.
 */
#include "pool/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/error.h"

struct slot {
	void *item;
	int status;
	bool done;	/* worked on; under the lock */
	struct imgfmt_error err;
};

struct worker {
	struct pool *pool;
	void *state;
	pthread_t thread;
};

struct pool {
	const struct pool_ops *ops;
	void *arg;
	struct worker *workers;
	struct slot *slots;
	unsigned int threads;	/* running */
	unsigned int states;	/* workers that have their state */
	unsigned int depth;

	pthread_mutex_t lock;
	pthread_cond_t has_work;	/* waiting tickets, or stop */
	pthread_cond_t is_done;		/* see wake_owner() */

	/* Under the lock. */
	uint64_t oldest;
	uint64_t finished;
	uint64_t next;
	uint64_t newest;
	bool stop;
	bool finishing;			/* some thread moves finished */
	bool failed;			/* a finished ticket has */
};

static struct slot *slot_of(struct pool *p, uint64_t ticket)
{
	return &p->slots[ticket % p->depth];
}

static void run_slot(struct pool *p, void *state, struct slot *slot)
{
	slot->status = p->ops->work(state, slot->item, &slot->err);
}

/*
 * The owner, if it waits for the oldest ticket, sleeps on until half of the
 * tickets are begun: it then takes several and refills the pool in one go,
 * instead of waking up for each.
 */
static void wake_owner(struct pool *p)
{
	if (p->oldest < p->finished && p->newest - p->next <= p->depth / 2)
		pthread_cond_signal(&p->is_done);
}

static void finish_slot(struct pool *p, struct slot *slot)
{
	if (!p->failed && slot->status >= 0)
		slot->status = p->ops->finish(p->arg, slot->item, &slot->err);
}

/*
 * Finish what the worked-on tickets in a row allow, unless another thread is
 * at it: that one looks again.  The lock is held, but not meanwhile.
 */
static void finish_tickets(struct pool *p)
{
	if (p->finishing)
		return;
	p->finishing = true;
	while (p->finished < p->next && slot_of(p, p->finished)->done) {
		struct slot *slot = slot_of(p, p->finished);

		if (p->ops->finish) {
			pthread_mutex_unlock(&p->lock);
			finish_slot(p, slot);
			pthread_mutex_lock(&p->lock);
		}
		p->failed |= slot->status < 0;
		p->finished++;
		wake_owner(p);
	}
	p->finishing = false;
}

/*
 * Wait for tickets and take several in a row, as long as there are enough for
 * everyone; none when the pool ends.
 */
static uint64_t begin_tickets(struct pool *p, uint64_t *ret_first)
{
	uint64_t share;

	while (p->next == p->newest && !p->stop)
		pthread_cond_wait(&p->has_work, &p->lock);
	*ret_first = p->next;
	if (p->stop)
		return 0;
	share = (p->newest - p->next) / p->threads;
	share = max_u64(min_u64(share, POOL_ROW), 1);
	p->next += share;
	return share;
}

/* One of the tickets that a worker took; the lock is held before and after. */
static void work_on(struct worker *w, uint64_t ticket)
{
	struct pool *p = w->pool;
	struct slot *slot = slot_of(p, ticket);

	pthread_mutex_unlock(&p->lock);
	run_slot(p, w->state, slot);
	pthread_mutex_lock(&p->lock);
	slot->done = true;
	finish_tickets(p);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;
	uint64_t first, count;

	pthread_mutex_lock(&p->lock);
	while ((count = begin_tickets(p, &first)))
		for (uint64_t i = 0; i < count && !p->stop; i++)
			work_on(w, first + i);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static int make_states(struct pool *p, void *arg, unsigned int count,
		       struct imgfmt_error *err)
{
	for (; p->states < count; p->states++) {
		struct worker *w = &p->workers[p->states];

		w->pool = p;
		if (p->ops->worker_new) {
			int rc = p->ops->worker_new(arg, &w->state, err);

			if (rc < 0)
				return rc;
		}
	}
	return IMGFMT_OK;
}

/* Signals stay with the threads of the program: workers inherit a full mask. */
static int start_threads(struct pool *p, unsigned int threads,
			 struct imgfmt_error *err)
{
	sigset_t all, old;
	int rc = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (; p->threads < threads; p->threads++) {
		struct worker *w = &p->workers[p->threads];

		rc = pthread_create(&w->thread, NULL, worker_main, w);
		if (rc)
			break;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc ? err_os(err, rc, "cannot start a thread") : IMGFMT_OK;
}

static struct pool *pool_alloc(const struct pool_ops *ops,
			       unsigned int workers, unsigned int depth)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->ops = ops;
	p->depth = depth;
	p->workers = calloc(workers, sizeof(*p->workers));
	p->slots = calloc(depth, sizeof(*p->slots));
	/* With default attributes these three cannot fail on Linux. */
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->has_work, NULL);
	pthread_cond_init(&p->is_done, NULL);
	if (p->workers && p->slots)
		return p;
	pool_free(p);
	return NULL;
}

int pool_new(const struct pool_ops *ops, void *arg, unsigned int threads,
	     unsigned int depth, struct pool **ret, struct imgfmt_error *err)
{
	unsigned int workers = threads ? threads : 1;
	struct pool *p;
	int rc;

	*ret = NULL;
	if (threads > POOL_THREADS_MAX || !depth || depth > POOL_DEPTH_MAX)
		return err_set(err, IMGFMT_E_USAGE,
			       "a pool of %u threads and %u items", threads,
			       depth);
	p = pool_alloc(ops, workers, depth);
	if (!p)
		return err_nomem(err, "worker threads");
	p->arg = arg;
	rc = make_states(p, arg, workers, err);
	if (rc >= 0)
		rc = start_threads(p, threads, err);
	if (rc < 0) {
		pool_free(p);
		return rc;
	}
	*ret = p;
	return IMGFMT_OK;
}

static void join_threads(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->has_work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned int i = 0; i < p->threads; i++)
		pthread_join(p->workers[i].thread, NULL);
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	join_threads(p);
	for (unsigned int i = 0; i < p->states; i++)
		if (p->ops->worker_free)
			p->ops->worker_free(p->workers[i].state);
	pthread_cond_destroy(&p->is_done);
	pthread_cond_destroy(&p->has_work);
	pthread_mutex_destroy(&p->lock);
	free(p->slots);
	free(p->workers);
	free(p);
}

int pool_submit(struct pool *p, void *item)
{
	struct slot *slot;

	/* Only the owner moves these two, so it may read them unlocked. */
	if (p->newest - p->oldest == p->depth)
		return IMGFMT_END;
	slot = slot_of(p, p->newest);
	slot->item = item;
	slot->done = false;
	if (!p->threads) {
		run_slot(p, p->workers[0].state, slot);
		slot->done = true;
		p->next++;
		p->newest++;
		pthread_mutex_lock(&p->lock);
		finish_tickets(p);
		pthread_mutex_unlock(&p->lock);
		return IMGFMT_OK;
	}
	pthread_mutex_lock(&p->lock);
	p->newest++;
	pthread_cond_signal(&p->has_work);
	pthread_mutex_unlock(&p->lock);
	return IMGFMT_OK;
}

int pool_take(struct pool *p, void **ret_item, struct imgfmt_error *err)
{
	struct slot *slot = slot_of(p, p->oldest);

	*ret_item = NULL;
	if (p->oldest == p->newest)
		return IMGFMT_END;
	pthread_mutex_lock(&p->lock);
	while (p->oldest == p->finished)
		pthread_cond_wait(&p->is_done, &p->lock);
	p->oldest++;
	pthread_mutex_unlock(&p->lock);
	*ret_item = slot->item;
	if (slot->status < 0 && err)
		*err = slot->err;
	return slot->status;
}

void pool_cancel(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	for (; p->next < p->newest; p->next++) {
		struct slot *slot = slot_of(p, p->next);

		slot->status = err_set(&slot->err, IMGFMT_E_CANCELLED,
				       "cancelled");
		slot->done = true;
	}
	finish_tickets(p);
	pthread_mutex_unlock(&p->lock);
}
