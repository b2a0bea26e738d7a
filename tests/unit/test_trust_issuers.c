/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Issuers with the same name, out of their time or missing, and their lists.
 */
#include "trust_fixture.h"

#define CRL_CONF "printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\ndefault_md=sha256\\ncrlnumber=number\\n' >conf; : >index; echo 01 >number"

/* A list of ISSUER's, with @revoked on it, or none, to the file @to. */
static void list_of(const char *issuer, const char *revoked, const char *to)
{
	run(CRL_CONF);
	if (revoked)
		run("openssl ca -config conf -revoke %s -keyfile %s.key -cert %s.pem",
		    revoked, issuer, issuer);
	run("openssl ca -config conf -gencrl -keyfile %s.key -cert %s.pem -crldays 7 -out %s",
	    issuer, issuer, to);
}

/* Another key under the name of @name, without a key id: FILE.key, FILE.pem. */
static void make_namesake(const char *file, const char *name, const char *more)
{
	run("openssl req -x509 -nodes -newkey " EC " -keyout %s.key -out %s.pem -subj /CN=%s " CA " -addext subjectKeyIdentifier=none -addext authorityKeyIdentifier=none %s",
	    file, file, name, more);
}

/* By each of these folders, which hold the same in another order. */
static void judge_both(uint32_t flags, int want, const char *rule)
{
	static const char *const folders[] = { "ab", "ba" };
	struct told told;

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		struct imgfmt_trust *trust = trust_with(folders[i], flags, 0);

		ck_assert_str_eq(judge(trust, DATA, want, &told), rule);
		imgfmt_trust_free(trust);
	}
}

/* What has a name is not yet who has it: keys tell. */
START_TEST(namesakes)
{
	make_namesake("root", "root", "");
	make_namesake("fake", "root", "");
	issue("leaf", "root", "keyUsage=critical,digitalSignature\\nauthorityKeyIdentifier=none\\n");
	run("mkdir ab ba && cp leaf.pem ab/b.pem && cp fake.pem ab/a.pem && cp leaf.pem ba/a.pem && cp fake.pem ba/b.pem");
	/* Trusted itself. */
	run(SIGN " -signer leaf.pem -inkey leaf.key " KERNEL);
	judge_both(0, IMGFMT_OK, "");
	run(SIGN " -signer leaf.pem -inkey leaf.key -noattr -certfile fake.pem");
	judge_both(0, IMGFMT_OK, "");
	/* A list of the namesake's is not one of its issuer's. */
	list_of("fake", "leaf.pem", "fake.crl");
	run("cp fake.crl ab/c.crl && cp fake.crl ba/c.crl");
	judge_both(0, IMGFMT_OK, "");
	judge_both(IMGFMT_TRUST_REVOCATION, IMGFMT_E_UNTRUSTED, "TRU-04");
	/* Through its issuer, whichever is found first. */
	run("cp root.pem ab/b.pem && cp root.pem ba/a.pem");
	judge_both(0, IMGFMT_OK, "");
	/* Revoked by the true one, and by nobody but him. */
	list_of("root", "leaf.pem", "root.crl");
	run("cp root.crl ab/d.crl && cp root.crl ba/b.crl");
	judge_both(0, IMGFMT_E_UNTRUSTED, "TRU-04");
	run("cp leaf.pem ab/0.pem && cp leaf.pem ba/z.pem");
	judge_both(0, IMGFMT_E_UNTRUSTED, "TRU-04");
}
END_TEST

#define EXPIRED "openssl req -new -key root.key -subj /CN=root -out root.csr && printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\nnew_certs_dir=.\\ndefault_md=sha256\\nrand_serial=yes\\npolicy=p\\nx509_extensions=x\\n[p]\\ncommonName=supplied\\n[x]\\nbasicConstraints=critical,CA:TRUE\\nkeyUsage=critical,keyCertSign,cRLSign\\n' >old.conf; : >index; openssl ca -batch -selfsign -config old.conf -keyfile root.key -in root.csr -out old.pem -startdate 20200101000000Z -enddate 20210101000000Z -notext"

/* An authority whose time is over does not spoil what is trusted itself. */
START_TEST(expired_issuers)
{
	struct told told;

	make_authority("root");
	run(EXPIRED);
	issue("leaf", "root", "keyUsage=critical,digitalSignature\\n");
	run(SIGN " -signer leaf.pem -inkey leaf.key -noattr -certfile old.pem");
	ck_assert_str_eq(judge_by("leaf.pem", IMGFMT_OK, &told), "");
	ck_assert_str_eq(judge_by("root.pem", IMGFMT_OK, &told), "");
	run("mkdir ab ba && cp old.pem ab/a.pem && cp leaf.pem ab/b.pem && cp leaf.pem ba/a.pem && cp old.pem ba/b.pem");
	judge_both(0, IMGFMT_OK, "");
	/* Renewed, with the same key. */
	run("cp root.pem ab/b.pem && cp root.pem ba/a.pem");
	judge_both(0, IMGFMT_OK, "");
	/* Alone it says why. */
	ck_assert_str_eq(judge_by("old.pem", IMGFMT_E_UNTRUSTED, &told),
			 "TRU-02");
}
END_TEST

START_TEST(lists_without_issuers)
{
	struct imgfmt_trust *trust;
	struct told told;

	make_authority("root");
	issue("leaf", "root", "keyUsage=critical,digitalSignature\\n");
	run(SIGN " -signer leaf.pem -inkey leaf.key " KERNEL);
	trust = trust_with("leaf.pem", IMGFMT_TRUST_REVOCATION, 0);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_E_UNTRUSTED, &told),
			 "TRU-04");
	ck_assert_ptr_nonnull(strstr(told.last.why.message,
				     "revocation list is missing"));
	imgfmt_trust_free(trust);
	/* Nobody but itself could revoke it. */
	run(SIGN " -signer me.pem -inkey me.key " KERNEL);
	trust = trust_with("me.pem", IMGFMT_TRUST_REVOCATION, 0);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_OK, &told), "");
	imgfmt_trust_free(trust);
	/* A list that nobody can verify: what is missing is named. */
	run(SIGN " -signer leaf.pem -inkey leaf.key " KERNEL);
	run("mkdir t && cp leaf.pem t");
	list_of("root", NULL, "t/root.crl");
	ck_assert_str_eq(judge_by("t", IMGFMT_E_UNTRUSTED, &told), "TRU-04");
	ck_assert_ptr_nonnull(strstr(told.last.why.message,
				     "its issuer's certificate is missing"));
}
END_TEST

/* Of two lists of the same second the higher number is the newer one. */
START_TEST(lists_of_one_second)
{
	struct imgfmt_trust *trust;
	struct told told;

	make_authority("root");
	issue("leaf", "root", "keyUsage=critical,digitalSignature\\n");
	run(SIGN " -signer leaf.pem -inkey leaf.key " KERNEL);
	run(CRL_CONF "; now=$(date -u +%%y%%m%%d%%H%%M%%SZ); openssl ca -config conf -gencrl -keyfile root.key -cert root.pem -crl_lastupdate $now -crldays 7 -out one.crl && openssl ca -config conf -revoke leaf.pem -keyfile root.key -cert root.pem && openssl ca -config conf -gencrl -keyfile root.key -cert root.pem -crl_lastupdate $now -crldays 7 -out two.crl");
	run("mkdir ab ba && cp leaf.pem ab && cp leaf.pem ba && cp root.pem ab && cp root.pem ba && cp one.crl ab/1.crl && cp two.crl ab/2.crl && cp two.crl ba/1.crl && cp one.crl ba/2.crl");
	judge_both(0, IMGFMT_E_UNTRUSTED, "TRU-04");
	run("rm ab/2.crl");
	trust = trust_with("ab", 0, 0);
	ck_assert_str_eq(judge(trust, DATA, IMGFMT_OK, &told), "");
	imgfmt_trust_free(trust);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("trust_issuers");
	TCase *c = tcase_create("trust_issuers");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, enter, leave);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, namesakes);
	tcase_add_test(c, expired_issuers);
	tcase_add_test(c, lists_without_issuers);
	tcase_add_test(c, lists_of_one_second);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
