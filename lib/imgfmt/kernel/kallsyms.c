/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table is a list of names, each a length and as many bytes; a byte stands
 * for a token, one character or more, and the first character of all is the
 * symbol's type (scripts/kallsyms.c of Linux 6.12).  The addresses are a list
 * of their own, in the same order, in one of four encodings.
 */
#include "kernel/kallsyms.h"

#include <stdlib.h>

#include "base/error.h"

#define TOKENS	  256u
#define TOKEN_MAX 512u	/* bytes, with the terminator: KSYM_NAME_LEN */
#define NAME_LEN  512u
#define CHUNK	  4096u

/* Of all names; kernels have some 2 MiB of them. */
#define BYTES_MAX (UINT64_C(1) << 25)

/* "Big" lengths take two bytes, the lower seven bits first. */
#define LENGTH_BIG 0x80u

#define PROOF "_stext"
#define NO_INDEX UINT32_MAX

/* ---- Addresses ------------------------------------------------------------- */

/* The symbol's address from its @word, which lies at @place. */
static uint64_t from_base(uint64_t word, uint64_t place, uint64_t base)
{
	(void)place;
	return base + word;
}

/* Negative ones are relative, downwards from -1; the others are absolute. */
static uint64_t from_base_or_absolute(uint64_t word, uint64_t place,
				      uint64_t base)
{
	int32_t offset = (int32_t)(uint32_t)word;

	(void)place;
	return offset < 0 ? base - 1 - (uint64_t)(int64_t)offset : word;
}

static uint64_t from_place(uint64_t word, uint64_t place, uint64_t base)
{
	(void)base;
	return place + (uint64_t)(int64_t)(int32_t)(uint32_t)word;
}

static uint64_t as_it_is(uint64_t word, uint64_t place, uint64_t base)
{
	(void)place;
	(void)base;
	return word;
}

/*
 * Two encodings look alike from outside: the address of PROOF decides.
 */
struct encoding {
	const char *words, *base;	/* symbols of VMCOREINFO */
	unsigned int size;
	uint64_t (*address)(uint64_t word, uint64_t place, uint64_t base);
};

static const struct encoding encodings[] = {
	/* CONFIG_KALLSYMS_ABSOLUTE_PERCPU, until 6.14; without it, until 6.19 */
	{ "kallsyms_offsets", "kallsyms_relative_base", 4,
	  from_base_or_absolute },
	{ "kallsyms_offsets", "kallsyms_relative_base", 4, from_base },
	/* from 7.0 on */
	{ "kallsyms_offsets", NULL, 4, from_place },
	/* without CONFIG_KALLSYMS_BASE_RELATIVE, until 6.10 */
	{ "kallsyms_addresses", NULL, 8, as_it_is },
};

/* False if VMCOREINFO or the memory does not tell. */
static bool read_address(struct kernel *k, const struct encoding *e,
			 uint32_t index, uint64_t *ret)
{
	uint64_t words, symbol, place;
	uint8_t word[8] = { 0 }, base[8] = { 0 };

	if (!vmcoreinfo_symbol(&k->info, e->words, &words))
		return false;
	if (e->base && (!vmcoreinfo_symbol(&k->info, e->base, &symbol) ||
			kernel_read(k, symbol, base, sizeof(base), NULL)))
		return false;
	place = words + (uint64_t)index * e->size;
	if (kernel_read(k, place, word, e->size, NULL))
		return false;
	*ret = e->address(get_le64(word), place, get_le64(base));
	return true;
}

static const struct encoding *find_encoding(struct kernel *k, uint32_t proof)
{
	uint64_t stext, address;

	if (proof == NO_INDEX || !vmcoreinfo_symbol(&k->info, PROOF, &stext))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(encodings); i++)
		if (read_address(k, &encodings[i], proof, &address) &&
		    address == stext)
			return &encodings[i];
	return NULL;
}

/* ---- Names ----------------------------------------------------------------- */

/* Bytes of the list of names, read ahead. */
struct names {
	struct kernel *k;
	uint64_t next;		/* virtual address of what was not read yet */
	uint64_t bytes;		/* read */
	uint8_t	 chunk[CHUNK];
	size_t	 at, len;	/* in the chunk */
};

/* To the end of a page, as the next one need not be mapped. */
static int next_chunk(struct names *n, struct imgfmt_error *err)
{
	int rc;

	n->len = (size_t)(CHUNK - n->next % CHUNK);
	n->at = 0;
	rc = kernel_read(n->k, n->next, n->chunk, n->len, err);
	n->next += n->len;
	n->bytes += n->len;
	if (!rc && n->bytes > BYTES_MAX)
		rc = err_set(err, IMGFMT_E_CORRUPT,
			     "kallsyms has impossibly long names");
	return rc;
}

static int next_byte(struct names *n, uint8_t *ret, struct imgfmt_error *err)
{
	if (n->at == n->len) {
		int rc = next_chunk(n, err);

		if (rc)
			return rc;
	}
	*ret = n->chunk[n->at++];
	return IMGFMT_OK;
}

static int next_length(struct names *n, uint32_t *ret,
		       struct imgfmt_error *err)
{
	uint8_t low, high = 0;
	int rc = next_byte(n, &low, err);

	if (!rc && low & LENGTH_BIG)
		rc = next_byte(n, &high, err);
	if (rc)
		return rc;
	*ret = (low & (LENGTH_BIG - 1)) | (uint32_t)high << 7;
	return *ret ? IMGFMT_OK :
		      err_set(err, IMGFMT_E_CORRUPT,
			      "kallsyms has a name without a type");
}

struct tokens {
	char	 text[UINT16_MAX + TOKEN_MAX];
	uint16_t first[TOKENS];
};

/* What @t->first points to, up to the terminator of the last token. */
static int read_text(struct kernel *k, uint64_t table, struct tokens *t,
		     struct imgfmt_error *err)
{
	size_t last = t->first[TOKENS - 1];
	int rc = kernel_read(k, table, t->text, last, err);

	for (size_t i = last; !rc && i < last + TOKEN_MAX; i++) {
		rc = kernel_read(k, table + i, &t->text[i], 1, err);
		if (!rc && !t->text[i])
			return IMGFMT_OK;
	}
	return rc ? rc : err_set(err, IMGFMT_E_CORRUPT,
				 "kallsyms has a token without an end");
}

static int read_tokens(struct kernel *k, struct tokens *t,
		       struct imgfmt_error *err)
{
	uint8_t words[TOKENS * 2];
	uint64_t table, index;
	int rc;

	if (!vmcoreinfo_symbol(&k->info, "kallsyms_token_table", &table) ||
	    !vmcoreinfo_symbol(&k->info, "kallsyms_token_index", &index))
		return err_set(err, IMGFMT_E_ABSENT,
			       "VMCOREINFO does not tell where kallsyms is");
	rc = kernel_read(k, index, words, sizeof(words), err);
	if (rc)
		return rc;
	for (size_t i = 0; i < TOKENS; i++) {
		t->first[i] = get_le16(words + 2 * i);
		if (i && t->first[i] <= t->first[i - 1])
			return err_set(err, IMGFMT_E_CORRUPT,
				       "kallsyms has tokens out of order");
	}
	return read_text(k, table, t, err);
}

/* The next name without its type; one that is too long is cut. */
static int next_name(struct names *n, const struct tokens *t, char *name,
		     struct imgfmt_error *err)
{
	size_t len = 0;
	uint32_t left;
	uint8_t byte;
	int rc = next_length(n, &left, err);

	name[1] = '\0';
	for (; !rc && left; left--) {
		rc = next_byte(n, &byte, err);
		if (rc)
			break;
		for (const char *c = t->text + t->first[byte];
		     *c && len <= NAME_LEN; c++)
			name[len++] = *c;
	}
	name[len] = '\0';
	return rc;
}

/* ---- Symbols --------------------------------------------------------------- */

struct search {
	struct names names;
	struct tokens tokens;
	char name[1 + NAME_LEN + 1];	/* type, name, terminator */
	uint32_t proof;		/* index of PROOF */
};

static int start(struct search *s, struct kernel *k, uint32_t *total,
		 struct imgfmt_error *err)
{
	uint64_t symbol;
	uint8_t word[4];
	int rc;

	s->proof = NO_INDEX;
	s->names.k = k;
	if (!vmcoreinfo_symbol(&k->info, "kallsyms_names", &s->names.next) ||
	    !vmcoreinfo_symbol(&k->info, "kallsyms_num_syms", &symbol))
		return err_set(err, IMGFMT_E_ABSENT,
			       "VMCOREINFO does not tell where kallsyms is");
	rc = kernel_read(k, symbol, word, sizeof(word), err);
	if (rc)
		return rc;
	*total = get_le32(word);
	if (*total > KALLSYMS_COUNT_MAX)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "kallsyms has impossibly many names");
	return read_tokens(k, &s->tokens, err);
}

/* Until the table is proved, addresses are indices. */
static int look_up(struct search *s, struct kernel *k,
		   struct kallsyms_symbol *symbols, size_t count,
		   struct imgfmt_error *err)
{
	uint32_t total = 0;
	int rc = start(s, k, &total, err);

	for (uint32_t i = 0; !rc && i < total; i++) {
		rc = next_name(&s->names, &s->tokens, s->name, err);
		if (rc)
			break;
		if (s->proof == NO_INDEX && !strcmp(s->name + 1, PROOF))
			s->proof = i;
		for (size_t j = 0; j < count; j++)
			if (!strcmp(s->name + 1, symbols[j].name) &&
			    !symbols[j].matches++)
				symbols[j].address = i;
	}
	return rc;
}

static int resolve(struct kernel *k, uint32_t proof,
		   struct kallsyms_symbol *symbols, size_t count,
		   struct imgfmt_error *err)
{
	const struct encoding *e = find_encoding(k, proof);

	if (!e)
		return err_set(err, IMGFMT_E_CORRUPT,
			       "kallsyms does not have " PROOF " where VMCOREINFO says");
	for (size_t i = 0; i < count; i++)
		if (symbols[i].matches &&
		    !read_address(k, e, (uint32_t)symbols[i].address,
				  &symbols[i].address))
			return err_set(err, IMGFMT_E_ABSENT,
				       "addresses of kallsyms are not in the image");
	return IMGFMT_OK;
}

static void forget(struct kallsyms_symbol *symbols, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		symbols[i].matches = 0;
		symbols[i].address = 0;
	}
}

int kallsyms_find(struct kernel *k, struct kallsyms_symbol *symbols,
		  size_t count, struct imgfmt_error *err)
{
	struct search *s = calloc(1, sizeof(*s));
	int rc;

	forget(symbols, count);
	if (!s)
		return err_nomem(err, "kallsyms");
	rc = look_up(s, k, symbols, count, err);
	if (!rc)
		rc = resolve(k, s->proof, symbols, count, err);
	if (rc)
		forget(symbols, count);
	free(s);
	return rc;
}
