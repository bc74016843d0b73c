/*
 * wire: a capture file, and TCP connections that put their bytes into it, with right checksums.
 *
 *	wire_open(&wire, "a.pcap");
 *	wire_connect(&wire, &line);
 *	wire_send(&wire, &line, SIDE_A, data, len, 1448);
 *	wire_close(&wire);
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define WIRE_SEGMENT_MAX 1448

enum wire_side { WIRE_CLIENT, WIRE_SERVER };

struct wire {
	FILE *file;
	uint64_t time_us, bytes, packets;
	uint16_t datagram;
};

struct line {
	uint32_t address[2];
	uint16_t port[2];
	uint32_t next[2];  /* sequence numbers */
	uint32_t stamp[2]; /* the last timestamp of each side, which the other echoes */
};

bool wire_open(struct wire *wire, const char *path);
bool wire_close(struct wire *wire);
void wire_connect(struct wire *wire, struct line *line);
/* One segment; the caller cuts. */
void wire_send(struct wire *wire, struct line *line, enum wire_side side, const char *data, size_t len);
void wire_acknowledge(struct wire *wire, struct line *line, enum wire_side side);
void wire_hang_up(struct wire *wire, struct line *line);
