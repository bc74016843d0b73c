/* JSON text (RFC 8259) byte by byte: as lenient as the scan can be, for nobody judges its grammar here. */
#include <string.h>

#include "rules/scan_along.h"

/* A longer key is cut in pointers. */
#define KEY_LEN_MAX 1024

static struct along_level *top(struct along_json *json)
{
	return json->depth == 0 ? NULL : &json->levels[json->depth - 1];
}

static struct bytes key_of(const struct along_json *json, const struct along_level *level)
{
	return (struct bytes){json->keys + level->key_from, level->key_len};
}

/* Where what comes next stands: in the innermost level, or in the one `above` it. */
static struct scan_value spot_in(const struct scan_along *along, size_t depth)
{
	const struct along_json *json = &along->json;
	const struct along_level *level = depth == 0 ? NULL : &json->levels[depth - 1];
	struct scan_value spot = {.place = along->place, .is_json = true};

	if (level == NULL)
		return spot;
	spot.container = level->container;
	spot.is_in_array = level->is_array;
	spot.index = level->index;
	if (!level->is_array)
		spot.name = key_of(json, level);
	return spot;
}

static struct scan_value spot_of(const struct scan_along *along)
{
	return spot_in(along, along->json.depth);
}

void along_json_open(struct scan_along *along, struct scan_values *values)
{
	for (size_t i = 0; i < along->json.depth; i++) {
		struct scan_value spot = spot_in(along, i);

		along->json.levels[i].container = values_open(values, &spot);
	}
}

/* The keys of outer levels stand before those of inner ones. */
void along_json_settle(struct scan_along *along)
{
	struct along_json *json = &along->json;

	json->keys_len = 0;
	for (size_t i = 0; i < json->depth; i++) {
		struct along_level *level = &json->levels[i];

		if (level->key_len > 0)
			memmove(json->keys + json->keys_len, json->keys + level->key_from, level->key_len);
		level->key_from = (uint32_t)json->keys_len;
		json->keys_len += level->key_len;
	}
}

static void key_set(struct scan_along *along, struct scan_values *values, struct bytes text)
{
	struct along_json *json = &along->json;
	struct along_level *level = top(json);
	struct bytes key = bytes_slice(text, 0, KEY_LEN_MAX);
	struct scan_value spot;

	if (key.len > ALONG_KEYS_MAX - json->keys_len) {
		key = bytes_slice(key, 0, ALONG_KEYS_MAX - json->keys_len);
		along->hits.is_cut = true;
	}
	if (key.len > 0)
		memcpy(json->keys + json->keys_len, key.data, key.len);
	level->key_from = (uint32_t)json->keys_len;
	level->key_len = (uint32_t)key.len;
	json->keys_len += key.len;
	spot = spot_of(along);
	spot.raw_offset = along->held_at;
	values_add_name(values, &spot);
}

/* A value is over; in a sequence the next one has the next index. */
static void value_over(struct along_json *json)
{
	if (json->is_sequence && json->depth == 1)
		json->levels[0].index++;
}

static bool is_key_due(struct along_json *json)
{
	const struct along_level *level = top(json);

	return level != NULL && !level->is_array && level->wants_key;
}

/* Of numbers those that no class is below zero are left out, and so are true, false and null. */
static bool is_worth_it(struct bytes scalar)
{
	return ascii_is_digit(scalar.data[0]) ||
	       (scalar.data[0] == '-' && bytes_find_byte(scalar, '.') != BYTES_NOT_FOUND);
}

/* A string or scalar is over. `text` is what stands in the part; what came before it is held. */
static void token_over(struct scan_along *along, struct scan_values *values, struct bytes text, uint64_t at)
{
	bool is_scalar = along->json.state == ALONG_SCALAR;
	struct scan_value spot = spot_of(along);

	along->json.state = ALONG_BETWEEN;
	if (along->held_len > 0) {
		along_hold(along, values, &spot, text, at);
		text = (struct bytes){along->held, along->held_len};
	} else {
		along->held_at = at;
	}
	if (is_key_due(&along->json) && !is_scalar) {
		key_set(along, values, text);
		along->held_len = along->lead = 0;
		return;
	}
	spot.raw_offset = at;
	if (is_scalar && (text.len == 0 || !is_worth_it(text)))
		along->held_len = along->lead = 0;
	else if (along->held_len > 0)
		along_let_go(along, values, &spot);
	else
		values_add(values, &spot, text);
	value_over(&along->json);
}

static bool open_level(struct scan_along *along, struct scan_values *values, bool is_array)
{
	struct along_json *json = &along->json;
	struct scan_value spot = spot_of(along);

	if (json->depth == LIMIT_JSON_DEPTH)
		return false;
	json->levels[json->depth++] = (struct along_level){
		.container = values_open(values, &spot), .is_array = is_array, .wants_key = !is_array};
	return true;
}

static bool close_level(struct along_json *json, bool is_array)
{
	const struct along_level *level = top(json);

	if (level == NULL || level->is_array != is_array || (json->is_sequence && json->depth == 1))
		return false;
	json->depth--;
	value_over(json);
	return true;
}

static void next_item(struct along_json *json)
{
	struct along_level *level = top(json);

	if (level == NULL || (json->is_sequence && json->depth == 1))
		return;
	level->index += level->is_array;
	level->wants_key = !level->is_array;
}

/* A byte between tokens; false: this is no JSON. */
static bool between(struct scan_along *along, struct scan_values *values, char byte, uint64_t at)
{
	struct along_json *json = &along->json;

	switch (byte) {
	case ' ':
	case '\t':
	case '\r':
	case '\n':
	case '\x1e': /* RFC 7464 */
		return true;
	case '{':
	case '[':
		return open_level(along, values, byte == '[');
	case '}':
	case ']':
		return close_level(json, byte == ']');
	case ',':
		next_item(json);
		return true;
	case ':':
		if (top(json) != NULL)
			top(json)->wants_key = false;
		return true;
	case '"':
		json->state = ALONG_STRING;
		json->high = 0;
		return true;
	default:
		break;
	}
	if ((unsigned char)byte >= 0x80)
		return at < 3; /* a byte order mark */
	json->state = ALONG_SCALAR;
	return ascii_is_alnum(byte) || byte == '-' || byte == '+' || byte == '.';
}

static void put_character(struct scan_along *along, struct scan_values *values, uint32_t code, uint64_t at)
{
	struct scan_value spot = spot_of(along);
	char text[4];
	size_t len = 0;

	if (code < 0x80) {
		text[len++] = (char)code;
	} else if (code < 0x800) {
		text[len++] = (char)(0xC0 | code >> 6);
	} else if (code < 0x10000) {
		text[len++] = (char)(0xE0 | code >> 12);
		text[len++] = (char)(0x80 | (code >> 6 & 0x3F));
	} else {
		text[len++] = (char)(0xF0 | code >> 18);
		text[len++] = (char)(0x80 | (code >> 12 & 0x3F));
		text[len++] = (char)(0x80 | (code >> 6 & 0x3F));
	}
	if (code >= 0x80)
		text[len++] = (char)(0x80 | (code & 0x3F));
	along_hold(along, values, &spot, (struct bytes){text, len}, at);
}

static void escape_byte(struct scan_along *along, struct scan_values *values, char byte, uint64_t at)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *known = byte == '\0' ? NULL : strchr(from, byte);

	along->json.state = ALONG_STRING;
	if (byte == 'u') {
		along->json.state = ALONG_HEX;
		along->json.hex_left = 4;
		along->json.hex = 0;
		return;
	}
	put_character(along, values, (unsigned char)(known == NULL ? byte : to[known - from]), at);
}

/* RFC 8259 section 7: beyond the first plane a character is written as a pair. */
static void hex_byte(struct scan_along *along, struct scan_values *values, char byte, uint64_t at)
{
	struct along_json *json = &along->json;
	int digit = ascii_hex_value(byte);

	json->hex = json->hex << 4 | (digit < 0 ? 0 : (uint32_t)digit);
	if (--json->hex_left > 0)
		return;
	json->state = ALONG_STRING;
	if (json->hex >= 0xD800 && json->hex < 0xDC00) {
		json->high = json->hex;
		return;
	}
	if (json->hex >= 0xDC00 && json->hex < 0xE000)
		json->hex = json->high == 0 ? '?'
					    : 0x10000 + ((json->high - 0xD800) << 10) + (json->hex - 0xDC00);
	json->high = 0;
	put_character(along, values, json->hex, at);
}

/* The front of a string, up to its end or an escape; how much of it. */
static size_t string_bytes(struct scan_along *along, struct scan_values *values, struct bytes rest,
			   uint64_t at)
{
	struct scan_value spot = spot_of(along);
	size_t len = 0;

	while (len < rest.len && rest.data[len] != '"' && rest.data[len] != '\\')
		len++;
	if (len < rest.len && rest.data[len] == '"') {
		token_over(along, values, bytes_slice(rest, 0, len), at);
		return len + 1;
	}
	along_hold(along, values, &spot, bytes_slice(rest, 0, len), at);
	if (len == rest.len)
		return len;
	along->json.state = ALONG_ESCAPE;
	return len + 1;
}

static bool is_scalar_byte(char byte)
{
	return ascii_is_alnum(byte) || byte == '-' || byte == '+' || byte == '.';
}

static size_t scalar_bytes(struct scan_along *along, struct scan_values *values, struct bytes rest,
			   uint64_t at)
{
	struct scan_value spot = spot_of(along);
	size_t len = 0;

	while (len < rest.len && is_scalar_byte(rest.data[len]))
		len++;
	if (len < rest.len)
		token_over(along, values, bytes_slice(rest, 0, len), at);
	else
		along_hold(along, values, &spot, rest, at);
	return len;
}

size_t along_json_take(struct scan_along *along, struct scan_values *values, struct bytes part)
{
	size_t used = 0;

	while (used < part.len) {
		struct bytes rest = bytes_from(part, used);
		uint64_t at = along->offset + used;

		switch (along->json.state) {
		case ALONG_BETWEEN:
			if (!between(along, values, rest.data[0], at))
				return used;
			used += along->json.state == ALONG_SCALAR ? 0 : 1;
			break;
		case ALONG_STRING:
			used += string_bytes(along, values, rest, at);
			break;
		case ALONG_SCALAR:
			used += scalar_bytes(along, values, rest, at);
			break;
		case ALONG_ESCAPE:
			escape_byte(along, values, rest.data[0], at);
			used++;
			break;
		case ALONG_HEX:
			hex_byte(along, values, rest.data[0], at);
			used++;
			break;
		}
	}
	return used;
}

void along_json_end(struct scan_along *along, struct scan_values *values)
{
	if (along->json.state != ALONG_BETWEEN)
		token_over(along, values, BYTES_NONE, along->held_at);
}
