#include "sensor/capture/pcapng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"

enum block {
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET_OLD = 2,
	BLOCK_PACKET_SIMPLE = 3,
	BLOCK_PACKET = 6,
	BLOCK_SECRETS = 10,
	BLOCK_SECTION = 0x0a0d0d0a,
};

enum option { OPTION_END = 0, OPTION_RESOLUTION = 9, OPTION_OFFSET = 14 };

#define ORDER_MAGIC        0x1a2b3c4d
#define RESOLUTION_DEFAULT 6                        /* microseconds */
#define TIME_NS_MAX        ((1ull << 33) * SECONDS) /* the year 2242: sums stay far from wrapping */

__extension__ typedef unsigned __int128 wide;

struct interface {
	uint32_t link_type, snaplen;
	uint8_t resolution; /* 10 to the minus; 2 to the minus with the highest bit */
	int64_t offset_s;
};

struct pcapng {
	struct intake *intake;
	bool is_swapped, is_inside; /* a section has begun */
	struct interface *interfaces;
	size_t interface_count, interface_capacity;
	uint32_t left; /* of the block at hand, without its closing length */
	uint64_t time_ns, secrets;
	const char *error;
	char data[LIMIT_SNAPLEN];
};

struct pcapng *pcapng_new(struct intake *intake)
{
	struct pcapng *pcapng = malloc(sizeof(*pcapng));

	if (pcapng != NULL) {
		memset(pcapng, 0, offsetof(struct pcapng, data));
		pcapng->intake = intake;
	}
	return pcapng;
}

void pcapng_free(struct pcapng *pcapng)
{
	if (pcapng == NULL)
		return;
	free(pcapng->interfaces);
	free(pcapng);
}

const char *pcapng_error(const struct pcapng *pcapng)
{
	return pcapng->error == NULL ? "" : pcapng->error;
}

uint64_t pcapng_secrets(const struct pcapng *pcapng)
{
	return pcapng->secrets;
}

/* The first trouble stays; all later reads give zeroes, and the caller looks once. */
static void fail(struct pcapng *pcapng, const char *words)
{
	if (pcapng->error == NULL)
		pcapng->error = words;
}

static void file_read(struct pcapng *pcapng, void *out, size_t len)
{
	struct bytes run = intake_take(pcapng->intake, pcapng->error == NULL ? len : 0);
	int error = pcapng->intake->error;

	if (pcapng->error == NULL && run.len == len) {
		memcpy(out, run.data, len);
		return;
	}
	memset(out, 0, len);
	fail(pcapng, error == 0         ? "the file is truncated in the middle of a block"
		     : error == EBADMSG ? "the compressed file is damaged or truncated"
					: "the file cannot be read");
}

/* From the block at hand. */
static void take(struct pcapng *pcapng, void *out, size_t len)
{
	if (len > pcapng->left) {
		memset(out, 0, len);
		fail(pcapng, "a block is shorter than what it must hold");
		return;
	}
	file_read(pcapng, out, len);
	pcapng->left -= (uint32_t)len;
}

static uint32_t order32(const struct pcapng *pcapng, uint32_t value)
{
	return pcapng->is_swapped ? __builtin_bswap32(value) : value;
}

static uint16_t take16(struct pcapng *pcapng)
{
	uint16_t value;

	take(pcapng, &value, sizeof(value));
	return pcapng->is_swapped ? __builtin_bswap16(value) : value;
}

static uint32_t take32(struct pcapng *pcapng)
{
	uint32_t value;

	take(pcapng, &value, sizeof(value));
	return order32(pcapng, value);
}

static uint64_t take64(struct pcapng *pcapng)
{
	uint64_t value;

	take(pcapng, &value, sizeof(value));
	return pcapng->is_swapped ? __builtin_bswap64(value) : value;
}

static void skip(struct pcapng *pcapng, uint32_t len)
{
	char part[4096];

	while (len > 0 && pcapng->error == NULL) {
		uint32_t some = len < sizeof(part) ? len : (uint32_t)sizeof(part);

		take(pcapng, part, some);
		len -= some;
	}
}

/* The byte order stands in the block; sections do not share their interfaces. */
static void section_begin(struct pcapng *pcapng)
{
	uint32_t magic = 0;

	file_read(pcapng, &magic, sizeof(magic));
	pcapng->is_swapped = magic == __builtin_bswap32(ORDER_MAGIC);
	if (magic != ORDER_MAGIC && !pcapng->is_swapped)
		fail(pcapng, "a section has no byte order");
	pcapng->interface_count = 0;
	pcapng->is_inside = true;
}

static void options_read(struct pcapng *pcapng, struct interface *interface)
{
	while (pcapng->left >= 4 && pcapng->error == NULL) {
		uint16_t code = take16(pcapng);
		uint32_t len = take16(pcapng);
		uint32_t padded = (len + 3) & ~3u;

		if (code == OPTION_END)
			return;
		if (code == OPTION_RESOLUTION && len == 1) {
			take(pcapng, &interface->resolution, 1);
			padded -= 1;
		} else if (code == OPTION_OFFSET && len == 8) {
			interface->offset_s = (int64_t)take64(pcapng);
			padded -= 8;
		}
		skip(pcapng, padded);
	}
}

static void interface_read(struct pcapng *pcapng)
{
	struct interface interface = {.resolution = RESOLUTION_DEFAULT};

	interface.link_type = take16(pcapng);
	(void)take16(pcapng);
	interface.snaplen = take32(pcapng);
	options_read(pcapng, &interface);
	if (pcapng->interface_count == pcapng->interface_capacity) {
		size_t capacity = pcapng->interface_capacity == 0 ? 4 : pcapng->interface_capacity * 2;
		struct interface *more = capacity > LIMIT_CAPTURE_INTERFACES
						 ? NULL
						 : realloc(pcapng->interfaces, capacity * sizeof(*more));

		if (more == NULL) {
			fail(pcapng, "a section has more interfaces than are read");
			return;
		}
		pcapng->interfaces = more;
		pcapng->interface_capacity = capacity;
	}
	pcapng->interfaces[pcapng->interface_count++] = interface;
}

static uint64_t time_of(const struct interface *interface, uint64_t ticks)
{
	unsigned power = interface->resolution & 0x7f;
	wide time_ns = (wide)ticks * SECONDS;

	if (interface->resolution & 0x80) {
		time_ns >>= power;
	} else {
		for (; power > 0 && time_ns > 0; power--)
			time_ns /= 10;
	}
	if (time_ns > TIME_NS_MAX)
		time_ns = TIME_NS_MAX;
	if (interface->offset_s < 0) {
		wide back = (wide)(-(interface->offset_s + 1)) + 1;

		time_ns = back * SECONDS > time_ns ? 0 : time_ns - back * SECONDS;
	} else {
		time_ns += (wide)interface->offset_s * SECONDS;
	}
	return time_ns > TIME_NS_MAX ? TIME_NS_MAX : (uint64_t)time_ns;
}

/* What is more than LIMIT_SNAPLEN is left out, as a capture with that snapshot length would. */
static void data_read(struct pcapng *pcapng, uint32_t len, struct packet *packet)
{
	uint32_t kept = len < LIMIT_SNAPLEN ? len : (uint32_t)LIMIT_SNAPLEN;

	take(pcapng, pcapng->data, kept);
	packet->data = (struct bytes){.data = pcapng->data, .len = kept};
	skip(pcapng, len - kept);
}

static bool packet_read(struct pcapng *pcapng, uint32_t type, struct packet *packet)
{
	uint32_t number = 0, len;
	uint64_t ticks;

	if (type == BLOCK_PACKET)
		number = take32(pcapng);
	if (type == BLOCK_PACKET_OLD) {
		number = take16(pcapng);
		(void)take16(pcapng); /* drops */
	}
	if (number >= pcapng->interface_count) {
		fail(pcapng, "a packet names an interface that is not described");
		return false;
	}
	packet->link_type = (int)pcapng->interfaces[number].link_type;
	if (type == BLOCK_PACKET_SIMPLE) {
		uint32_t snaplen = pcapng->interfaces[0].snaplen;

		packet->wire_len = take32(pcapng);
		len = snaplen != 0 && packet->wire_len > snaplen ? snaplen : packet->wire_len;
		len = len > pcapng->left ? pcapng->left : len;
	} else {
		ticks = (uint64_t)take32(pcapng) << 32;
		ticks |= take32(pcapng);
		pcapng->time_ns = time_of(&pcapng->interfaces[number], ticks);
		len = take32(pcapng);
		packet->wire_len = take32(pcapng);
	}
	packet->time_ns = pcapng->time_ns; /* a simple packet has none: that of the one before */
	data_read(pcapng, len, packet);
	return true;
}

/* A block is its type, its length, what it holds, and the length again. */
static uint32_t block_begin(struct pcapng *pcapng, uint32_t type, uint32_t *out_len)
{
	uint32_t raw_len = 0, used = 8;

	file_read(pcapng, &raw_len, sizeof(raw_len));
	if (type == BLOCK_SECTION) {
		section_begin(pcapng);
		used = 12;
	} else if (!pcapng->is_inside) {
		fail(pcapng, "the file does not begin with a section");
	}
	*out_len = order32(pcapng, raw_len);
	if (*out_len < used + 4 || *out_len % 4 != 0)
		fail(pcapng, "a block has an impossible length");
	return pcapng->error == NULL ? *out_len - used - 4 : 0;
}

enum source_result pcapng_next(struct pcapng *pcapng, struct packet *out_packet)
{
	while (pcapng->error == NULL) {
		struct packet packet = *out_packet;
		uint32_t type, len, again;
		bool is_packet = false;

		if (intake_peek(pcapng->intake, 1).len == 0 && pcapng->intake->error == 0)
			return SOURCE_END;
		file_read(pcapng, &type, sizeof(type));
		type = order32(pcapng, type);
		pcapng->left = block_begin(pcapng, type, &len);
		if (type == BLOCK_INTERFACE)
			interface_read(pcapng);
		else if (type == BLOCK_SECRETS)
			pcapng->secrets++;
		else if (type == BLOCK_PACKET || type == BLOCK_PACKET_OLD || type == BLOCK_PACKET_SIMPLE)
			is_packet = packet_read(pcapng, type, &packet);
		skip(pcapng, pcapng->left);
		file_read(pcapng, &again, sizeof(again));
		if (order32(pcapng, again) != len)
			fail(pcapng, "a block ends with another length than it begins with");
		if (is_packet && pcapng->error == NULL) {
			*out_packet = packet;
			return SOURCE_PACKET;
		}
	}
	return SOURCE_ERROR;
}
