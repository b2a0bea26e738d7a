/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The digest tree.  The expected tops were computed with Python's hashlib
 * from the definition in tree.h.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "digest/tree.h"

static const struct {
	uint64_t entries;
	uint64_t nodes;
	unsigned int levels;
	const char *top;
} trees[] = {
	{ 0, 0, 0,
	  "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a" },
	{ 1, 1, 1,
	  "6c8d817d58115a9fd28fcc6c1efad1ba37c879f8627a5ba3b5a06d36a1ce4867" },
	{ 64, 1, 1,
	  "1c79235e834516b6d1423ba63998692c9629c3ad664c1bc4774ea793076b426d" },
	{ 65, 3, 2,
	  "953514f773f9929960bb0e9f119dd7541b2ee0203cc47ad6d0a3b23e1c678b74" },
	{ 8192, 129, 2,
	  "df856d758552996f0c0f02cea73baac30ee88429a7965eaddc648d11ac40031f" },
	{ 8193, 132, 3,
	  "0ab390b2164baf4b0fb5328e96d3e019c6e5eaa58d2a0330f2ef729eeaf819fe" },
	{ 1048577, 16517, 4,
	  "2660399a5843a089e83c3293c4f1f3ed5fc39a8784aa9adbb23100e14d645a49" },
};

/* A built tree with what it was built from. */
struct fixture {
	struct tree tree;
	struct sha256 sha;
	uint8_t *entries;
	uint8_t *nodes;
	uint8_t top[SHA256_LEN];
};

static void fixture_init(struct fixture *f, uint64_t entries)
{
	size_t len = entries * TREE_ENTRY_LEN;

	ck_assert_int_eq(tree_init(&f->tree, entries, NULL), IMGFMT_OK);
	ck_assert_int_eq(sha256_init(&f->sha, NULL), IMGFMT_OK);
	f->entries = malloc(len + 1);
	f->nodes = malloc(tree_size(&f->tree) + 1);
	ck_assert(f->entries && f->nodes);
	for (size_t i = 0; i < len; i++)
		f->entries[i] = (uint8_t)(i * i + (i >> 8));
	ck_assert_int_eq(tree_build(&f->tree, &f->sha, f->entries, f->nodes,
				    f->top, NULL),
			 IMGFMT_OK);
}

static void fixture_fini(struct fixture *f)
{
	sha256_fini(&f->sha);
	free(f->entries);
	free(f->nodes);
}

static int verify(struct fixture *f, uint64_t *ret_bad)
{
	return tree_verify_nodes(&f->tree, &f->sha, f->nodes, f->top, ret_bad,
				 NULL);
}

static void assert_hex(const uint8_t *digest, const char *hex)
{
	char text[2 * SHA256_LEN + 1];

	for (size_t i = 0; i < SHA256_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	ck_assert_str_eq(text, hex);
}

START_TEST(known_tops)
{
	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		struct fixture f;

		fixture_init(&f, trees[i].entries);
		ck_assert_uint_eq(f.tree.nodes, trees[i].nodes);
		ck_assert_uint_eq(f.tree.levels, trees[i].levels);
		assert_hex(f.top, trees[i].top);
		ck_assert_int_eq(verify(&f, NULL), IMGFMT_OK);
		fixture_fini(&f);
	}
}
END_TEST

START_TEST(chunks_verify)
{
	struct fixture f;

	fixture_init(&f, 8193);
	for (uint64_t i = 0; i < tree_chunks(&f.tree); i++) {
		uint8_t *chunk = f.entries + i * TREE_CHUNK_LEN;

		ck_assert_int_eq(tree_verify_chunk(&f.tree, &f.sha, f.nodes, i,
						   chunk, NULL),
				 IMGFMT_OK);
		chunk[tree_chunk_len(&f.tree, i) - 1] ^= 1;
		ck_assert_int_eq(tree_verify_chunk(&f.tree, &f.sha, f.nodes, i,
						   chunk, NULL),
				 IMGFMT_E_DIGEST);
	}
	ck_assert_uint_eq(tree_chunk_len(&f.tree, 128), TREE_ENTRY_LEN);
	fixture_fini(&f);
}
END_TEST

/* A wrong node shows in its parent; the top has none and shows itself. */
START_TEST(wrong_nodes_are_found)
{
	struct fixture f;

	fixture_init(&f, 8193);
	for (uint64_t i = 0; i < f.tree.nodes; i++) {
		uint64_t want = i < 128 ? 129 : i < 129 ? 130 : 131;
		uint64_t bad = UINT64_MAX;

		f.nodes[i * SHA256_LEN + 5] ^= 0x10;
		ck_assert_int_eq(verify(&f, &bad), IMGFMT_E_DIGEST);
		ck_assert_uint_eq(bad, want);
		f.nodes[i * SHA256_LEN + 5] ^= 0x10;
	}
	ck_assert_int_eq(verify(&f, NULL), IMGFMT_OK);
	f.top[0] ^= 1;
	ck_assert_int_eq(verify(&f, NULL), IMGFMT_E_DIGEST);
	fixture_fini(&f);
}
END_TEST

START_TEST(empty_tree_has_one_top)
{
	struct fixture f;

	fixture_init(&f, 0);
	ck_assert_uint_eq(tree_size(&f.tree), 0);
	ck_assert_int_eq(verify(&f, NULL), IMGFMT_OK);
	f.top[31] ^= 0x80;
	ck_assert_int_eq(verify(&f, NULL), IMGFMT_E_DIGEST);
	fixture_fini(&f);
}
END_TEST

START_TEST(shape_holds_at_the_limits)
{
	struct imgfmt_error err = { 0 };
	struct tree t;

	ck_assert_int_eq(tree_init(&t, UINT64_MAX / TREE_ENTRY_LEN, NULL),
			 IMGFMT_OK);
	ck_assert_uint_eq(t.levels, TREE_LEVELS_MAX);
	ck_assert_uint_eq(t.count[TREE_LEVELS_MAX - 1], 1);
	ck_assert_int_eq(tree_init(&t, UINT64_MAX / TREE_ENTRY_LEN + 1, &err),
			 IMGFMT_E_LIMIT);
	ck_assert_int_eq(err.status, IMGFMT_E_LIMIT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tree");
	TCase *tc = tcase_create("tree");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, known_tops);
	tcase_add_test(tc, chunks_verify);
	tcase_add_test(tc, wrong_nodes_are_found);
	tcase_add_test(tc, empty_tree_has_one_top);
	tcase_add_test(tc, shape_holds_at_the_limits);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
