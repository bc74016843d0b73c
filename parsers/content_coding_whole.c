#include "parsers/content_coding_whole.h"

#include <libdeflate.h>

#include "parsers/base/limits.h"

/* RFC 1952 section 2.3: ten bytes in front where no flag is set, CRC32 and ISIZE at the end. */
#define HEADER_LEN  10
#define TRAILER_LEN 8

/* Memory is taken for the length that the end claims: only so many times what was sent, as text gives. */
#define CLAIM_RATIO_MAX 64

/* As large as one step of the other way. */
#define STEP_INPUT  (4 * KIB)
#define STEP_OUTPUT (16 * KIB)

static bool is_plain_gzip(struct bytes content)
{
	return content.len > HEADER_LEN + TRAILER_LEN && bytes_starts(content, BYTES("\x1f\x8b\x08")) &&
	       content.data[3] == 0;
}

static uint64_t claimed_len(struct bytes content)
{
	const unsigned char *at = (const unsigned char *)content.data + content.len - 4;

	return at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24;
}

void unpacker_finish(struct unpacker *unpacker)
{
	if (unpacker->decompressor != NULL)
		libdeflate_free_decompressor(unpacker->decompressor);
	unpacker->decompressor = NULL;
}

/* Exactly so many bytes, from exactly all of the content: otherwise another member or rubbish follows. */
static bool unpack(struct unpacker *unpacker, struct bytes content, char *room, size_t len)
{
	enum libdeflate_result result;
	size_t read = 0;

	if (unpacker->decompressor == NULL)
		unpacker->decompressor = libdeflate_alloc_decompressor();
	if (unpacker->decompressor == NULL)
		return false;
	result = libdeflate_gzip_decompress_ex(unpacker->decompressor, content.data, content.len, room, len,
					       &read, NULL);
	return result == LIBDEFLATE_SUCCESS && read == content.len;
}

bool content_whole_decode(struct bytes content, uint64_t bytes_max, struct unpacker *unpacker,
			  struct arena *arena, uint64_t *steps, struct bytes *out_decoded)
{
	uint64_t len, due;
	char *room;

	if (!is_plain_gzip(content) || content.len > LIMIT_DECODE_WASTE)
		return false;
	len = claimed_len(content);
	due = 1 + content.len / STEP_INPUT + len / STEP_OUTPUT;
	if (len >= bytes_max || len > LIMIT_RATIO_FROM || len / CLAIM_RATIO_MAX > content.len ||
	    *steps + due > LIMIT_DECODE_STEPS)
		return false;
	room = arena_take(arena, len + 1);
	if (room == NULL || !unpack(unpacker, content, room, len))
		return false;
	room[len] = '\0';
	*steps += due;
	*out_decoded = (struct bytes){.data = room, .len = len};
	return true;
}
