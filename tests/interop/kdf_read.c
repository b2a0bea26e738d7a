/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdf_read FILE
 *
 * Reads all physical memory of a dump with libkdumpfile, and prints how many
 * pages are not zero, with the SHA-256 over them: of each its frame number (64
 * bits, as this machine has them) and its content. A page that the file does
 * not have counts as zero, as an image may leave out zero pages.
 */
#include <fcntl.h>
#include <libkdumpfile/kdumpfile.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST_SIZE 32

static void die(kdump_ctx_t *dump, const char *what)
{
	fprintf(stderr, "kdf_read: %s: %s\n", what, kdump_get_err(dump));
	exit(2);
}

static uint64_t get_number(kdump_ctx_t *dump, const char *key)
{
	kdump_num_t value;

	if (kdump_get_number_attr(dump, key, &value) != KDUMP_OK)
		die(dump, key);
	return value;
}

static int is_zero(const char *page, size_t size)
{
	return page[0] == 0 && !memcmp(page, page + 1, size - 1);
}

static uint64_t hash_pages(kdump_ctx_t *dump, EVP_MD_CTX *hash)
{
	uint64_t size = get_number(dump, KDUMP_ATTR_PAGE_SIZE);
	uint64_t end = get_number(dump, "max_pfn");
	uint64_t count = 0, pfn;
	char *page = malloc(size);

	for (pfn = 0; page && pfn < end; pfn++) {
		size_t got = size;
		kdump_status status = kdump_read(dump, KDUMP_MACHPHYSADDR,
						 pfn * size, page, &got);

		if (status == KDUMP_ERR_NODATA) {
			kdump_clear_err(dump);
			continue;
		}
		if (status != KDUMP_OK)
			die(dump, "read");
		if (is_zero(page, size))
			continue;
		EVP_DigestUpdate(hash, &pfn, sizeof(pfn));
		EVP_DigestUpdate(hash, page, size);
		count++;
	}
	free(page);
	return count;
}

int main(int argc, char **argv)
{
	kdump_ctx_t *dump = kdump_new();
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	unsigned char digest[DIGEST_SIZE];
	uint64_t count;
	size_t i;
	int fd;

	if (argc != 2 || !dump || !hash) {
		fprintf(stderr, "usage: kdf_read FILE\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY);
	if (fd < 0) {
		perror(argv[1]);
		return 2;
	}
	if (kdump_open_fd(dump, fd) != KDUMP_OK)
		die(dump, argv[1]);

	EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
	count = hash_pages(dump, hash);
	EVP_DigestFinal_ex(hash, digest, NULL);

	printf("%llu pages ", (unsigned long long)count);
	for (i = 0; i < sizeof(digest); i++)
		printf("%02x", digest[i]);
	printf("\n");
	EVP_MD_CTX_free(hash);
	kdump_free(dump);
	return 0;
}
