#include "rules/places_word.h"

static bool word_has(unsigned byte)
{
	return ascii_is_alnum((char)byte) || byte >= 0x80;
}

static struct byte_set word_gap(void)
{
	struct byte_set gap = {0};

	for (unsigned byte = 0; byte < 256; byte++)
		if (!word_has(byte))
			byte_set_add(&gap, byte, byte);
	return gap;
}

bool places_read_word(struct bytes word, struct places *out_places)
{
	struct byte_set gap = word_gap();

	places_clear(out_places);
	if (word.len == 0 || word.len > PLACES_MAX / 2)
		return false;
	for (size_t at = 0; at < word.len; at++) {
		unsigned char lower = (unsigned char)ascii_lower(word.data[at]);
		size_t letter = out_places->count++, next = letter + 2;

		if (!word_has(lower))
			return false;
		byte_set_add(&out_places->bytes[letter], lower, lower);
		if (ascii_is_alpha((char)lower))
			byte_set_add(&out_places->bytes[letter], lower - 'a' + 'A', lower - 'a' + 'A');
		if (at + 1 == word.len)
			break;
		out_places->bytes[out_places->count++] = gap;
		place_set_add(&out_places->follow[letter], letter + 1);
		place_set_add(&out_places->follow[letter], next);
		place_set_add(&out_places->follow[letter + 1], letter + 1);
		place_set_add(&out_places->follow[letter + 1], next);
	}
	place_set_add(&out_places->first, 0);
	place_set_add(&out_places->last, out_places->count - 1);
	return true;
}
