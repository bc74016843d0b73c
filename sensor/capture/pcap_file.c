#include "sensor/capture/pcap_file.h"

#include <errno.h>
#include <string.h>

#define MAGIC          0xa1b2c3d4
#define MAGIC_NANO     0xa1b23c4d
#define MAGIC_MODIFIED 0xa1b2cd34 /* Kuznetzov's: interface, protocol and kind stand behind the lengths */

#define HEAD_LEN          16
#define HEAD_LEN_MODIFIED 24
#define VERSION_DG_UX     543 /* tcpdump of DG/UX numbers its own way */

/* The upper bits say whether, and how long a frame check sequence follows: IP's own length cuts it off. */
#define LINK_TYPE_BITS 0x03ffffff

static uint32_t number32(const struct pcap_file *file, const char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return file->is_swapped ? __builtin_bswap32(value) : value;
}

static uint16_t number16(const struct pcap_file *file, const char *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return file->is_swapped ? __builtin_bswap16(value) : value;
}

static bool magic_read(struct pcap_file *file, const char *at)
{
	for (int turn = 0; turn < 2; turn++) {
		uint32_t magic;

		file->is_swapped = turn == 1;
		magic = number32(file, at);
		file->is_nano = magic == MAGIC_NANO;
		file->head_len = magic == MAGIC_MODIFIED ? HEAD_LEN_MODIFIED : HEAD_LEN;
		if (magic == MAGIC || magic == MAGIC_NANO || magic == MAGIC_MODIFIED)
			return true;
	}
	return false;
}

const char *pcap_file_open(struct pcap_file *file, struct intake *intake)
{
	struct bytes head = intake_take(intake, PCAP_FILE_HEAD_LEN);
	uint16_t major, minor;

	*file = (struct pcap_file){.intake = intake};
	if (head.len < PCAP_FILE_HEAD_LEN)
		return intake->error != 0 ? strerror(intake->error) : "it ends inside its header of 24 bytes";
	if (!magic_read(file, head.data))
		return "it does not begin like one";
	memcpy(file->head, head.data, PCAP_FILE_HEAD_LEN);
	major = number16(file, head.data + 4);
	minor = number16(file, head.data + 6);
	if (!(major == 2 && minor <= 4) && !(major == VERSION_DG_UX && minor == 0))
		return "its version is not 2.4, nor an older 2";
	file->lengths = major == VERSION_DG_UX || minor < 3 ? LENGTHS_TURNED
			: minor == 3                        ? LENGTHS_PERHAPS_TURNED
							    : LENGTHS_RIGHT;
	file->snaplen = number32(file, head.data + 16);
	if (file->snaplen == 0 || file->snaplen > LIMIT_SNAPLEN)
		file->snaplen = LIMIT_SNAPLEN;
	file->link_type = number32(file, head.data + 20) & LINK_TYPE_BITS;
	return NULL;
}

void pcap_file_write_head(uint32_t link_type, char out_head[PCAP_FILE_HEAD_LEN])
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, figures, snaplen, link_type;
	} head = {.magic = MAGIC, .major = 2, .minor = 4, .snaplen = LIMIT_SNAPLEN, .link_type = link_type};

	_Static_assert(sizeof(head) == PCAP_FILE_HEAD_LEN, "nothing stands between them");
	memcpy(out_head, &head, sizeof(head));
}

/* A hostile file may hold any number here: none leaves its second. */
static uint64_t time_of(const struct pcap_file *file, const char *head)
{
	uint64_t part = (uint64_t)number32(file, head + 4) * (file->is_nano ? 1 : 1000);

	return number32(file, head) * SECONDS + (part < SECONDS ? part : SECONDS - 1);
}

static enum source_result fail(struct pcap_file *file, const char *words)
{
	file->error = file->intake->error == 0         ? words
		      : file->intake->error == EBADMSG ? "the compressed file is damaged or truncated"
						       : "the file cannot be read";
	return SOURCE_ERROR;
}

enum source_result pcap_file_next(struct pcap_file *file, struct packet *out_packet)
{
	struct bytes head = intake_take(file->intake, file->head_len), data;
	uint32_t len, wire_len;
	uint64_t time_ns;

	if (head.len == 0 && file->intake->error == 0)
		return SOURCE_END;
	if (head.len < file->head_len)
		return fail(file, "the file is truncated in the middle of a packet's header");
	time_ns = time_of(file, head.data);
	len = number32(file, head.data + 8);
	wire_len = number32(file, head.data + 12);
	if (file->lengths == LENGTHS_TURNED || (file->lengths == LENGTHS_PERHAPS_TURNED && len > wire_len)) {
		uint32_t turned = len;

		len = wire_len;
		wire_len = turned;
	}
	if (len > LIMIT_SNAPLEN)
		return fail(file, "a packet has more bytes than any capture takes: the file is damaged");
	data = intake_take(file->intake, len);
	if (data.len < len)
		return fail(file, "the file is truncated in the middle of a packet");
	/* Some captures give more than they promise: as if they had not. */
	if (data.len > file->snaplen)
		data.len = file->snaplen;
	out_packet->data = data;
	out_packet->wire_len = wire_len;
	out_packet->link_type = (int)file->link_type;
	out_packet->time_ns = time_ns;
	return SOURCE_PACKET;
}
