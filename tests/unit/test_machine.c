/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts of a machine: from text, from the files of Linux, and back to text.
 */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/machine.h"

static char dir[] = "/tmp/test_machine.XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(in_dir(name), "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void enter(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void leave(void)
{
	char command[sizeof(dir) + 16];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
	memset(dir + sizeof(dir) - 7, 'X', 6);
}

static int load(const char *text, struct imgfmt_machine **ret,
		struct imgfmt_error *err)
{
	put("facts", text);
	return imgfmt_machine_load(in_dir("facts"), ret, err);
}

static struct imgfmt_machine *load_ok(const char *text)
{
	struct imgfmt_error err = { .message = "" };
	struct imgfmt_machine *m;

	ck_assert_msg(!load(text, &m, &err), "%s", err.message);
	return m;
}

static void check_ram(const struct imgfmt_machine *m,
		      const struct imgfmt_memory_range *want, size_t count)
{
	const struct imgfmt_memory_range *range;
	size_t have;

	range = machine_ram(m, &have);
	ck_assert_uint_eq(have, count);
	ck_assert_mem_eq(range, want, count * sizeof(*want));
}

static void check_digest(const struct imgfmt_machine *m, const char *hex)
{
	const uint8_t *digest = machine_firmware_digest(m);

	ck_assert_ptr_nonnull(digest);
	for (size_t i = 0; i < IMGFMT_DIGEST_SIZE; i++) {
		char two[3];

		snprintf(two, sizeof(two), "%02x", digest[i]);
		ck_assert_mem_eq(two, hex + 2 * i, 2);
	}
}

static const struct imgfmt_memory_range small_pc[] = {
	{ 0, 0x9fc00 }, { 0x100000, 0xbff00000 },
};

static const char small_pc_text[] =
	"# a comment\r\n"
	"firmware 100000-bfffffff System RAM\n"
	"\n"
	"  firmware 0x9fc00 - 0xFFFFF\tReserved # the BIOS\r\n"
	"firmware 0x0-0x9fbff System RAM";

/*
 * Of the byte 0x0b and the three lines, as sha256sum(1) has it: addresses of 16
 * digits, rising.
 */
static const char small_pc_digest[] =
	"eec7866ddca612a1d3bc6eb9112b4b57e04a1dab2eafbf10dd287aaf09313a1c";

START_TEST(takes_ram_from_the_firmware)
{
	struct imgfmt_machine *m = load_ok(small_pc_text);

	check_ram(m, small_pc, 2);
	check_digest(m, small_pc_digest);
	ck_assert_uint_eq(machine_page_count(m, 4096), 0x9f + 0xbff00);
	ck_assert_uint_eq(machine_page_count(m, 65536), 0x9 + 0xbff0);
	imgfmt_machine_free(m);
}
END_TEST

START_TEST(ram_lines_come_first)
{
	static const struct imgfmt_memory_range want[] = {
		{ 0x1000, 0x3000 }, { 0x5000, 0x800 },
	};
	struct imgfmt_machine *m = load_ok("ram 2000-3fff\n"
					   "firmware 0-ffffff System RAM\n"
					   "ram 5000-57ff\n"
					   "ram 1000-1fff\n"
					   "ram 1800-2fff\n");

	check_ram(m, want, 2);
	ck_assert_ptr_nonnull(machine_firmware_digest(m));
	ck_assert_uint_eq(machine_page_count(m, 4096), 3);
	imgfmt_machine_free(m);

	m = load_ok("ram 0-fff");
	ck_assert_ptr_null(machine_firmware_digest(m));
	imgfmt_machine_free(m);
}
END_TEST

struct buffer {
	char text[4096];
	size_t len, max;
};

static int keep(void *ctx, const char *text, size_t len)
{
	struct buffer *b = ctx;

	if (b->len + len > b->max)
		return 77;
	memcpy(b->text + b->len, text, len);
	b->len += len;
	return 0;
}

START_TEST(prints_what_it_reads)
{
	struct imgfmt_machine *m = load_ok(small_pc_text);
	struct buffer b = { .max = sizeof(b.text) - 1 };

	ck_assert_int_eq(imgfmt_machine_print(m, keep, &b), 0);
	imgfmt_machine_free(m);
	ck_assert_str_eq(b.text,
			 "# addresses in hexadecimal, the last one inclusive\n"
			 "ram 0x0-0x9fbff\n"
			 "ram 0x100000-0xbfffffff\n"
			 "firmware 0x0-0x9fbff System RAM\n"
			 "firmware 0x9fc00-0xfffff Reserved\n"
			 "firmware 0x100000-0xbfffffff System RAM\n");
	m = load_ok(b.text);
	check_ram(m, small_pc, 2);
	check_digest(m, small_pc_digest);
	for (size_t max = 0; max < 200; max += 20) {
		b = (struct buffer){ .max = max };
		ck_assert_int_eq(imgfmt_machine_print(m, keep, &b), 77);
	}
	imgfmt_machine_free(m);
}
END_TEST

START_TEST(refuses_bad_text)
{
	static const struct {
		const char *text, *message;
	} row[] = {
		{ "", "no RAM is named" },
		{ "firmware 0-fff Reserved", "no RAM is named" },
		{ "ram 0-fff\nram 5\n", "line 2: not \"ram" },
		{ "ram 0-fff x", "line 1: not \"ram" },
		{ "ram0-fff", "line 1: not \"ram" },
		{ "rom 0-fff", "line 1: not \"ram" },
		{ "ram g-h", "line 1: not \"ram" },
		{ "ram 0-10000000000000000", "line 1: not \"ram" },
		{ "ram 2000-1fff", "line 1: 0x2000-0x1fff is no range" },
		{ "ram 0-10000000000000", "line 1: 0x0-0x10000000000000 is no" },
		{ "ram 0-ffffffffffffffff", "line 1: 0x0-0xffffffffffffffff" },
		{ "firmware 0-fff", "line 1: a type of memory has 1 to" },
		{ "firmware 0-fff \001", "line 1: a type of memory is" },
		{ "firmware 1-0 x", "line 1: 0x1-0x0 is no range" },
		{ "firmware 0-fff xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		  "xxxxxxxxxxxxxxxxxxxx", "line 1: a type of memory has 1 to" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct imgfmt_machine *m = (void *)dir;
		struct imgfmt_error err;

		ck_assert_int_eq(load(row[i].text, &m, &err), IMGFMT_E_USAGE);
		ck_assert_msg(!strncmp(err.message, row[i].message,
				       strlen(row[i].message)),
			      "%s", err.message);
		ck_assert_ptr_null(m);
	}
}
END_TEST

START_TEST(bounds_the_ranges)
{
	struct imgfmt_machine *m;
	struct imgfmt_error err;
	FILE *f = fopen(in_dir("many"), "w");

	ck_assert_ptr_nonnull(f);
	for (unsigned int i = 0; i < IMGFMT_MAX_RANGES; i++)
		fprintf(f, "ram %x000-%x7ff\n", i, i);
	fflush(f);
	ck_assert_int_eq(imgfmt_machine_load(in_dir("many"), &m, &err), 0);
	imgfmt_machine_free(m);
	fprintf(f, "ram 0-1\n");
	fclose(f);
	ck_assert_int_eq(imgfmt_machine_load(in_dir("many"), &m, &err),
			 IMGFMT_E_LIMIT);
	ck_assert_str_eq(err.rule, "LIM-01");
}
END_TEST

static void put_entry(const char *number, const char *start, const char *end,
		      const char *type)
{
	char name[64];

	mkdir(in_dir("memmap"), 0700);
	snprintf(name, sizeof(name), "memmap/%s", number);
	mkdir(in_dir(name), 0700);
	snprintf(name, sizeof(name), "memmap/%s/start", number);
	put(name, start);
	snprintf(name, sizeof(name), "memmap/%s/end", number);
	put(name, end);
	snprintf(name, sizeof(name), "memmap/%s/type", number);
	put(name, type);
}

static int load_system(struct imgfmt_machine **ret, struct imgfmt_error *err)
{
	char memmap[PATH_MAX];

	strcpy(memmap, in_dir("memmap"));
	return machine_load_system(memmap, in_dir("iomem"), ret, err);
}

START_TEST(reads_what_the_firmware_said)
{
	struct imgfmt_machine *m;
	struct imgfmt_error err;

	put_entry("0", "0x100000\n", "0xbfffffff\n", "System RAM\n");
	put_entry("1", "0x0\n", "0x9fbff\n", "System RAM\n");
	put_entry("10", "0x9fc00\n", "0xfffff\n", "Reserved\n");
	ck_assert_int_eq(load_system(&m, &err), IMGFMT_OK);
	check_ram(m, small_pc, 2);
	check_digest(m, small_pc_digest);
	imgfmt_machine_free(m);

	put_entry("2", "\n", "0x2\n", "Reserved\n");
	ck_assert_int_eq(load_system(&m, &err), IMGFMT_E_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(err.message, "memmap/2/start: is empty"));
	put_entry("2", "here\n", "0x2\n", "Reserved\n");
	ck_assert_int_eq(load_system(&m, &err), IMGFMT_E_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(err.message, "start: not an address"));
	unlink(in_dir("memmap/2/end"));
	put("memmap/2/start", "0x1\n");
	ck_assert_int_eq(load_system(&m, &err), IMGFMT_E_OS);
	ck_assert_ptr_nonnull(strstr(err.message, "memmap/2/end: cannot open"));
}
END_TEST

START_TEST(falls_back_to_iomem)
{
	struct imgfmt_machine *m;
	struct imgfmt_error err;

	put("iomem",
	    "00000000-00000fff : Reserved\n"
	    "00000000-0009fbff : System RAM\n"
	    "000a0000-000fffff : System ROM\n"
	    "00100000-3fffffff : System RAM\n"
	    "  01000000-01dfffff : Kernel code\n"
	    "100000000-2ffffffff : CXL Window 0\n"
	    "  40000000-bfffffff : System RAM (kmem)\n");
	ck_assert_int_eq(load_system(&m, &err), IMGFMT_OK);
	check_ram(m, small_pc, 2);
	ck_assert_ptr_null(machine_firmware_digest(m));
	imgfmt_machine_free(m);

	put("iomem", "00000000-00000000 : Reserved\n"
		     "00000000-00000000 : System RAM\n");
	ck_assert_int_eq(load_system(&m, &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, EPERM);
	put("iomem", "hello\n");
	ck_assert_int_eq(load_system(&m, &err), IMGFMT_E_UNSUPPORTED);
	unlink(in_dir("iomem"));
	ck_assert_int_eq(load_system(&m, &err), IMGFMT_E_OS);
	ck_assert_int_eq(err.os_errno, ENOENT);
	imgfmt_machine_free(NULL);
}
END_TEST

static const char identity_text[] =
	"machine x86_64\n"
	"release 6.12.117+deb12-cloud-amd64\n"
	"version #1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1\n"
	"pages 49016\n"
	"hardware-signature 0x5ca1ab1e\n";

/* The map of a guest whose kernel wrote this checksum into its image. */
static const char guest_text[] =
	"firmware 0x0-0x9fbff System RAM\n"
	"firmware 0x9fc00-0x9ffff Reserved\n"
	"firmware 0xf0000-0xfffff Reserved\n"
	"firmware 0x100000-0xbfd9fff System RAM\n"
	"firmware 0xbfda000-0xbffffff Reserved\n"
	"firmware 0xfffc0000-0xffffffff Reserved\n"
	"firmware 0xfd00000000-0xffffffffff Reserved\n";

START_TEST(knows_a_machine_by_more_than_its_memory)
{
	struct imgfmt_machine *m = load_ok(identity_text);
	const struct machine_identity *id = machine_identity(m);
	struct buffer b = { .max = sizeof(b.text) - 1 };
	uint32_t checksum;
	size_t count;

	ck_assert_uint_eq(id->machine, 62);
	ck_assert_str_eq(id->release, "6.12.117+deb12-cloud-amd64");
	ck_assert_str_eq(id->version,
			 "#1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1");
	ck_assert(id->has_pages && id->has_hardware_signature);
	ck_assert_uint_eq(id->pages, 49016);
	ck_assert_uint_eq(id->hardware_signature, 0x5ca1ab1e);
	machine_ram(m, &count);
	ck_assert_uint_eq(count, 0);
	ck_assert(!machine_e820_checksum(m, &checksum));
	ck_assert_int_eq(imgfmt_machine_print(m, keep, &b), 0);
	ck_assert_ptr_nonnull(strstr(b.text, identity_text));
	imgfmt_machine_free(m);

	m = load_ok(guest_text);
	ck_assert(!identity_is_any(machine_identity(m)));
	ck_assert(machine_e820_checksum(m, &checksum));
	ck_assert_uint_eq(checksum, 0x92315679);
	imgfmt_machine_free(m);

	m = load_ok("firmware 0x0-0x9fbff System RAM\nfirmware 1000000-1ffffff Moon\n");
	ck_assert(!machine_e820_checksum(m, &checksum));
	imgfmt_machine_free(m);
}
END_TEST

START_TEST(refuses_bad_identities)
{
	static const char *const texts[] = {
		"machine", "machine vax", "machine x86_64\nmachine x86_64",
		"pages", "pages many", "pages 1 2", "pages 1\npages 1",
		"pages 18446744073709551616", "hardware-signature 0x100000000",
		"release", "version", "version #1\nversion #1",
		"release 0123456789012345678901234567890123456789012345678901234567890123456789",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct imgfmt_error err = { .message = "" };
		struct imgfmt_machine *m;

		ck_assert_msg(load(texts[i], &m, &err) == IMGFMT_E_USAGE,
			      "%s", texts[i]);
		ck_assert_ptr_null(m);
	}
}
END_TEST

START_TEST(asks_the_running_system)
{
	static const char facs[] = "FACS\x40\0\0\0\x1e\xab\xa1\x5c";
	struct machine_identity id;
	char zones[PATH_MAX];
	FILE *f;

	put("zoneinfo", "Node 0, zone      DMA\n        present  3998\n"
			"Node 0, zone   Normal\n        present  45018\n"
			"        managed  1\n");
	f = fopen(in_dir("FACS"), "w");
	ck_assert_ptr_nonnull(f);
	fwrite(facs, 1, sizeof(facs) - 1, f);
	fclose(f);
	snprintf(zones, sizeof(zones), "%s", in_dir("zoneinfo"));
	identity_load_system(zones, in_dir("FACS"), &id);
	ck_assert(id.has_pages && id.has_hardware_signature);
	ck_assert_uint_eq(id.pages, 49016);
	ck_assert_uint_eq(id.hardware_signature, 0x5ca1ab1e);
	ck_assert_uint_ne(*id.release, 0);
	ck_assert_uint_ne(*id.version, 0);
	identity_load_system(in_dir("nothing"), in_dir("nothing"), &id);
	ck_assert(!id.has_pages && !id.has_hardware_signature);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("machine");
	TCase *tc = tcase_create("machine");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, enter, leave);
	tcase_add_test(tc, takes_ram_from_the_firmware);
	tcase_add_test(tc, ram_lines_come_first);
	tcase_add_test(tc, prints_what_it_reads);
	tcase_add_test(tc, refuses_bad_text);
	tcase_add_test(tc, bounds_the_ranges);
	tcase_add_test(tc, reads_what_the_firmware_said);
	tcase_add_test(tc, falls_back_to_iomem);
	tcase_add_test(tc, knows_a_machine_by_more_than_its_memory);
	tcase_add_test(tc, refuses_bad_identities);
	tcase_add_test(tc, asks_the_running_system);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
