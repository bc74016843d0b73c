#include "tests/bench/traffic/wire.h"

#include <arpa/inet.h>
#include <string.h>

enum { ETHERNET_LEN = 14, IP_LEN = 20, TCP_LEN = 32, HEADERS_LEN = ETHERNET_LEN + IP_LEN + TCP_LEN };
enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

#define BUFFER_BYTES  (1 << 20)
#define FIRST_TIME_US 1750000000000000u
#define PACKET_US     8 /* a full gigabit */

static void put16(unsigned char *at, uint32_t value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

static void put32(unsigned char *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

/* RFC 1071 */
static uint32_t add_words(uint32_t sum, const unsigned char *data, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	if (len % 2 == 1)
		sum += (uint32_t)data[len - 1] << 8;
	return sum;
}

static uint32_t fold(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

bool wire_open(struct wire *wire, const char *path)
{
	struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, accuracy, snaplen, link_type;
	} head = {0xa1b2c3d4, 2, 4, 0, 0, 262144, 1};

	*wire = (struct wire){.file = fopen(path, "wb"), .time_us = FIRST_TIME_US};
	if (wire->file == NULL)
		return false;
	(void)setvbuf(wire->file, NULL, _IOFBF, BUFFER_BYTES);
	return fwrite(&head, sizeof(head), 1, wire->file) == 1;
}

bool wire_close(struct wire *wire)
{
	bool is_good = ferror(wire->file) == 0;

	return fclose(wire->file) == 0 && is_good;
}

static void put_headers(unsigned char *frame, const struct wire *wire, const struct line *line,
			enum wire_side side, unsigned flags, const char *data, size_t len)
{
	unsigned char *ip = frame + ETHERNET_LEN, *tcp = ip + IP_LEN;
	uint32_t sum;

	memset(frame, 0, HEADERS_LEN);
	memcpy(frame, side == WIRE_CLIENT ? "\2\0\0\0\0\2\2\0\0\0\0\1\10" : "\2\0\0\0\0\1\2\0\0\0\0\2\10",
	       13);
	put16(ip, 0x4500);
	put16(ip + 2, (uint32_t)(IP_LEN + TCP_LEN + len));
	put16(ip + 4, wire->datagram);
	put16(ip + 6, 0x4000);
	ip[8] = 64;
	ip[9] = 6;
	put32(ip + 12, line->address[side]);
	put32(ip + 16, line->address[!side]);
	put16(ip + 10, fold(add_words(0, ip, IP_LEN)));
	put16(tcp, line->port[side]);
	put16(tcp + 2, line->port[!side]);
	put32(tcp + 4, line->next[side]);
	put32(tcp + 8, (flags & ACK) != 0 ? line->next[!side] : 0);
	tcp[12] = TCP_LEN / 4 << 4;
	tcp[13] = (unsigned char)flags;
	put16(tcp + 14, 64240);
	memcpy(tcp + 20, "\1\1\10\12", 4); /* timestamps, as every client of today sends */
	put32(tcp + 24, (uint32_t)(wire->time_us / 1000));
	put32(tcp + 28, line->stamp[!side]);
	sum = add_words(6 + TCP_LEN + (uint32_t)len, ip + 12, 8);
	put16(tcp + 16, fold(add_words(add_words(sum, tcp, TCP_LEN), (const unsigned char *)data, len)));
}

static void put(struct wire *wire, struct line *line, enum wire_side side, unsigned flags, const char *data,
		size_t len)
{
	unsigned char frame[HEADERS_LEN];
	uint32_t record[4];

	wire->time_us += PACKET_US;
	wire->datagram++;
	put_headers(frame, wire, line, side, flags, data, len);
	record[0] = (uint32_t)(wire->time_us / 1000000);
	record[1] = (uint32_t)(wire->time_us % 1000000);
	record[2] = record[3] = (uint32_t)(HEADERS_LEN + len);
	(void)fwrite(record, sizeof(record), 1, wire->file);
	(void)fwrite(frame, sizeof(frame), 1, wire->file);
	if (len > 0)
		(void)fwrite(data, 1, len, wire->file);
	line->stamp[side] = (uint32_t)(wire->time_us / 1000);
	line->next[side] += (uint32_t)len + ((flags & (SYN | FIN)) != 0);
	wire->bytes += HEADERS_LEN + len;
	wire->packets++;
}

void wire_connect(struct wire *wire, struct line *line)
{
	put(wire, line, WIRE_CLIENT, SYN, NULL, 0);
	put(wire, line, WIRE_SERVER, SYN | ACK, NULL, 0);
	put(wire, line, WIRE_CLIENT, ACK, NULL, 0);
}

void wire_send(struct wire *wire, struct line *line, enum wire_side side, const char *data, size_t len)
{
	put(wire, line, side, PSH | ACK, data, len);
}

void wire_acknowledge(struct wire *wire, struct line *line, enum wire_side side)
{
	put(wire, line, side, ACK, NULL, 0);
}

void wire_hang_up(struct wire *wire, struct line *line)
{
	put(wire, line, WIRE_CLIENT, FIN | ACK, NULL, 0);
	put(wire, line, WIRE_SERVER, FIN | ACK, NULL, 0);
	put(wire, line, WIRE_CLIENT, ACK, NULL, 0);
}
