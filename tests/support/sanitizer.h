/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a sanitizer was built in, which takes time and address space.
 */
#ifndef TESTS_SUPPORT_SANITIZER_H
#define TESTS_SUPPORT_SANITIZER_H

#ifdef __has_feature
#define SANITIZED \
	(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#endif /* TESTS_SUPPORT_SANITIZER_H */
