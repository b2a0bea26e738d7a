/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Growable arrays: capacity doubles, sizes never wrap.
 */
#include "base/vec.h"

#include <stdlib.h>

#include "base/error.h"

#define VEC_CAP_MIN 16u

void vec_init(struct vec *v, size_t elem)
{
	*v = (struct vec){ .elem = elem };
}

void vec_fini(struct vec *v)
{
	free(v->data);
	vec_init(v, v->elem);
}

int vec_reserve(struct vec *v, size_t more, struct imgfmt_error *err)
{
	size_t need, cap, size;
	void *data;

	if (add_overflow(v->len, more, &need))
		return err_nomem(err, "an array");
	if (need <= v->cap)
		return IMGFMT_OK;
	if (mul_overflow(v->cap, (size_t)2, &cap) || cap < need)
		cap = need;
	if (cap < VEC_CAP_MIN)
		cap = VEC_CAP_MIN;
	if (mul_overflow(cap, v->elem, &size))
		return err_nomem(err, "an array");
	data = realloc(v->data, size);
	if (!data)
		return err_nomem(err, "an array");
	v->data = data;
	v->cap = cap;
	return IMGFMT_OK;
}

int vec_push(struct vec *v, const void *elem, struct imgfmt_error *err)
{
	return vec_append(v, elem, 1, err);
}

int vec_append(struct vec *v, const void *elems, size_t count,
	       struct imgfmt_error *err)
{
	int rc;

	if (!count)
		return IMGFMT_OK;
	rc = vec_reserve(v, count, err);
	if (rc < 0)
		return rc;
	memcpy((char *)v->data + v->len * v->elem, elems, count * v->elem);
	v->len += count;
	return IMGFMT_OK;
}
