#include "sensor/capture/unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#define GZIP_FIRST 0x1f
#define ZSTD_FIRST 0x28

struct unpack {
	struct intake *packed;
	ZSTD_DStream *zstd; /* NULL: gzip */
	z_stream gzip;
	bool is_inside; /* a member or frame has begun and not ended */
	bool is_over, is_damaged;
};

bool unpack_is_packed(struct bytes start)
{
	return start.len > 0 && (start.data[0] == GZIP_FIRST || start.data[0] == ZSTD_FIRST);
}

/* Each step moves input or output; false when the stream is damaged. */
static bool gzip_step(struct unpack *unpack, struct bytes input, char *out, size_t room, size_t *out_len)
{
	z_stream *gzip = &unpack->gzip;
	int result;

	if (!unpack->is_inside && inflateReset(gzip) != Z_OK)
		return false;
	unpack->is_inside = true;
	gzip->next_in = (unsigned char *)(uintptr_t)input.data;
	gzip->avail_in = (unsigned)input.len;
	gzip->next_out = (unsigned char *)out;
	gzip->avail_out = (unsigned)room;
	result = inflate(gzip, Z_NO_FLUSH);
	unpack->packed->at += input.len - gzip->avail_in;
	*out_len = room - gzip->avail_out;
	if (result == Z_STREAM_END)
		unpack->is_inside = false;
	return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
}

static bool zstd_step(struct unpack *unpack, struct bytes packed, char *out, size_t room, size_t *out_len)
{
	ZSTD_inBuffer input = {.src = packed.data, .size = packed.len};
	ZSTD_outBuffer output = {.dst = out, .size = room};
	size_t result = ZSTD_decompressStream(unpack->zstd, &output, &input);

	unpack->packed->at += input.pos;
	*out_len = output.pos;
	if (ZSTD_isError(result))
		return false;
	unpack->is_inside = result != 0;
	return true;
}

/* One step forward; false at the end, and where it is damaged or cut (then is_damaged). */
static bool advance(struct unpack *unpack, char *out, size_t room, size_t *out_len)
{
	struct bytes input = intake_rest(unpack->packed);

	/* Without input too: what did not fit last time may still be inside. */
	if (unpack->is_inside || input.len > 0) {
		unpack->is_damaged = !(unpack->zstd != NULL ? zstd_step(unpack, input, out, room, out_len)
							    : gzip_step(unpack, input, out, room, out_len));
		if (unpack->is_damaged)
			return false;
		if (*out_len > 0 || intake_rest(unpack->packed).len < input.len)
			return true;
	}
	if (input.len == 0 && intake_peek(unpack->packed, 1).len > 0)
		return true;
	unpack->is_damaged = unpack->is_inside;
	return false;
}

ssize_t unpack_read(void *context, char *out, size_t room)
{
	struct unpack *unpack = context;
	size_t len = 0;

	while (!unpack->is_over && len == 0)
		unpack->is_over = !advance(unpack, out, room, &len);
	if (len > 0 || !unpack->is_damaged)
		return (ssize_t)len;
	errno = EBADMSG;
	return -1;
}

static bool start(struct unpack *unpack)
{
	struct bytes first = intake_peek(unpack->packed, 1);

	if (first.len > 0 && first.data[0] == ZSTD_FIRST) {
		unpack->zstd = ZSTD_createDStream();
		return unpack->zstd != NULL && !ZSTD_isError(ZSTD_initDStream(unpack->zstd));
	}
	return inflateInit2(&unpack->gzip, 15 + 16) == Z_OK; /* a window of 32 KiB, gzip's header */
}

struct unpack *unpack_new(struct intake *packed)
{
	struct unpack *unpack = calloc(1, sizeof(*unpack));

	if (unpack == NULL)
		return NULL;
	unpack->packed = packed;
	if (start(unpack))
		return unpack;
	ZSTD_freeDStream(unpack->zstd);
	free(unpack);
	return NULL;
}

void unpack_free(struct unpack *unpack)
{
	if (unpack == NULL)
		return;
	if (unpack->zstd != NULL)
		ZSTD_freeDStream(unpack->zstd);
	else
		inflateEnd(&unpack->gzip);
	free(unpack);
}
