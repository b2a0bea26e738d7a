/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signing: keys, and signatures in an image that exists.
 */
#include <stdlib.h>

#include "api/options.h"
#include "source/source.h"
#include "trust/signer.h"
#include "trust/slots.h"

int imgfmt_signer_new(const struct imgfmt_signer_opts *opts,
		      struct imgfmt_signer **ret, struct imgfmt_error *err)
{
	struct imgfmt_signer_opts o;
	int rc = options_take(&o, sizeof(o), opts, err);

	*ret = NULL;
	return rc ? rc : signer_new(&o, ret, err);
}

/* The file is still what was opened: manifest and slots stand where they did. */
static int check_same(const struct imgfmt_image *image,
		      const struct place *place, uint64_t offset,
		      struct imgfmt_error *err)
{
	const struct plan *p = &image->plan;
	size_t manifest = (size_t)p->tables.manifest_size;
	size_t slots = IMGFMT_SLOTS * IMGFMT_MUTABLE_UNIT;
	uint8_t *buf = malloc(slots);
	int rc;

	if (!buf)
		return err_nomem(err, "signature slots");
	rc = place_read(place, offset + p->tables_at + p->tables.manifest, buf,
			manifest, err);
	if (!rc && memcmp(buf, image->manifest_bytes, manifest))
		rc = err_set(err, IMGFMT_E_UNFIT,
			     "%s: the image was changed meanwhile",
			     place_name(place));
	if (!rc)
		rc = place_read(place,
				offset + p->mutable_at + IMGFMT_MUTABLE_UNIT,
				buf, slots, err);
	if (!rc && memcmp(buf, image->slots + IMGFMT_MUTABLE_UNIT, slots))
		rc = err_set(err, IMGFMT_E_UNFIT,
			     "%s: its signatures were changed meanwhile",
			     place_name(place));
	free(buf);
	return rc;
}

/* Slots that are neither free nor in use. */
static uint32_t damaged_slots(const struct imgfmt_image *image)
{
	uint32_t kind, size, damaged = 0;

	for (uint32_t i = 0; i < IMGFMT_SLOTS; i++)
		if (slot_decode(image->slots + (1 + i) * IMGFMT_MUTABLE_UNIT,
				0, &kind, &size, NULL))
			damaged |= 1u << i;
	return damaged;
}

int imgfmt_slots_write(const struct imgfmt_image *image, const char *path,
		       const struct imgfmt_slots_opts *opts, int *slot_ret,
		       struct imgfmt_error *err)
{
	struct imgfmt_slots_opts o;
	struct slots_change change;
	struct place *place;
	uint64_t at;
	int rc = options_take(&o, sizeof(o), opts, err);

	*slot_ret = -1;
	if (rc)
		return rc;
	if (!image->has_mutable)
		return err_set(err, IMGFMT_E_UNSUPPORTED,
			       "only a sealed image has signature slots");
	rc = place_open(path, &place, err);
	if (rc)
		return rc;
	rc = check_same(image, place, o.offset, err);
	change = (struct slots_change){ .clear = o.clear |
						 damaged_slots(image),
					.signature = o.signature,
					.size = o.signature_size };
	at = o.offset + image->plan.mutable_at + IMGFMT_MUTABLE_UNIT;
	if (!rc)
		rc = slots_write(place, at,
				 image->slots + IMGFMT_MUTABLE_UNIT, &change,
				 slot_ret, err);
	place_free(place);
	return rc;
}
