/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMCOREINFO as text, a kernel that proves itself, and the search for one.
 */
#include <check.h>
#include <elf.h>
#include <stdio.h>

#include "kernel/recover.h"
#include "support/saved_kernel.h"

static struct vmcoreinfo text_of(const char *text)
{
	return (struct vmcoreinfo){ text, strlen(text) };
}

START_TEST(test_values)
{
	const struct vmcoreinfo v = text_of(
		"OSRELEASE=6.1\nSYMBOL(a)=ffffffff81000010\nSIZE(a)=16\n"
		"OFFSET(a.b)=8\nLENGTH(a)=3\n" "NUMBER(n)=-129\n"
		"NUMBER(x)=0xffff800000000000\n" "NUMBER(big)=18446744073709551616\n"
		"NUMBER(0x)=0x\n" "NUMBER(minus)=-\nSYMBOL(up)=FF\nSIZE(hex)=ff\n");
	char name[VMCOREINFO_NAME_MAX * 2];
	uint64_t n;

	ck_assert(vmcoreinfo_symbol(&v, "a", &n));
	ck_assert_uint_eq(n, 0xffffffff81000010ULL);
	ck_assert(vmcoreinfo_size(&v, "a", &n));
	ck_assert_uint_eq(n, 16);
	ck_assert(vmcoreinfo_offset(&v, "a.b", &n));
	ck_assert_uint_eq(n, 8);
	ck_assert(vmcoreinfo_length(&v, "a", &n));
	ck_assert_uint_eq(n, 3);
	ck_assert(vmcoreinfo_value(&v, "n", &n));
	ck_assert_int_eq((int64_t)n, -129);
	ck_assert(vmcoreinfo_value(&v, "x", &n));
	ck_assert_uint_eq(n, 0xffff800000000000ULL);
	ck_assert(!vmcoreinfo_value(&v, "big", &n) && !n);
	ck_assert(!vmcoreinfo_value(&v, "0x", &n));
	ck_assert(!vmcoreinfo_value(&v, "minus", &n));
	ck_assert(!vmcoreinfo_symbol(&v, "up", &n));
	ck_assert(!vmcoreinfo_size(&v, "hex", &n));
	ck_assert(!vmcoreinfo_symbol(&v, "n", &n));
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	ck_assert(!vmcoreinfo_symbol(&v, name, &n));
}
END_TEST

START_TEST(test_whole)
{
	static const struct {
		const char *text;
		bool whole;
	} cases[] = {
		{ "OSRELEASE=6.1\nPAGESIZE=4096\n", true },
		{ "OSRELEASE=6.1\n", true },
		{ "OSRELEASE=6.1\nPAGESIZE=4096", false },
		{ "PAGESIZE=4096\nOSRELEASE=6.1\n", false },
		{ "OSRELEASE=%s\n\x01", false },
		{ "OSRELEASE=6.1\n\nPAGESIZE=4096\n", false },
		{ "OSRELEASE=6.1\nPAGESIZE\n", false },
		{ "OSRELEASE=6.1\n=4096\n", false },
		{ "OSRELEASE=6.1\nPAGESIZE=\n", false },
		{ "OSRELEASE=6.1\nA=\x80\n", false },
		{ "OSRELEASE=", false },
		{ "", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct vmcoreinfo v = text_of(cases[i].text);

		ck_assert_msg(vmcoreinfo_is_whole(&v) == cases[i].whole,
			      "case %zu", i);
	}
}
END_TEST

/* ---- A kernel that proves itself ----------------------------------------- */

static const struct saved_form *const forms[] = {
	&saved_x86_64, &saved_x86_64_la57, &saved_arm64_4k,
};

static void open_saved(struct saved_kernel *s, struct kernel *k)
{
	const struct vmcoreinfo v = saved_text(s);

	ck_assert_int_eq(kernel_init(k, &s->memory, &v, NULL), 0);
}

START_TEST(test_proof)
{
	const struct saved_form *form = forms[_i];
	struct saved_kernel s;
	struct paging_page page;
	struct kernel k;
	char word[8];

	saved_init(&s, form);
	memcpy(s.bytes + 0x123, "physical", 8);
	open_saved(&s, &k);
	ck_assert_msg(k.translates, "%s", k.why_not.message);
	ck_assert_str_eq(k.release, SAVED_RELEASE);
	ck_assert_str_eq(k.uts.release, SAVED_RELEASE);
	ck_assert_str_eq(k.uts.version, SAVED_VERSION);
	ck_assert_str_eq(k.uts.nodename, "guest");
	ck_assert(k.has_kaslr_offset && k.kaslr_offset == 0x1f000000);
	ck_assert(k.layout.has_direct);
	ck_assert_uint_eq(k.layout.direct_offset, form->direct);
	ck_assert(!kernel_find_page(&k, form->direct + 0x1010, &page, NULL));
	ck_assert_uint_eq(page.paddr, 0x1000);
	ck_assert(!kernel_read(&k, form->direct + 0x123, word, 8, NULL));
	ck_assert_mem_eq(word, "physical", 8);
	ck_assert_int_eq(kernel_read(&k, form->direct - 4, word, 8, NULL),
			 IMGFMT_E_ABSENT);
	ck_assert_int_eq(kernel_read(&k, UINT64_MAX - 3, word, 8, NULL),
			 IMGFMT_E_ABSENT);
	kernel_fini(&k);
	saved_fini(&s);
}
END_TEST

START_TEST(test_mappings)
{
	const struct saved_form *form = forms[_i];
	const struct imgfmt_mapping *m;
	struct saved_kernel s;
	struct kernel k;
	struct vec v;

	vec_init(&v, sizeof(*m));
	saved_init(&s, form);
	/* A freed page cuts the image in two; another's is none of it. */
	saved_map(&s, form->image + 20 * 4096, 0x3000, 0);
	open_saved(&s, &k);
	ck_assert_int_eq(kernel_mappings(&k, &v, NULL), 0);
	m = v.data;
	ck_assert_uint_eq(v.len, 3);
	ck_assert_uint_eq(m[0].vaddr, form->direct);
	ck_assert_uint_eq(m[0].paddr, 0);
	ck_assert_uint_eq(m[0].bytes, SAVED_FRAMES * 4096);
	ck_assert_uint_eq(m[0].flags, 0);
	ck_assert_uint_eq(m[1].vaddr, form->image);
	ck_assert_uint_eq(m[1].paddr, SAVED_IMAGE * 4096);
	ck_assert_uint_eq(m[1].bytes, 20 * 4096);
	ck_assert_uint_eq(m[1].flags, IMGFMT_MAPPING_ALIAS);
	ck_assert_uint_eq(m[2].vaddr, form->image + 21 * 4096);
	ck_assert_uint_eq(m[2].bytes, (SAVED_IMAGE_FRAMES - 21) * 4096);
	kernel_fini(&k);
	saved_fini(&s);
	vec_fini(&v);
}
END_TEST

/* Each of these makes a VMCOREINFO that is not of this memory. */
static void break_names(struct saved_kernel *s)
{
	strcpy((char *)saved_at(s, SAVED_UTS, 0x100 + 2 * UTS_FIELD), "5.10");
}

static void break_names_end(struct saved_kernel *s)
{
	memset(saved_at(s, SAVED_UTS, 0x100 + 3 * UTS_FIELD), 'x', UTS_FIELD);
}

static void break_root(struct saved_kernel *s)
{
	saved_map(s, s->form->image, 0x3000, 0);
}

static void break_tables(struct saved_kernel *s)
{
	memset(s->bytes + s->root, 0, 4096);
}

static void break_page_size(struct saved_kernel *s)
{
	memcpy(strstr(s->text, "PAGESIZE=4096"), "PAGESIZE=8192", 13);
}

static void break_stext(struct saved_kernel *s)
{
	char *at = strstr(s->text, "SYMBOL(_stext)=");

	at[15 + 10] = '7';
}

static void break_symbol(struct saved_kernel *s)
{
	*strstr(s->text, "SYMBOL(swapper_pg_dir)") = 'X';
}

static void (*const breakers[])(struct saved_kernel *s) = {
	break_names, break_names_end, break_root, break_tables,
	break_page_size, break_stext, break_symbol,
};

START_TEST(test_no_proof)
{
	struct imgfmt_error err = { .message = "" };
	struct saved_kernel s;
	struct kernel k;
	struct vec v;
	char byte;

	vec_init(&v, sizeof(struct imgfmt_mapping));
	saved_init(&s, &saved_x86_64);
	breakers[_i](&s);
	open_saved(&s, &k);
	ck_assert(!k.translates && !k.layout.has_direct);
	ck_assert_int_eq(kernel_read(&k, s.form->direct, &byte, 1, &err),
			 IMGFMT_E_ABSENT);
	ck_assert(err.message[0]);
	ck_assert_int_eq(kernel_mappings(&k, &v, &err), IMGFMT_E_ABSENT);
	ck_assert_uint_eq(v.len, 0);
	kernel_fini(&k);
	saved_fini(&s);
	vec_fini(&v);
}
END_TEST

/* ---- The search ------------------------------------------------------------ */

static int search(struct saved_kernel *s, const struct recover_opts *opts,
		  uint64_t *pfn, struct imgfmt_error *err)
{
	const struct recover_opts none = { 0 };
	struct kernel k;
	struct vec text;
	int rc;

	vec_init(&text, 1);
	rc = recover_kernel(&s->memory, opts ? opts : &none, &k, &text, pfn,
			    err);
	if (!rc) {
		ck_assert(k.translates && k.layout.has_direct);
		ck_assert_uint_eq(text.len, strlen(s->text));
		ck_assert_mem_eq(text.data, s->text, text.len);
		ck_assert_ptr_eq(k.info.text, text.data);
		kernel_fini(&k);
	}
	vec_fini(&text);
	return rc;
}

/* Three that are wrong lie before the right one. */
START_TEST(test_search)
{
	struct imgfmt_error err = { .message = "" };
	char old[SAVED_TEXT_MAX];
	struct saved_kernel s;
	size_t size;
	uint64_t pfn;

	saved_init(&s, forms[_i]);
	size = strlen(s.text);
	memcpy(old, s.text, size + 1);
	/* A kernel of before, at other addresses. */
	memcpy(strstr(old, "SYMBOL(init_uts_ns)=fff") + 20, "fffffff0", 8);
	saved_put_note(&s, 90, old, size);
	/* One cut short. */
	saved_put_note(&s, 91, s.text, size - 10);
	/* One whose end was overwritten. */
	saved_put_note(&s, 92, s.text, size);
	memset(s.bytes + 92 * 4096 + size, 0, 16);
	/* One with bytes behind it, where its list must end. */
	saved_put_note(&s, 93, s.text, size);
	memset(s.bytes + 93 * 4096 + 24 + align_up(size, 4), 1, 12);
	ck_assert_int_eq(search(&s, NULL, &pfn, &err), IMGFMT_E_ABSENT);
	ck_assert(err.message[0]);
	saved_put_note(&s, 100, s.text, size);
	saved_put_note(&s, 110, s.text, size);
	ck_assert_int_eq(search(&s, NULL, &pfn, &err), 0);
	ck_assert_uint_eq(pfn, 100);
	saved_fini(&s);
}
END_TEST

/* A text that reaches into the next page. */
START_TEST(test_search_long)
{
	struct saved_kernel s;
	struct imgfmt_error err;
	uint64_t pfn;

	saved_init(&s, &saved_x86_64);
	while (strlen(s.text) < 4070)
		saved_say(&s, "NUMBER(n%zu)=1", strlen(s.text));
	while (strlen(s.text) < 4090)
		saved_say(&s, "A=%zu", strlen(s.text) % 10);
	saved_put_note(&s, 100, s.text, strlen(s.text));
	ck_assert_int_eq(search(&s, NULL, &pfn, &err), 0);
	ck_assert_uint_eq(pfn, 100);
	/* More than a page there cannot be. */
	while (strlen(s.text) < 4200)
		saved_say(&s, "A=%zu", strlen(s.text) % 10);
	saved_put_note(&s, 100, s.text, strlen(s.text));
	ck_assert_int_eq(search(&s, NULL, &pfn, &err), IMGFMT_E_ABSENT);
	saved_fini(&s);
}
END_TEST

static int cancel(void *ctx, uint64_t done, uint64_t total)
{
	unsigned int *calls = ctx;

	ck_assert_uint_le(done, total);
	return ++*calls == 1;
}

START_TEST(test_search_limits)
{
	struct recover_opts opts = { .frames = 100 };
	unsigned int calls = 0;
	struct saved_kernel s;
	struct imgfmt_error err;
	uint64_t pfn;

	saved_init(&s, &saved_x86_64);
	saved_put_note(&s, 100, s.text, strlen(s.text));
	ck_assert_int_eq(search(&s, &opts, &pfn, &err), IMGFMT_E_ABSENT);
	opts.frames = 101;
	ck_assert_int_eq(search(&s, &opts, &pfn, &err), 0);
	opts.progress.fn = cancel;
	opts.progress.ctx = &calls;
	ck_assert_int_eq(search(&s, &opts, &pfn, &err), IMGFMT_E_CANCELLED);
	/* Of an architecture without a row nothing can be proved. */
	s.memory.machine = EM_S390;
	ck_assert_int_eq(search(&s, NULL, &pfn, &err), IMGFMT_E_ABSENT);
	saved_fini(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kernel");
	TCase *tc = tcase_create("kernel");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, test_values);
	tcase_add_test(tc, test_whole);
	tcase_add_loop_test(tc, test_proof, 0, ARRAY_SIZE(forms));
	tcase_add_loop_test(tc, test_mappings, 0, ARRAY_SIZE(forms));
	tcase_add_loop_test(tc, test_no_proof, 0, ARRAY_SIZE(breakers));
	tcase_add_loop_test(tc, test_search, 0, ARRAY_SIZE(forms));
	tcase_add_test(tc, test_search_long);
	tcase_add_test(tc, test_search_limits);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
