/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures that openssl(1) makes when the test runs, and whom to trust.
 */
#include <time.h>

#include "trust_fixture.h"

static const struct {
	const char *key, *sign, *algorithm, *digest;
} good[] = {
	{ "rsa:2048", KERNEL " -md sha256", "RSA-2048", "SHA-256" },
	{ "rsa:3072", KERNEL " -md sha384", "RSA-3072", "SHA-384" },
	{ "rsa:2048", KERNEL " -md sha512", "RSA-2048", "SHA-512" },
	{ "rsa:2048", KERNEL " -md sha256 -keyopt rsa_padding_mode:pss",
	  "RSA-PSS-2048", "SHA-256" },
	{ "rsa:2048", KERNEL " -md sha512 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:20",
	  "RSA-PSS-2048", "SHA-512" },
	{ EC, KERNEL " -md sha256", "ECDSA-P-256", "SHA-256" },
	{ "ec -pkeyopt ec_paramgen_curve:P-384", KERNEL " -md sha384",
	  "ECDSA-P-384", "SHA-384" },
	{ EC, KERNEL " -md sha512", "ECDSA-P-256", "SHA-512" },
	{ EC, KERNEL " -keyid -md sha256", "ECDSA-P-256", "SHA-256" },
	{ EC, "-md sha256", "ECDSA-P-256", "SHA-256" },
	{ "rsa:2048", "-nocerts -md sha256", "RSA-2048", "SHA-256" },
};

START_TEST(algorithms)
{
	struct imgfmt_trust *trust;
	struct told told;

	make_signer("k", good[_i].key, "");
	run(SIGN " -signer k.pem -inkey k.key %s", good[_i].sign);
	trust = trust_with("k.pem", 0, 0);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_OK, &told), "");
	ck_assert_int_eq(told.count, 1);
	ck_assert_int_eq(told.last.verdict, IMGFMT_SIGNATURE_GOOD);
	ck_assert_str_eq(told.subject, "CN=k");
	ck_assert_str_eq(told.algorithm, good[_i].algorithm);
	ck_assert_str_eq(told.digest, good[_i].digest);
	ck_assert_int_eq(told.last.has_time, !strstr(good[_i].sign, "noattr"));
	ck_assert_str_eq(judge(trust, DATA "x", IMGFMT_E_SIGNATURE, &told),
			 "SIG-05");
	ck_assert_int_eq(told.last.verdict, IMGFMT_SIGNATURE_BAD);
	imgfmt_trust_free(trust);
	/* Another key: not trusted, whether the certificate is inside or not. */
	ck_assert_str_eq(judge_by("me.pem", IMGFMT_E_UNTRUSTED, &told),
			 "TRU-01");
	ck_assert_int_eq(told.last.verdict, IMGFMT_SIGNATURE_UNTRUSTED);
}
END_TEST

static const struct {
	const char *key, *sign;
} weak[] = {
	{ "rsa:2048", KERNEL " -md sha1" },
	{ "rsa:2048", KERNEL " -md sha224" },
	{ "rsa:2048", KERNEL " -md md5" },
	{ "rsa:2048", "-md sha1" },
	{ "rsa:1024", KERNEL " -md sha256" },
	{ "ec -pkeyopt ec_paramgen_curve:P-224", KERNEL " -md sha256" },
	{ "ec -pkeyopt ec_paramgen_curve:secp256k1", KERNEL " -md sha256" },
	{ "rsa:2048", KERNEL " -md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_mgf1_md:sha1" },
	{ "rsa:2048", KERNEL " -md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:0" },
};

START_TEST(weak_algorithms)
{
	struct told told;

	make_signer("k", weak[_i].key, "");
	run(SIGN " -signer k.pem -inkey k.key %s", weak[_i].sign);
	ck_assert_str_eq(judge_by("k.pem", IMGFMT_E_SIGNATURE, &told),
			 "SIG-04");
	ck_assert_ptr_nonnull(strstr(told.last.why.message, "weak"));
}
END_TEST

START_TEST(forms)
{
	struct told told;

	/* With its content inside, signing it or not. */
	run(SIGN " -signer me.pem -inkey me.key " KERNEL " -nodetach");
	ck_assert_str_eq(judge_by("me.pem", IMGFMT_E_SIGNATURE, &told),
			 "SIG-03");
	run("openssl cms -data_create -in data -outform DER -out sig");
	ck_assert_str_eq(judge_by("me.pem", IMGFMT_E_SIGNATURE, &told),
			 "SIG-03");
	run("printf x >sig");
	ck_assert_str_eq(judge_by("me.pem", IMGFMT_E_SIGNATURE, &told),
			 "SIG-03");
	run(SIGN " -signer me.pem -inkey me.key " KERNEL " && printf x >>sig");
	ck_assert_str_eq(judge_by("me.pem", IMGFMT_E_SIGNATURE, &told),
			 "SIG-03");
	/* Of another type of content. */
	run(SIGN " -signer me.pem -inkey me.key -econtent_type 1.2.3");
	ck_assert_str_eq(judge_by("me.pem", IMGFMT_E_SIGNATURE, &told),
			 "SIG-03");
	/* Of indefinite length, which is BER only. */
	run(SIGN " -stream -signer me.pem -inkey me.key " KERNEL);
	ck_assert_str_eq(judge_by("me.pem", IMGFMT_E_SIGNATURE, &told),
			 "SIG-03");
	/* In PEM it is the same signature. */
	run("openssl cms -sign -binary -outform PEM -in data -out sig -signer me.pem -inkey me.key " KERNEL);
	ck_assert_str_eq(judge_by("me.pem", IMGFMT_OK, &told), "");
}
END_TEST

START_TEST(several_signers)
{
	struct told told;

	make_signer("other", EC, "");
	run(SIGN " -signer other.pem -inkey other.key -signer me.pem -inkey me.key " KERNEL);
	ck_assert_str_eq(judge_by("me.pem", IMGFMT_OK, &told), "");
	ck_assert_int_eq(told.count, 2);
}
END_TEST

/* Of SHA-256: stands in the list of digests, and in front of the signer's. */
static const uint8_t sha256_oid[] = { 0x60, 0x86, 0x48, 0x01, 0x65,
				      0x03, 0x04, 0x02, 0x01 };

/*
 * Names that differ in form only are equal, and versions say nothing; from the
 * signer's digest on, every bit counts.
 */
START_TEST(every_bit)
{
	struct imgfmt_trust *trust;
	struct told told = { 0 };
	const uint8_t *first, *second;
	struct vec sig;
	uint8_t *bytes;
	size_t from, let_pass = 0;

	run(SIGN " -signer me.pem -inkey me.key " KERNEL " -md sha256");
	trust = trust_with("me.pem", 0, 0);
	vec_init(&sig, 1);
	ck_assert(!trust_load_signature(in_dir("sig"), &sig, NULL));
	bytes = sig.data;
	first = memmem(bytes, sig.len, sha256_oid, sizeof(sha256_oid));
	ck_assert_ptr_nonnull(first);
	from = (size_t)(first - bytes) + 1;
	second = memmem(bytes + from, sig.len - from, sha256_oid,
			sizeof(sha256_oid));
	ck_assert_ptr_nonnull(second);
	from = (size_t)(second - bytes);
	for (size_t i = 0; i < 8 * sig.len; i++) {
		int rc;

		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		rc = imgfmt_signature_judge(trust, DATA, strlen(DATA), bytes,
					    sig.len, take, &told, NULL);
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		ck_assert_msg(rc || i / 8 < from, "bit %zu", i);
		let_pass += !rc;
	}
	ck_assert_uint_lt(let_pass, 40);
	vec_fini(&sig);
	imgfmt_trust_free(trust);
}
END_TEST

START_TEST(chains)
{
	struct told told;

	make_authority("root");
	issue("mid", "root",
	      "basicConstraints=critical,CA:TRUE\\nkeyUsage=critical,keyCertSign,cRLSign\\nsubjectKeyIdentifier=hash\\n");
	issue("leaf", "mid", "keyUsage=critical,digitalSignature\\n");
	run("mkdir t && cp root.pem mid.pem t");
	run(SIGN " -signer leaf.pem -inkey leaf.key " KERNEL);
	/* Nobody has the leaf's certificate. */
	ck_assert_str_eq(judge_by("t", IMGFMT_E_UNTRUSTED, &told), "TRU-01");
	ck_assert_int_eq(told.last.has_certificate, 0);
	ck_assert_int_gt(strlen(told.serial), 0);
	/* It comes along. */
	run(SIGN " -signer leaf.pem -inkey leaf.key -noattr");
	ck_assert_str_eq(judge_by("t", IMGFMT_OK, &told), "");
	/* The intermediate one comes along too, or is missing. */
	ck_assert_str_eq(judge_by("root.pem", IMGFMT_E_UNTRUSTED, &told),
			 "TRU-01");
	run(SIGN " -signer leaf.pem -inkey leaf.key -noattr -certfile mid.pem");
	ck_assert_str_eq(judge_by("root.pem", IMGFMT_OK, &told), "");
	/* Pinned: itself, or the authority in the middle, alone. */
	ck_assert_str_eq(judge_by("leaf.pem", IMGFMT_OK, &told), "");
	ck_assert_str_eq(judge_by("mid.pem", IMGFMT_OK, &told), "");
	/* A leaf is no authority. */
	issue("fake", "leaf", "keyUsage=critical,digitalSignature\\n");
	run(SIGN " -signer fake.pem -inkey fake.key -noattr -certfile leaf.pem -certfile mid.pem");
	ck_assert_str_eq(judge_by("root.pem", IMGFMT_E_UNTRUSTED, &told),
			 "TRU-01");
	ck_assert_str_eq(judge_by("leaf.pem", IMGFMT_E_UNTRUSTED, &told),
			 "TRU-01");
}
END_TEST

START_TEST(validity)
{
	static const int64_t year = 365 * 86400;
	struct imgfmt_trust *trust;
	struct told told;
	int64_t from;

	run(SIGN " -signer me.pem -inkey me.key " KERNEL);
	judge_by("me.pem", IMGFMT_OK, &told);
	from = told.last.not_before;
	ck_assert_int_eq(told.last.not_after - from, 30 * 86400);
	trust = trust_with("me.pem", 0, from + year);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_E_UNTRUSTED, &told),
			 "TRU-02");
	ck_assert_ptr_nonnull(strstr(told.last.why.message, "expired"));
	imgfmt_trust_free(trust);
	trust = trust_with("me.pem", IMGFMT_TRUST_EXPIRED, from + year);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_OK, &told), "");
	imgfmt_trust_free(trust);
	trust = trust_with("me.pem", IMGFMT_TRUST_EXPIRED, from - year);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_E_UNTRUSTED, &told),
			 "TRU-02");
	ck_assert_ptr_nonnull(strstr(told.last.why.message, "valid only from"));
	imgfmt_trust_free(trust);
	trust = trust_with("me.pem", IMGFMT_TRUST_ANY_TIME, from - year);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_OK, &told), "");
	imgfmt_trust_free(trust);
}
END_TEST

START_TEST(usage)
{
	struct imgfmt_trust *trust;
	struct told told;

	run("openssl req -x509 -nodes -newkey " EC " -keyout k.key -out k.pem -subj /CN=k -addext keyUsage=critical,keyEncipherment");
	run(SIGN " -signer k.pem -inkey k.key " KERNEL);
	ck_assert_str_eq(judge_by("k.pem", IMGFMT_E_UNTRUSTED, &told),
			 "TRU-03");
	/* None at all, and one of another kind, as the kernel sees it. */
	run("openssl req -x509 -nodes -newkey " EC " -keyout k.key -out k.pem -subj /CN=k -addext extendedKeyUsage=serverAuth");
	run(SIGN " -signer k.pem -inkey k.key " KERNEL);
	ck_assert_str_eq(judge_by("k.pem", IMGFMT_OK, &told), "");
	trust = trust_with("k.pem", IMGFMT_TRUST_CODE_SIGNING, 0);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_E_UNTRUSTED, &told),
			 "TRU-03");
	imgfmt_trust_free(trust);
	make_signer("c", EC, "-addext extendedKeyUsage=codeSigning");
	run(SIGN " -signer c.pem -inkey c.key " KERNEL);
	trust = trust_with("c.pem", IMGFMT_TRUST_CODE_SIGNING, 0);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_OK, &told), "");
	imgfmt_trust_free(trust);
}
END_TEST

START_TEST(revocation)
{
	struct imgfmt_trust *trust;
	struct told told;

	make_authority("root");
	issue("leaf", "root", "keyUsage=critical,digitalSignature\\n");
	run(SIGN " -signer leaf.pem -inkey leaf.key " KERNEL);
	run("printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\ndefault_md=sha256\\ncrlnumber=number\\n' >conf; : >index; echo 01 >number");
	run("mkdir t && cp root.pem leaf.pem t");
	trust = trust_with("t", IMGFMT_TRUST_REVOCATION, 0);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_E_UNTRUSTED, &told),
			 "TRU-04");
	ck_assert_ptr_nonnull(strstr(told.last.why.message, "missing"));
	imgfmt_trust_free(trust);
	run("openssl ca -config conf -gencrl -keyfile root.key -cert root.pem -crldays 7 -out t/root.crl");
	ck_assert_str_eq(judge_by("t", IMGFMT_OK, &told), "");
	trust = trust_with("t", IMGFMT_TRUST_REVOCATION, 0);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_OK, &told), "");
	imgfmt_trust_free(trust);
	/* An old list: when may it be old? */
	trust = trust_with("t", 0, told.last.not_before + 20 * 86400);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_E_UNTRUSTED, &told),
			 "TRU-02");
	ck_assert_ptr_nonnull(strstr(told.last.why.message, "revocation list"));
	imgfmt_trust_free(trust);
	/* Revoked, though its certificate is in the folder as well. */
	run("openssl ca -config conf -revoke leaf.pem -keyfile root.key -cert root.pem && openssl ca -config conf -gencrl -keyfile root.key -cert root.pem -crldays 7 -out t/root.crl");
	ck_assert_str_eq(judge_by("t", IMGFMT_E_UNTRUSTED, &told), "TRU-04");
	ck_assert_ptr_nonnull(strstr(told.last.why.message, "revoked"));
}
END_TEST

static time_t clock_says;	/* 0: the truth */

time_t __wrap_time(time_t *ret);
time_t __real_time(time_t *ret);

time_t __wrap_time(time_t *ret)
{
	return clock_says ? clock_says : __real_time(ret);
}

/* As of a machine without a battery: 1970, some minutes after the start. */
START_TEST(clock_is_not_set)
{
	struct imgfmt_trust *trust;
	struct told told;

	run(SIGN " -signer me.pem -inkey me.key " KERNEL);
	clock_says = 300;
	ck_assert_str_eq(judge_by("me.pem", IMGFMT_E_UNTRUSTED, &told),
			 "TRU-02");
	ck_assert_ptr_nonnull(strstr(told.last.why.message,
				     "the clock of this machine is not set, it says 1970-01-01T00:05:00Z"));
	trust = trust_with("me.pem", IMGFMT_TRUST_ANY_TIME, 0);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_OK, &told), "");
	imgfmt_trust_free(trust);
	clock_says = 0;
	ck_assert_str_eq(judge_by("me.pem", IMGFMT_OK, &told), "");
}
END_TEST

/* Adding @path fails; the message. */
static const char *refused(const char *path, int want)
{
	static struct imgfmt_error err;
	struct imgfmt_trust *trust = trust_with(NULL, 0, 0);

	ck_assert_int_eq(imgfmt_trust_add(trust, in_dir(path), &err), want);
	imgfmt_trust_free(trust);
	return err.message;
}

START_TEST(files)
{
	struct told told;

	run(SIGN " -signer me.pem -inkey me.key " KERNEL);
	run("openssl x509 -in me.pem -outform DER -out me.der");
	ck_assert_str_eq(judge_by("me.der", IMGFMT_OK, &told), "");
	run("mkdir t && cp me.key t/README && cp me.pem t/me.crt");
	ck_assert_str_eq(judge_by("t", IMGFMT_OK, &told), "");
	/* A key beside its certificate is passed over. */
	run("cat me.key me.pem >both.pem");
	ck_assert_str_eq(judge_by("both.pem", IMGFMT_OK, &told), "");
	refused("missing", IMGFMT_E_OS);
	refused("me.key", IMGFMT_E_USAGE);
	refused("data", IMGFMT_E_USAGE);
	run("mkdir empty");
	refused("empty", IMGFMT_E_USAGE);
	/* One that is damaged fails the folder, and is named. */
	run("sed 's/^MI/XX/' me.pem >t/zz.pem");
	ck_assert_ptr_nonnull(strstr(refused("t", IMGFMT_E_USAGE), "zz.pem"));
	/* What is no file is not waited for. */
	run("mkdir f && mkfifo f/a.pem && cp me.pem f/b.pem");
	ck_assert_ptr_nonnull(strstr(refused("f", IMGFMT_E_USAGE),
				     "a.pem: not a regular file"));
	run("rm f/a.pem && ln -s ../me.pem f/a.pem");
	ck_assert_str_eq(judge_by("f", IMGFMT_OK, &told), "");
	run("head -c 1048577 /dev/zero >big.pem");
	refused("big.pem", IMGFMT_E_LIMIT);
	/* Nobody is trusted by an empty one. */
	ck_assert_str_eq(judge_by(NULL, IMGFMT_E_UNTRUSTED, &told), "TRU-01");
}
END_TEST

START_TEST(nobody_to_trust)
{
	struct told told;

	run(SIGN " -signer me.pem -inkey me.key");
	ck_assert_str_eq(judge(NULL, DATA, IMGFMT_OK, &told), "");
	ck_assert_int_eq(told.last.verdict, IMGFMT_SIGNATURE_UNCHECKED);
	ck_assert_str_eq(told.subject, "CN=me");
	ck_assert_int_eq(trust_judge(NULL, DATA, 4, NULL, 0, take, &told,
				     NULL), IMGFMT_E_UNSIGNED);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("trust");
	TCase *c = tcase_create("trust");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, enter, leave);
	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, algorithms, 0, (int)ARRAY_SIZE(good));
	tcase_add_loop_test(c, weak_algorithms, 0, (int)ARRAY_SIZE(weak));
	tcase_add_test(c, forms);
	tcase_add_test(c, several_signers);
	tcase_add_test(c, every_bit);
	tcase_add_test(c, chains);
	tcase_add_test(c, validity);
	tcase_add_test(c, clock_is_not_set);
	tcase_add_test(c, usage);
	tcase_add_test(c, revocation);
	tcase_add_test(c, files);
	tcase_add_test(c, nobody_to_trust);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
