/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys, certificates and signatures that openssl(1) makes when a test runs.
 */
#ifndef TESTS_UNIT_TRUST_FIXTURE_H
#define TESTS_UNIT_TRUST_FIXTURE_H

#include <check.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/vec.h"
#include "trust/trust.h"

#define DATA "what is signed\n"

/* The flags of the kernel's scripts/sign-file, and the signer's. */
#define KERNEL "-noattr -nocerts -nosmimecap"
#define SIGN "openssl cms -sign -binary -outform DER -in data -out sig"

static char dir[] = "/tmp/test_trust.XXXXXX";

/* Runs in the folder of the test; what it says goes to a log there. */
static inline void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static inline void run(const char *fmt, ...)
{
	char text[1024], command[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(command, sizeof(command), "cd %s && { %s; } >>log 2>&1", dir,
		 text);
	ck_assert_msg(!system(command), "%s", text);
}

static inline const char *in_dir(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* A key and a certificate that signs itself: NAME.key, NAME.pem. */
static inline void make_signer(const char *name, const char *key, const char *more)
{
	run("openssl req -x509 -nodes -newkey %s -keyout %s.key -out %s.pem -subj /CN=%s -addext keyUsage=critical,digitalSignature %s",
	    key, name, name, name, more);
}

/* NAME.pem, issued by ISSUER, with the lines EXTENSIONS. */
static inline void issue(const char *name, const char *issuer, const char *extensions)
{
	run("openssl req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout %s.key -out %s.csr -subj /CN=%s && printf '%s' >ext && openssl x509 -req -in %s.csr -CA %s.pem -CAkey %s.key -CAcreateserial -days 30 -extfile ext -out %s.pem",
	    name, name, name, extensions, name, issuer, issuer, name);
}

#define EC "ec -pkeyopt ec_paramgen_curve:P-256"
#define CA "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign"

static inline void make_authority(const char *name)
{
	run("openssl req -x509 -nodes -newkey " EC " -keyout %s.key -out %s.pem -subj /CN=%s " CA,
	    name, name, name);
}

static inline void enter(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	run("printf '" "what is signed\\n" "' >data");
	make_signer("me", EC, "");
}

static inline void leave(void)
{
	char command[sizeof(dir) + 16];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
	memset(dir + sizeof(dir) - 7, 'X', 6);
}

/* What was told of the signer told last. */
struct told {
	int count;
	struct imgfmt_signature last;
	char subject[256], algorithm[64], digest[16], serial[64];
};

static inline void keep(char *to, size_t room, const char *from)
{
	snprintf(to, room, "%s", from ? from : "");
}

static inline void take(void *ctx, const struct imgfmt_signature *s)
{
	struct told *t = ctx;

	t->count++;
	t->last = *s;
	keep(t->subject, sizeof(t->subject), s->subject);
	keep(t->algorithm, sizeof(t->algorithm), s->algorithm);
	keep(t->digest, sizeof(t->digest), s->digest);
	keep(t->serial, sizeof(t->serial), s->serial);
}

static inline struct imgfmt_trust *trust_with(const char *path, uint32_t flags,
				       int64_t time)
{
	const struct imgfmt_trust_opts opts = {
		.struct_size = sizeof(opts),
		.flags = flags,
		.has_time = time != 0,
		.time = time,
	};
	struct imgfmt_trust *trust;
	struct imgfmt_error err;

	ck_assert(!imgfmt_trust_new(&opts, &trust, &err));
	if (path)
		ck_assert_msg(!imgfmt_trust_add(trust, in_dir(path), &err),
			      "%s: %s", path, err.message);
	return trust;
}

/* Judge the file "sig" over @data; the rule, or "" for a good one. */
static inline const char *judge(const struct imgfmt_trust *trust, const char *data,
			 int want, struct told *told)
{
	static struct imgfmt_error err;
	struct vec sig;
	int rc;

	vec_init(&sig, 1);
	ck_assert(!trust_load_signature(in_dir("sig"), &sig, &err));
	memset(&err, 0, sizeof(err));
	memset(told, 0, sizeof(*told));
	rc = imgfmt_signature_judge(trust, data, strlen(data), sig.data,
				    sig.len, take, told, &err);
	ck_assert_msg(rc == want, "%d: %s [%s]", rc, err.message, err.rule);
	vec_fini(&sig);
	return err.rule;
}

/* By what is in the file or folder @trusted. */
static inline const char *judge_by(const char *trusted, int want, struct told *told)
{
	struct imgfmt_trust *trust = trust_with(trusted, 0, 0);
	const char *rule = judge(trust, DATA, want, told);

	imgfmt_trust_free(trust);
	return rule;
}

#endif /* TESTS_UNIT_TRUST_FIXTURE_H */
