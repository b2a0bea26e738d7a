/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filling the caller's struct imgfmt_error.
 *
 * An error is described once, at the place that knows; callers that know more
 * of the context put it in front with err_prefix().  Every function here
 * accepts a NULL error and returns the status, so that a check reads
 *
 *	return err_rule(err, IMGFMT_E_CORRUPT, "IDX-05", off, "...");
 */
#ifndef IMGFMT_BASE_ERROR_H
#define IMGFMT_BASE_ERROR_H

#include "base/base.h"
#include "imgfmt.h"

/* An error without a place in the image. */
int err_set(struct imgfmt_error *err, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A violated rule of the specification at byte @offset (or IMGFMT_NOWHERE). */
int err_rule(struct imgfmt_error *err, int status, const char *rule,
	     uint64_t offset, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* The same about a page frame. */
int err_rule_pfn(struct imgfmt_error *err, int status, const char *rule,
		 uint64_t offset, uint64_t pfn, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* A failed system call: @os_errno and its text follow the message. */
int err_os(struct imgfmt_error *err, int os_errno, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The same where the message says it all: @os_errno is for the caller.
 */
int err_refuse(struct imgfmt_error *err, int os_errno, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Out of memory; @what names what was to be allocated. */
int err_nomem(struct imgfmt_error *err, const char *what);

/* Put context in front of a message that is already there: "context: message". */
void err_prefix(struct imgfmt_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* IMGFMT_BASE_ERROR_H */
