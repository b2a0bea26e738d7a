/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes at addresses, physical or the kernel's virtual ones.
 */
#include "read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/closeout.h"
#include "common/hexdump.h"
#include "common/signals.h"
#include "kernel.h"

#define SIZE_DEFAULT 256

/* A document is made for a look, not for carrying memory. */
#define JSON_SIZE_MAX (UINT64_C(16) << 20)

/* Pages are read one by one; none is larger. */
#define PIECE_MAX 65536

static int parse_length(const char *text, uint64_t *ret)
{
	int status = units_parse_size(text, ret);

	return status == -EINVAL ? units_parse_address(text, ret) : status;
}

static int parse_span(const char *text, struct span *ret)
{
	char address[UNITS_MAX];
	size_t len = strcspn(text, ":");
	uint64_t end;
	int status;

	*ret = (struct span){ .size = SIZE_DEFAULT };
	if (len >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, len);
	address[len] = '\0';
	status = units_parse_address(address, &ret->address);
	if (!status && text[len])
		status = parse_length(text + len + 1, &ret->size);
	if (status)
		return status;
	if (!ret->size)
		return -EINVAL;
	if (__builtin_add_overflow(ret->address, ret->size - 1, &end))
		return -ERANGE;
	return 0;
}

bool read_parse(struct dump *d)
{
	d->spans = calloc(d->reads.count + 1, sizeof(*d->spans));
	if (!d->spans)
		return dump_usage(d, "no memory for %zu addresses",
				  d->reads.count);
	for (size_t i = 0; i < d->reads.count; i++) {
		const char *text = d->reads.items[i];
		int status = parse_span(text, &d->spans[i]);

		if (status == -ERANGE)
			return dump_usage(d, "--read: '%s' is too large", text);
		if (status)
			return dump_usage(d, "--read: '%s' is not an address and a size such as 0x1000:4K",
					  text);
		if (d->tool.common.json && d->spans[i].size > JSON_SIZE_MAX)
			return dump_usage(d, "--read: '%s' is above the 16M of --json",
					  text);
	}
	return true;
}

/* Where bytes come from: one of the two. */
struct memory {
	struct imgfmt_cursor *cursor;
	struct imgfmt_kernel *kernel;
};

static int open_memory(struct dump *d, struct memory *ret,
		       struct imgfmt_error *err)
{
	const struct imgfmt_cursor_opts opts = {
		.struct_size = sizeof(opts),
		.view = (uint32_t)dump_view(d),
	};

	*ret = (struct memory){ NULL, NULL };
	if (d->virt)
		return kernel_need(d, &ret->kernel, err);
	return imgfmt_cursor_new(d->image, &opts, &ret->cursor, err);
}

/* The kernel is kept. */
static void close_memory(struct memory *m)
{
	imgfmt_cursor_free(m->cursor);
}

/*
 * Read @s and hand each piece, at most a page, to @take; false ends it, as
 * nobody gets the rest, and tool_finish() says why.
 */
static int read_span(const struct memory *m, const struct dump *d,
		     const struct span *s,
		     bool (*take)(void *ctx, const void *data, size_t len),
		     void *ctx, struct imgfmt_error *err)
{
	uint8_t piece[PIECE_MAX];
	uint64_t done = 0;

	while (done < s->size) {
		uint64_t at = s->address + done;
		uint64_t n = d->info.page_size - at % d->info.page_size;
		int rc;

		if (n > s->size - done)
			n = s->size - done;
		rc = m->kernel ? imgfmt_read_virt(m->kernel, at, piece,
						  (size_t)n, err) :
				 imgfmt_read_phys(m->cursor, at, piece,
						  (size_t)n, err);
		if (rc)
			return rc;
		if (!take(ctx, piece, (size_t)n))
			return IMGFMT_OK;
		done += n;
		if (signals_caught())
			return dump_error(err, IMGFMT_E_CANCELLED, "stopped");
	}
	return IMGFMT_OK;
}

static bool take_hexdump(void *ctx, const void *data, size_t len)
{
	hexdump_feed(ctx, data, len);
	return !ferror(stdout);
}

static bool take_raw(void *ctx, const void *data, size_t len)
{
	(void)ctx;
	return write_bytes(stdout, data, len);
}

static bool take_copy(void *ctx, const void *data, size_t len)
{
	uint8_t **to = ctx;

	memcpy(*to, data, len);
	*to += len;
	return true;
}

int text_read(struct dump *d, struct imgfmt_error *err)
{
	struct memory m;
	int rc = open_memory(d, &m, err);

	for (size_t i = 0; i < d->reads.count && !rc; i++) {
		const struct span *s = &d->spans[i];
		struct hexdump h;

		if (i)
			putchar('\n');
		hexdump_start(&h, stdout, s->address);
		rc = read_span(&m, d, s, take_hexdump, &h, err);
		if (!rc || h.fill || h.addr != s->address)
			hexdump_finish(&h);
	}
	close_memory(&m);
	return rc;
}

int raw_read(struct dump *d, struct imgfmt_error *err)
{
	struct memory m;
	int rc = open_memory(d, &m, err);

	for (size_t i = 0; i < d->reads.count && !rc; i++)
		rc = read_span(&m, d, &d->spans[i], take_raw, NULL, err);
	close_memory(&m);
	return rc;
}

static int put_span(struct dump *d, const struct memory *m,
		    const struct span *s, struct imgfmt_error *err)
{
	struct json *j = &d->tool.json;
	uint8_t *bytes = malloc((size_t)s->size), *end = bytes;
	int rc;

	if (!bytes)
		return dump_error(err, IMGFMT_E_NOMEM, "out of memory");
	rc = read_span(m, d, s, take_copy, &end, err);
	if (!rc) {
		json_object(j, NULL);
		json_hex64(j, "address", s->address);
		json_uint(j, "size", s->size);
		json_bool(j, "virtual", d->virt);
		json_string(j, "view",
			    imgfmt_view_name(d->virt ? IMGFMT_VIEW_ORIGINAL :
						       dump_view(d)));
		json_hex(j, "bytes_hex", bytes, (size_t)s->size);
		json_end(j);
	}
	free(bytes);
	return rc;
}

int json_read(struct dump *d, struct imgfmt_error *err)
{
	struct memory m;
	int rc = open_memory(d, &m, err);

	if (!rc)
		json_array(&d->tool.json, "read");
	for (size_t i = 0; i < d->reads.count && !rc; i++)
		rc = put_span(d, &m, &d->spans[i], err);
	if (!rc)
		json_end(&d->tool.json);
	close_memory(&m);
	return rc;
}
