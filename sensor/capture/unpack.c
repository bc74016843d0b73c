#include "sensor/capture/unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
#include <zlib.h>
#include <zstd.h>

#define GZIP_FIRST   0x1f
#define ZSTD_FIRST   0x28
#define INPUT_LEN    (64 * 1024)
#define READ_LEN_MAX (1u << 30) /* zlib counts in unsigned int */

struct unpack {
	FILE *packed;
	ZSTD_DStream *zstd; /* NULL: gzip */
	z_stream gzip;
	bool is_inside; /* a member or frame has begun and not ended */
	bool is_over, is_damaged;
	size_t at, len; /* of the input that is not used yet */
	unsigned char input[INPUT_LEN];
};

bool unpack_is_packed(int first_byte)
{
	return first_byte == GZIP_FIRST || first_byte == ZSTD_FIRST;
}

/* Each step moves input or output; false when the stream is damaged. */
static bool gzip_step(struct unpack *unpack, char *out, size_t room, size_t *out_len)
{
	z_stream *gzip = &unpack->gzip;
	int result;

	if (!unpack->is_inside && inflateReset(gzip) != Z_OK)
		return false;
	unpack->is_inside = true;
	gzip->next_in = unpack->input + unpack->at;
	gzip->avail_in = (unsigned)(unpack->len - unpack->at);
	gzip->next_out = (unsigned char *)out;
	gzip->avail_out = (unsigned)room;
	result = inflate(gzip, Z_NO_FLUSH);
	unpack->at = unpack->len - gzip->avail_in;
	*out_len = room - gzip->avail_out;
	if (result == Z_STREAM_END)
		unpack->is_inside = false;
	return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
}

static bool zstd_step(struct unpack *unpack, char *out, size_t room, size_t *out_len)
{
	ZSTD_inBuffer input = {.src = unpack->input, .size = unpack->len, .pos = unpack->at};
	ZSTD_outBuffer output = {.dst = out, .size = room};
	size_t result = ZSTD_decompressStream(unpack->zstd, &output, &input);

	unpack->at = input.pos;
	*out_len = output.pos;
	if (ZSTD_isError(result))
		return false;
	unpack->is_inside = result != 0;
	return true;
}

static bool fill(struct unpack *unpack)
{
	unpack->at = 0;
	unpack->len = fread(unpack->input, 1, sizeof(unpack->input), unpack->packed);
	return unpack->len > 0;
}

/* One step forward; false at the end, and where it is damaged or cut (then is_damaged). */
static bool advance(struct unpack *unpack, char *out, size_t room, size_t *out_len)
{
	size_t before = unpack->at;

	/* Without input too: what did not fit last time may still be inside. */
	if (unpack->is_inside || unpack->at < unpack->len) {
		unpack->is_damaged = !(unpack->zstd != NULL ? zstd_step(unpack, out, room, out_len)
							    : gzip_step(unpack, out, room, out_len));
		if (unpack->is_damaged)
			return false;
		if (*out_len > 0 || unpack->at > before)
			return true;
	}
	if (unpack->at == unpack->len && fill(unpack))
		return true;
	unpack->is_damaged = unpack->is_inside;
	return false;
}

static ssize_t content_read(void *cookie, char *out, size_t room)
{
	struct unpack *unpack = cookie;
	size_t len = 0;

	if (room > READ_LEN_MAX)
		room = READ_LEN_MAX;
	while (!unpack->is_over && len == 0)
		unpack->is_over = !advance(unpack, out, room, &len);
	if (len > 0 || !unpack->is_damaged)
		return (ssize_t)len;
	errno = EBADMSG;
	return -1;
}

static int content_close(void *cookie)
{
	struct unpack *unpack = cookie;
	int result = unpack->packed == stdin ? 0 : fclose(unpack->packed);

	if (unpack->zstd != NULL)
		ZSTD_freeDStream(unpack->zstd);
	else
		inflateEnd(&unpack->gzip);
	free(unpack);
	return result;
}

static bool start(struct unpack *unpack)
{
	if (!fill(unpack))
		return false;
	if (unpack->input[0] == ZSTD_FIRST) {
		unpack->zstd = ZSTD_createDStream();
		return unpack->zstd != NULL && !ZSTD_isError(ZSTD_initDStream(unpack->zstd));
	}
	return inflateInit2(&unpack->gzip, 15 + 16) == Z_OK; /* a window of 32 KiB, gzip's header */
}

FILE *unpack_open(FILE *packed)
{
	struct unpack *unpack = calloc(1, sizeof(*unpack));
	FILE *content;

	if (unpack == NULL)
		return NULL;
	unpack->packed = packed;
	if (!start(unpack)) {
		ZSTD_freeDStream(unpack->zstd);
		free(unpack);
		return NULL;
	}
	content = fopencookie(unpack, "rb",
			      (cookie_io_functions_t){.read = content_read, .close = content_close});
	if (content == NULL) {
		unpack->packed = stdin; /* stays the caller's */
		(void)content_close(unpack);
	}
	return content;
}
