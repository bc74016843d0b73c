/*
 * fuzz_pcapng: bytes as a pcapng file, compressed when they begin like it. It
 * aborts when a packet is larger than its ceiling or reading does not end.
 */
#include <stdio.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "sensor/capture/pcapng.h"
#include "sensor/capture/unpack.h"

/* What a small input may swell to is the packer's business, not the reader's: enough is enough. */
#define PACKETS_MAX 100000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	FILE *file = len == 0 ? NULL : fmemopen((void *)(uintptr_t)data, len, "rb");
	FILE *content = file == NULL || !unpack_is_packed(data[0]) ? file : unpack_open(file);
	struct pcapng *pcapng = content == NULL ? NULL : pcapng_new(content);
	struct pcapng_packet packet;
	uint64_t sum = 0;

	for (unsigned count = 0; pcapng != NULL && count < PACKETS_MAX; count++) {
		enum pcapng_result result = pcapng_next(pcapng, &packet);

		CHECK((result == PCAPNG_ERROR) == (pcapng_error(pcapng)[0] != '\0'));
		if (result != PCAPNG_PACKET)
			break;
		CHECK(packet.data.len <= LIMIT_SNAPLEN && packet.time_ns <= (1ull << 33) * SECONDS);
		for (size_t i = 0; i < packet.data.len; i++)
			sum += (unsigned char)packet.data.data[i];
	}
	CHECK(sum < UINT64_MAX);
	pcapng_free(pcapng);
	if (content != NULL)
		fclose(content);
	else if (file != NULL)
		fclose(file);
	return 0;
}
