/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Words of the format for its numbers: one table each.
 */
#include <elf.h>
#include <string.h>

#include "base/base.h"
#include "codec/codec.h"
#include "config.h"
#include "imgfmt.h"
#include "sink/sink.h"
#include "source/source.h"

#define WORD(table, i) \
	((i) >= 0 && (size_t)(i) < ARRAY_SIZE(table) ? (table)[i] : NULL)

const char *imgfmt_version(void)
{
	return PACKAGE_VERSION;
}

const char *imgfmt_level_name(int level)
{
	static const char *const words[] = { "bare", "streamed", "sealed" };

	return WORD(words, level);
}

const char *imgfmt_profile_name(int profile)
{
	static const char *const words[] = { NULL, "plain", "packed" };

	return WORD(words, profile);
}

const char *imgfmt_kind_name(int kind)
{
	static const char *const words[] = { NULL, "hibernated system",
					     "hibernating kernel" };

	return WORD(words, kind);
}

const char *imgfmt_view_name(int view)
{
	static const char *const words[] = { NULL, "original", "jump" };

	return WORD(words, view);
}

const char *imgfmt_state_name(int state)
{
	static const char *const words[] = { "hole", "stored", "zero",
					     "excluded" };

	return WORD(words, state);
}

const char *imgfmt_class_name(int class_id)
{
	static const char *const words[] = {
		[IMGFMT_NONE] = "none",
		[IMGFMT_FREE] = "free",
		[IMGFMT_UNACCEPTED] = "unaccepted",
		[IMGFMT_OFFLINE] = "offline",
		[IMGFMT_HWPOISON] = "hwpoison",
		[IMGFMT_KEXEC] = "kexec",
		[IMGFMT_CACHE] = "cache",
		[IMGFMT_CACHE_PRIVATE] = "cache-private",
		[IMGFMT_USER] = "user",
		[IMGFMT_HUGETLB] = "hugetlb",
	};

	return WORD(words, class_id);
}

const char *imgfmt_resume_state_name(int state)
{
	static const char *const words[] = { "none", "pending", "claimed",
					     "failed" };

	return WORD(words, state);
}

const char *imgfmt_free_policy_name(int policy)
{
	static const char *const words[] = { "unknown", "anything", "zero",
					     "poison" };

	return WORD(words, policy);
}

const char *imgfmt_reason_name(unsigned int bit)
{
	static const char *const words[] = { "no-entry", "left-out", "salvaged",
					     "unplaced" };

	return bit < ARRAY_SIZE(words) ? words[bit] : NULL;
}

const char *imgfmt_vmcoreinfo_origin_name(int origin)
{
	static const char *const words[] = { NULL, "note", "memory",
					     "given" };

	return WORD(words, origin);
}

const char *imgfmt_recovery_name(int recovery)
{
	static const char *const words[] = {
		NULL, "vmcoreinfo and mappings", "vmcoreinfo", "nothing",
	};

	return WORD(words, recovery);
}

const char *imgfmt_machine_name(uint16_t machine)
{
	static const struct {
		uint16_t machine;
		const char *name;
	} words[] = {
		{ EM_X86_64, "x86_64" },   { EM_AARCH64, "aarch64" },
		{ EM_RISCV, "riscv" },	   { EM_S390, "s390x" },
		{ EM_PPC64, "ppc64" },	   { EM_LOONGARCH, "loongarch" },
		{ EM_MIPS, "mips" },	   { EM_SPARCV9, "sparc64" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i].machine == machine)
			return words[i].name;
	return NULL;
}

const char *imgfmt_codec_name_at(unsigned int position)
{
	const struct codec *c = codec_at(position);

	return c ? c->name : NULL;
}

const char *imgfmt_codec_name(uint16_t id)
{
	const struct codec *c = codec_by_id(id);

	return c ? c->name : NULL;
}

int imgfmt_codec_usable(const char *name)
{
	const struct codec *c = codec_by_name(name);

	if (!c && !strcmp(name, codec_lzo.name))
		c = &codec_lzo;
	return c && codec_is_built(c);
}

int imgfmt_codec_levels(const char *name, struct imgfmt_levels *ret)
{
	const struct codec *c = codec_by_name(name);

	*ret = (struct imgfmt_levels){ 0 };
	if (!c || c->level_min == c->level_max)
		return IMGFMT_END;
	ret->min = c->level_min;
	ret->max = c->level_max;
	ret->preset = c->level_default;
	return IMGFMT_OK;
}

const char *imgfmt_source_name_at(unsigned int position)
{
	const struct source_ops *s = source_at(position);

	return s ? s->name : NULL;
}

uint32_t imgfmt_sink_flags(const char *name)
{
	const struct sink_ops *s = sink_by_name(name);

	return s ? s->flags : 0;
}

const char *imgfmt_sink_name_at(unsigned int position)
{
	const struct sink_ops *s = sink_at(position);

	return s ? s->name : NULL;
}
