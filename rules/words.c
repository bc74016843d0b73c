#include "rules/words.h"

#include <emmintrin.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "parsers/base/uuid.h"
#include "specs/shape.h"

#define CLAIM_LEN_MAX    128
#define NAME_LEN_MAX     256
#define METHOD_LEN_MAX   20
#define DIGITS_SENSITIVE 6
#define DIGITS_PERSONAL  9 /* the shortest numbers of persons */

/* Of a key or token: so long, with so many digits, so often from letters to digits or back. */
#define SECRET_LEN     16
#define SECRET_DIGITS  2
#define SECRET_CHANGES 3

static const struct bytes masked = BYTES_INIT("{masked}");

/* So many digits with nothing but separators between them? */
static bool has_digits(struct bytes text, struct bytes separators, unsigned wanted)
{
	unsigned digits = 0;

	for (size_t i = 0; i < text.len && digits < wanted; i++) {
		if (ascii_is_digit(text.data[i]))
			digits++;
		else if (bytes_find_byte(separators, text.data[i]) == BYTES_NOT_FOUND)
			digits = 0;
	}
	return digits >= wanted;
}

/* As it is, or still encoded. */
static bool has_at_sign(struct bytes text)
{
	return bytes_find_byte(text, '@') != BYTES_NOT_FOUND ||
	       bytes_find(text, BYTES("%40")) != BYTES_NOT_FOUND;
}

/* RFC 7519: the first part is a JSON object, in base64url. */
static bool has_token(struct bytes text)
{
	size_t at = bytes_find(text, BYTES("eyJ")), len = 0;

	if (at == BYTES_NOT_FOUND)
		return false;
	text = bytes_from(text, at);
	while (len < text.len &&
	       (ascii_is_alnum(text.data[len]) || text.data[len] == '_' || text.data[len] == '-'))
		len++;
	return len >= SECRET_LEN;
}

bool words_look_secret(struct bytes text)
{
	size_t len = 0, digits = 0, changes = 0;

	if (text.len < SECRET_LEN)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		bool is_digit = ascii_is_digit(text.data[i]);

		if (!is_digit && !ascii_is_alpha(text.data[i])) {
			len = digits = changes = 0;
			continue;
		}
		changes += len > 0 && is_digit != ascii_is_digit(text.data[i - 1]);
		digits += is_digit;
		len++;
		if (len >= SECRET_LEN && digits >= SECRET_DIGITS && changes >= SECRET_CHANGES)
			return true;
	}
	return has_token(text);
}

bool words_look_sensitive(struct bytes text)
{
	return has_at_sign(text) || has_digits(text, BYTES("-. "), DIGITS_SENSITIVE) ||
	       words_look_secret(text);
}

bool words_look_personal(struct bytes text)
{
	return has_at_sign(text) || (has_digits(text, BYTES("-. "), DIGITS_PERSONAL) && !uuid_is(text));
}

static bool is_printable(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F)
			return false;
	}
	return true;
}

struct bytes words_name(struct bytes name)
{
	if (name.len > NAME_LEN_MAX || words_look_sensitive(name) || !is_printable(name))
		return masked;
	return name;
}

struct bytes words_path(struct bytes path, struct arena *arena)
{
	size_t len = 0;
	char *out;

	if (bytes_equal(words_name(path), path))
		return path;
	/* Every part may be replaced by a longer one. */
	out = arena_alloc(arena, path.len + 1 + (path.len / 2 + 1) * masked.len);
	if (out == NULL)
		return BYTES_NONE;
	for (struct bytes rest = path; rest.data != NULL;) {
		struct bytes part = words_name(bytes_split(&rest, '/'));

		if (part.len > 0)
			memcpy(out + len, part.data, part.len);
		len += part.len;
		if (rest.data != NULL)
			out[len++] = '/';
	}
	return (struct bytes){.data = out, .len = len};
}

struct bytes words_claim(struct bytes value, struct arena *arena)
{
	bool has_letter = false;

	for (size_t i = 0; i < value.len; i++) {
		char byte = value.data[i];

		if (!ascii_is_alnum(byte) && bytes_find_byte(BYTES(":/._-"), byte) == BYTES_NOT_FOUND)
			return shape_mask(value, arena);
		has_letter = has_letter || ascii_is_alpha(byte);
	}
	if (!has_letter || words_look_sensitive(value))
		return shape_mask(value, arena);
	return bytes_slice(value, 0, CLAIM_LEN_MAX);
}

/* What each byte is to a word: ' ' no part of one, 'd' a digit, '!' one of "@", "%40" or "eyJ", 'w' any other
 * letter or one of ._+-; what is not ASCII, and stands here as 0, is part of a word too. */
static const char byte_kinds[UCHAR_MAX + 1] = "                                "
					      "     !     w ww dddddddddd      "
					      "!wwwwwwwww!wwwwwwwwwwwwwwww    w"
					      " wwwwwwwwwwwwwwwwwwwwwwwwww     ";

struct word {
	struct bytes text;
	size_t digits;
	bool is_telling;
};

/* The next word of *rest, perhaps empty; *out_separator is what ends it, empty at the end. */
static struct word take_word(struct bytes *rest, struct bytes *out_separator)
{
	struct bytes whole = *rest;
	struct word word = {.digits = 0};
	size_t len = 0;
	char kind;

	for (; len < whole.len && (kind = byte_kinds[(unsigned char)whole.data[len]]) != ' '; len++) {
		word.digits += kind == 'd';
		word.is_telling |= kind == '!';
	}
	word.text = bytes_slice(whole, 0, len);
	*out_separator = bytes_slice(whole, len, 1);
	*rest = bytes_from(whole, len + 1);
	return word;
}

/* Nearly all words are: nothing of "@", "%40" or "eyJ", and too few digits for a number or a key. */
static bool is_harmless(const struct word *word)
{
	_Static_assert(SECRET_DIGITS <= DIGITS_PERSONAL, "whatever is looked for has so many digits");
	return !word->is_telling && (word->digits < SECRET_DIGITS ||
				     (word->digits < DIGITS_PERSONAL && word->text.len < SECRET_LEN));
}

/* Dots part the numbers of a version. */
static bool is_shown(const struct word *word)
{
	if (is_harmless(word))
		return true;
	return !has_at_sign(word->text) && !has_digits(word->text, BYTES("-"), DIGITS_PERSONAL) &&
	       !words_look_secret(word->text);
}

static void put(char *out, size_t *len, struct bytes part)
{
	if (part.len > 0)
		memcpy(out + *len, part.data, part.len);
	*len += part.len;
}

/* The next byte from `at` on that makes a word worth a look: a digit, or one that may tell. Else the end. */
static size_t find_mark(struct bytes text, size_t at)
{
	for (; text.len - at >= 16; at += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text.data + at));
		__m128i digits = _mm_sub_epi8(bytes, _mm_set1_epi8('0')), marks;

		marks = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
		marks = _mm_or_si128(marks, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('@')));
		marks = _mm_or_si128(marks, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('%')));
		marks = _mm_or_si128(marks, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('J')));
		if (_mm_movemask_epi8(marks) != 0)
			return at + (unsigned)__builtin_ctz((unsigned)_mm_movemask_epi8(marks));
	}
	while (at < text.len && byte_kinds[(unsigned char)text.data[at]] != 'd' &&
	       byte_kinds[(unsigned char)text.data[at]] != '!')
		at++;
	return at;
}

/* A word without a mark is harmless: the others are looked at. */
static bool is_all_shown(struct bytes text)
{
	struct bytes rest, separator;
	struct word word;
	size_t from = 0;

	while ((from = find_mark(text, from)) < text.len) {
		while (from > 0 && byte_kinds[(unsigned char)text.data[from - 1]] != ' ')
			from--;
		rest = bytes_from(text, from);
		word = take_word(&rest, &separator);
		if (!is_shown(&word))
			return false;
		from += word.text.len;
	}
	return true;
}

struct bytes words_text(struct bytes text, struct arena *arena)
{
	struct bytes rest = text, separator;
	size_t len = 0;
	char *out;

	if (is_all_shown(text))
		return arena_copy(arena, text);
	out = arena_alloc(arena, text.len * masked.len + 1);
	if (out == NULL)
		return BYTES_NONE;
	while (rest.len > 0) {
		struct word word = take_word(&rest, &separator);

		put(out, &len, is_shown(&word) ? word.text : masked);
		put(out, &len, separator);
	}
	return (struct bytes){.data = out, .len = len};
}

static bool is_label_shown(struct bytes label)
{
	bool is_number = true;

	for (size_t i = 0; i < label.len; i++) {
		char byte = label.data[i];

		if (!ascii_is_alnum(byte) && byte != '-' && byte != '_' && byte != ':')
			return false;
		is_number = is_number && (ascii_is_digit(byte) || byte == '-');
	}
	/* "ec2-203-0-113-110" is an address. */
	return !(is_number && has_digits(label, BYTES("-"), DIGITS_PERSONAL)) && !words_look_secret(label);
}

static bool is_host_shown(struct bytes host)
{
	while (host.data != NULL)
		if (!is_label_shown(bytes_split(&host, '.')))
			return false;
	return true;
}

struct bytes words_host(struct bytes host, struct arena *arena)
{
	size_t len = 0;
	char *out;

	if (is_host_shown(host))
		return arena_copy(arena, host);
	out = arena_alloc(arena, host.len * masked.len + 1);
	if (out == NULL)
		return BYTES_NONE;
	for (struct bytes rest = host; rest.data != NULL;) {
		struct bytes label = bytes_split(&rest, '.');

		put(out, &len, is_label_shown(label) ? label : masked);
		if (rest.data != NULL)
			out[len++] = '.';
	}
	return (struct bytes){.data = out, .len = len};
}

struct bytes words_method(struct bytes method)
{
	if (method.len == 0 || method.len > METHOD_LEN_MAX)
		return BYTES("?");
	for (size_t i = 0; i < method.len; i++) {
		if (!ascii_is_alpha(method.data[i]) && method.data[i] != '-' && method.data[i] != '_')
			return BYTES("?");
	}
	return method;
}

struct bytes words_duration(uint64_t seconds, struct arena *arena)
{
	uint64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;

	if (days > 0)
		return arena_printf(arena, "%" PRIu64 " d %" PRIu64 " h", days, hours % 24);
	if (hours > 0)
		return arena_printf(arena, "%" PRIu64 " h %" PRIu64 " min", hours, minutes % 60);
	if (minutes > 1)
		return arena_printf(arena, "%" PRIu64 " min", minutes);
	return arena_printf(arena, "%" PRIu64 " s", seconds);
}
