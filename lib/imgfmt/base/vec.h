/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A growable array of elements of one size.
 *
 * Elements move when the array grows: keep indices, not pointers, across a
 * call that adds.  Who fills a vector from a file bounds the count first; the
 * vector only promises that no size wraps.
 */
#ifndef IMGFMT_BASE_VEC_H
#define IMGFMT_BASE_VEC_H

#include "base/base.h"
#include "imgfmt.h"

struct vec {
	void  *data;
	size_t len;	/* elements in use */
	size_t cap;	/* elements allocated */
	size_t elem;	/* bytes of one element */
};

/* An empty vector of @elem bytes each, at least 1; allocates nothing. */
void vec_init(struct vec *v, size_t elem);
void vec_fini(struct vec *v);

/* Make room for @more elements beyond those in use. */
int vec_reserve(struct vec *v, size_t more, struct imgfmt_error *err);

/* Copy one element to the end. */
int vec_push(struct vec *v, const void *elem, struct imgfmt_error *err);

/* Copy @count elements, which do not lie in the vector itself, to the end. */
int vec_append(struct vec *v, const void *elems, size_t count,
	       struct imgfmt_error *err);

/* Forget the elements, keep the memory. */
static inline void vec_clear(struct vec *v)
{
	v->len = 0;
}

/* The elements as an array of @type: vec_array(&v, struct range)[i].first. */
#define vec_array(v, type) ((type *)(v)->data)

#endif /* IMGFMT_BASE_VEC_H */
