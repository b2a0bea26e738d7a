/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signed images: a change of any one bit is refused where a signature is
 * demanded, with its place; and a power cut while signatures change leaves the
 * old ones, or the new one, or a slot that is told as damaged and can be
 * cleared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/record.h"
#include "support/power.h"
#include "support/sample.h"
#include "support/sanitizer.h"
#include "trust/signer.h"
#include "trust/slots.h"

/* A sanitizer takes ten times as long. */
#define STEP (SANITIZED ? 13u : 1u)

static char dir[] = "/tmp/signatures.XXXXXX";

/* Who may sign: the first is trusted by all that is verified here. */
struct party {
	struct imgfmt_signer *signer;
	struct imgfmt_trust *trust;
};

static void run(const char *command)
{
	if (system(command))
		fail("signatures: failed: %s", command);
}

static struct party make_party(const char *name, const char *kind)
{
	char command[512], key[64], cert[64];
	struct imgfmt_signer_opts opts = {
		.struct_size = sizeof(opts), .key = key, .certificate = cert,
	};
	struct imgfmt_error err;
	struct party p;

	snprintf(key, sizeof(key), "%s/%s.key", dir, name);
	snprintf(cert, sizeof(cert), "%s/%s.pem", dir, name);
	snprintf(command, sizeof(command),
		 "openssl req -x509 -nodes -newkey %s -keyout %s -out %s -subj /CN=%s -days 9 2>%s/log",
		 kind, key, cert, name, dir);
	run(command);
	must(imgfmt_signer_new(&opts, &p.signer, &err), &err, "a key");
	must(imgfmt_trust_new(NULL, &p.trust, &err), &err, "a trust");
	must(imgfmt_trust_add(p.trust, cert, &err), &err, "a certificate");
	return p;
}

static void free_party(struct party *p)
{
	imgfmt_signer_free(p->signer);
	imgfmt_trust_free(p->trust);
}

/* ---- Reading by a trust ------------------------------------------------ */

static int64_t read_bytes(void *ctx, void *buf, size_t len, uint64_t off)
{
	const struct vec *v = ctx;
	size_t n = off < v->len ? (size_t)min_u64(len, v->len - off) : 0;

	memcpy(buf, (uint8_t *)v->data + off, n);
	return (int64_t)n;
}

struct found {
	struct imgfmt_error first;	/* status 0: none */
};

static void take(void *ctx, int severity, const struct imgfmt_error *what)
{
	struct found *f = ctx;

	if (severity == IMGFMT_FINDING_ERROR && !f->first.status)
		f->first = *what;
}

/* Open by demand of a signature of @p, and check in full. */
static int verify(const struct vec *bytes, const struct party *p,
		  struct imgfmt_error *err)
{
	const struct imgfmt_io io = {
		.struct_size = sizeof(io), .ctx = (void *)bytes,
		.read_at = read_bytes, .size = bytes->len,
	};
	const struct imgfmt_open_opts open = {
		.struct_size = sizeof(open),
		.trust = p->trust,
		.flags = IMGFMT_OPEN_REQUIRE_SIGNATURE,
	};
	struct found found = { .first.status = 0 };
	const struct imgfmt_verify_opts opts = {
		.struct_size = sizeof(opts), .finding = take, .ctx = &found,
	};
	struct imgfmt_image *image;
	int rc = imgfmt_image_open_io(&io, &open, &image, err);

	if (rc)
		return rc;
	rc = imgfmt_verify(image, &opts, NULL, err);
	imgfmt_image_unref(image);
	if (!rc && found.first.status) {
		*err = found.first;
		rc = err->status;
	}
	return rc;
}

/* ---- An image and its slots ----------------------------------------------- */

struct signed_image {
	struct vec bytes;
	uint64_t slots;		/* where they begin */
	void *manifest;
	size_t manifest_size;
};

/* Plain or packed, sealed, without signatures. */
static void make_image(const struct sample *s, struct signed_image *ret)
{
	struct imgfmt_image *image;
	struct imgfmt_region r;
	struct imgfmt_error err;
	const void *manifest;
	struct memory m;

	must(sample_make(s, &ret->bytes, &err), &err, "an image");
	m = memory_of(&ret->bytes);
	must(memory_open(&m, false, 0, &image, &err), &err, "an image");
	must(imgfmt_image_manifest(image, &manifest, &ret->manifest_size), &err,
	     "a manifest");
	ret->manifest = malloc(ret->manifest_size);
	memcpy(ret->manifest, manifest, ret->manifest_size);
	for (size_t i = 0; !imgfmt_image_region(image, i, &r); i++)
		if (!strcmp(r.name, "signature slots"))
			ret->slots = r.offset;
	imgfmt_image_unref(image);
}

static void free_image(struct signed_image *i)
{
	free(i->manifest);
	vec_fini(&i->bytes);
}

static uint8_t *slot_of(const struct signed_image *i, int slot)
{
	return (uint8_t *)i->bytes.data + i->slots +
	       (size_t)slot * IMGFMT_MUTABLE_UNIT;
}

static void sign_slot(const struct signed_image *i, int slot,
		      const struct party *p)
{
	struct imgfmt_error err;
	void *signature;
	size_t size;

	must(imgfmt_signer_sign(p->signer, i->manifest, i->manifest_size,
				&signature, &size, &err), &err, "a signature");
	slots_encode(signature, size, slot_of(i, slot));
	free(signature);
}

/* ---- Every bit -------------------------------------------------------------- */

static bool is_answer(int rc, const struct imgfmt_error *err)
{
	bool placed = err->offset != IMGFMT_NOWHERE ||
		      err->pfn != IMGFMT_NOWHERE;

	return rc < 0 && rc != IMGFMT_E_USAGE && rc != IMGFMT_E_NOMEM &&
	       rc != IMGFMT_E_OS && err->rule[0] && placed;
}

static void flip_every_bit(const struct sample *s, const struct party *me,
			   const struct party *you)
{
	struct signed_image i = { .slots = 0 };
	struct imgfmt_error err;
	uint8_t *bytes;

	make_image(s, &i);
	sign_slot(&i, 0, me);
	sign_slot(&i, 2, you);
	must(verify(&i.bytes, me, &err), &err, "the signed image");
	bytes = i.bytes.data;
	for (uint64_t n = 0; n < i.bytes.len * 8; n += STEP) {
		uint8_t mask = (uint8_t)(1u << n % 8);
		int rc;

		bytes[n / 8] ^= mask;
		rc = verify(&i.bytes, me, &err);
		bytes[n / 8] ^= mask;
		if (!is_answer(rc, &err))
			fail("signatures: %s: bit %llu of byte 0x%llx: %s: %s [%s]",
			     s->to, (unsigned long long)n % 8,
			     (unsigned long long)n / 8, imgfmt_status_name(rc),
			     rc ? err.message : "", rc ? err.rule : "");
	}
	free_image(&i);
}

/* ---- The power ------------------------------------------------------------ */

struct cuts {
	const struct signed_image *image;
	const struct party *old, *new;
	unsigned int torn, kept, changed;
};

/* What is on the disk has one of the two signatures, or says what is wrong. */
static void judge_cut(struct power *p, int count, void *ctx)
{
	struct vec disk = { .data = p->disk, .len = p->size, .elem = 1 };
	struct cuts *c = ctx;
	struct imgfmt_error err;
	int rc = verify(&disk, c->old, &err);

	if (rc == IMGFMT_E_UNTRUSTED || rc == IMGFMT_E_UNSIGNED)
		rc = verify(&disk, c->new, &err);
	else
		c->kept += !rc;
	if (!rc) {
		c->changed++;
		return;
	}
	if (rc != IMGFMT_E_CORRUPT ||
	    (strcmp(err.rule, "SIG-01") && strcmp(err.rule, "SIG-02") &&
	     strcmp(err.rule, "PAD-01")) ||
	    err.offset < c->image->slots ||
	    err.offset >= c->image->slots + IMGFMT_SLOTS * IMGFMT_MUTABLE_UNIT)
		fail("signatures: cut after %d calls: %s [%s]", count, err.message,
		     err.rule);
	c->torn++;
}

/* From the signature of @old to that of @new, which @fills all slots or not. */
static void replace(const struct party *old, const struct party *new)
{
	static const struct sample sample = { .to = "packed",
					      .block_pages = 2 };
	struct signed_image i = { .slots = 0 };
	struct slots_change change = { .clear = 1 };
	struct cuts cuts = { .image = &i, .old = old, .new = new };
	struct imgfmt_error err;
	struct output_calls calls;
	struct power *power;
	struct place *place;
	void *signature;
	int slot, fd = memfd_create("image", MFD_CLOEXEC);

	make_image(&sample, &i);
	sign_slot(&i, 0, old);
	if (fd < 0 || write(fd, i.bytes.data, i.bytes.len) !=
			      (ssize_t)i.bytes.len)
		fail("signatures: cannot make a disk");
	must(imgfmt_signer_sign(new->signer, i.manifest, i.manifest_size,
				&signature, &change.size, &err), &err,
	     "a signature");
	change.signature = signature;
	power = power_new(fd, i.bytes.len);
	calls = power_calls(power);
	must(place_open_fd(fd, "disk", &calls, &place, &err), &err, "a disk");
	must(slots_write(place, i.slots, slot_of(&i, 0), &change, &slot, &err),
	     &err, "the new signature");
	if (slot != 1 || power->log.count != 4)
		fail("signatures: slot %d after %d calls", slot, power->log.count);
	power_cut_everywhere(power, 20, judge_cut, &cuts);
	if (!cuts.torn || !cuts.kept || cuts.changed <= cuts.kept)
		fail("signatures: no cut showed what it should: %u torn, %u kept of %u whole",
		     cuts.torn, cuts.kept, cuts.changed);
	place_free(place);
	power_free(power);
	free(signature);
	free_image(&i);
	close(fd);
}

int main(void)
{
	static const struct sample images[] = {
		{ .to = "packed", .block_pages = 2, .content = true },
		{ .to = "plain", .block_pages = 4 },
	};
	char command[64];
	struct party me, you;

	if (!mkdtemp(dir))
		fail("signatures: no folder");
	me = make_party("me", "ec -pkeyopt ec_paramgen_curve:P-256");
	/* A signature of more than one sector. */
	you = make_party("you", "rsa:3072");
	snprintf(command, sizeof(command), "rm -r %s", dir);
	run(command);
	replace(&me, &you);
	for (size_t i = 0; i < ARRAY_SIZE(images); i++)
		flip_every_bit(&images[i], &me, &you);
	free_party(&you);
	free_party(&me);
	return EXIT_SUCCESS;
}
