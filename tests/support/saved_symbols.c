/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/saved_symbols.h"

/* Behind the index of 256 words of two bytes. */
#define COUNT 1024u
#define BASE  1032u

static const char *const tokens[] = { "swap", "_pages" };
#define FIRST_TOKEN 0x80u

static void put_tokens(struct saved_kernel *s)
{
	size_t at = 0;

	for (unsigned int i = 0; i < 256; i++) {
		char *text = (char *)saved_at(s, SAVED_TOKENS, at);

		put_le16(saved_at(s, SAVED_TOKEN_INDEX, 2 * i), (uint16_t)at);
		if (i < FIRST_TOKEN)
			text[0] = (char)i;
		else if (i - FIRST_TOKEN < ARRAY_SIZE(tokens))
			strcpy(text, tokens[i - FIRST_TOKEN]);
		/* A byte that nothing uses has an empty token. */
		at += strlen(text) + 1;
	}
}

static size_t put_name(uint8_t *at, const char *name)
{
	uint8_t body[1024];
	size_t len = 0, head = 1;

	while (*name) {
		uint8_t byte = (uint8_t)*name;
		size_t skip = 1;

		for (size_t i = 0; i < ARRAY_SIZE(tokens); i++)
			if (!strncmp(name, tokens[i], strlen(tokens[i]))) {
				byte = (uint8_t)(FIRST_TOKEN + i);
				skip = strlen(tokens[i]);
			}
		body[len++] = byte;
		name += skip;
	}
	at[0] = (uint8_t)len;
	if (len >= 0x80) {
		at[0] = (uint8_t)(len | 0x80);
		at[1] = (uint8_t)(len >> 7);
		head = 2;
	}
	memcpy(at + head, body, len);
	return head + len;
}

static void put_address(struct saved_kernel *s, enum saved_encoding encoding,
			uint32_t i, uint64_t address)
{
	uint64_t base = s->form->image;
	uint64_t place = saved_address(s, SAVED_OFFSETS, 4 * i);
	uint64_t word = address - base;

	if (encoding == SAVED_ADDRESSES) {
		put_le64(saved_at(s, SAVED_OFFSETS, 8 * i), address);
		return;
	}
	if (encoding == SAVED_PLACE)
		word = address - place;
	else if (encoding == SAVED_PERCPU)
		word = address < base ? address : base - 1 - address;
	put_le32(saved_at(s, SAVED_OFFSETS, 4 * i), (uint32_t)word);
}

static void say(struct saved_kernel *s, const char *name, unsigned int page,
		size_t offset)
{
	saved_say(s, "SYMBOL(%s)=%llx", name,
		  (unsigned long long)saved_address(s, page, offset));
}

void saved_set_symbols(struct saved_kernel *s, uint32_t count)
{
	put_le32(saved_at(s, SAVED_TOKEN_INDEX, COUNT), count);
}

void saved_put_symbols(struct saved_kernel *s, enum saved_encoding encoding,
		       const struct saved_symbol *symbols, uint32_t count)
{
	uint8_t *at = saved_at(s, SAVED_NAMES, 0);

	put_tokens(s);
	saved_set_symbols(s, count);
	put_le64(saved_at(s, SAVED_TOKEN_INDEX, BASE), s->form->image);
	for (uint32_t i = 0; i < count; i++) {
		at += put_name(at, symbols[i].name);
		put_address(s, encoding, i, symbols[i].address);
	}
	say(s, "kallsyms_names", SAVED_NAMES, 0);
	say(s, "kallsyms_num_syms", SAVED_TOKEN_INDEX, COUNT);
	say(s, "kallsyms_token_table", SAVED_TOKENS, 0);
	say(s, "kallsyms_token_index", SAVED_TOKEN_INDEX, 0);
	if (encoding == SAVED_ADDRESSES)
		say(s, "kallsyms_addresses", SAVED_OFFSETS, 0);
	else
		say(s, "kallsyms_offsets", SAVED_OFFSETS, 0);
	if (encoding == SAVED_PERCPU || encoding == SAVED_BASE)
		say(s, "kallsyms_relative_base", SAVED_TOKEN_INDEX, BASE);
}
