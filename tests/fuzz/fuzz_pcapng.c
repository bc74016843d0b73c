/*
 * fuzz_pcapng: bytes as a pcapng or classic pcap file, compressed when they begin like it. It
 * aborts when a packet is larger than its ceiling or reading does not end.
 */
#include <string.h>

#include "parsers/base/check.h"
#include "sensor/capture/pcap_file.h"
#include "sensor/capture/pcapng.h"
#include "sensor/capture/unpack.h"

/* What a small input may swell to is the packer's business, not the reader's: enough is enough. */
#define PACKETS_MAX 100000

#define SECTION_FIRST 0x0a

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A few at a time, as a pipe gives them. */
static ssize_t read_bytes(void *context, char *out, size_t room)
{
	struct bytes *left = context;
	size_t len = left->len < 1000 ? left->len : 1000;

	CHECK(room >= len);
	if (len > 0)
		memcpy(out, left->data, len);
	*left = bytes_from(*left, len);
	return (ssize_t)len;
}

static enum source_result next(struct pcapng *pcapng, struct pcap_file *file, struct packet *packet)
{
	enum source_result result;

	if (pcapng == NULL) {
		result = pcap_file_next(file, packet);
		CHECK((result == SOURCE_ERROR) == (file->error != NULL));
		return result;
	}
	result = pcapng_next(pcapng, packet);
	CHECK((result == SOURCE_ERROR) == (pcapng_error(pcapng)[0] != '\0'));
	return result;
}

static void read_through(struct intake *content)
{
	struct bytes first = intake_peek(content, 1);
	bool is_section = first.len > 0 && first.data[0] == SECTION_FIRST;
	struct pcapng *pcapng = is_section ? pcapng_new(content) : NULL;
	struct pcap_file file;
	struct packet packet = {0};
	uint64_t sum = 0;

	if (!is_section && pcap_file_open(&file, content) != NULL)
		return;
	for (unsigned count = 0; count < PACKETS_MAX; count++) {
		if (next(pcapng, &file, &packet) != SOURCE_PACKET)
			break;
		CHECK(packet.data.len <= LIMIT_SNAPLEN && packet.time_ns <= (1ull << 33) * SECONDS);
		for (size_t i = 0; i < packet.data.len; i++)
			sum += (unsigned char)packet.data.data[i];
	}
	CHECK(sum < UINT64_MAX);
	pcapng_free(pcapng);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes left = {.data = (const char *)data, .len = len};
	struct intake packed = {0}, content = {0};
	struct unpack *unpack = NULL;

	CHECK(intake_init(&packed, read_bytes, &left));
	if (unpack_is_packed(intake_peek(&packed, 1)))
		unpack = unpack_new(&packed);
	if (unpack != NULL && intake_init(&content, unpack_read, unpack))
		read_through(&content);
	else
		read_through(&packed);
	unpack_free(unpack);
	intake_finish(&content);
	intake_finish(&packed);
	return 0;
}
