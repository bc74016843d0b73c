/*
 * packet: one captured frame. Lends libpcap's or its file's bytes until
 * the next packet.
 */
#pragma once

#include "parsers/base/bytes.h"

struct capture_plan;

struct packet {
	struct bytes data; /* what was captured */
	uint32_t wire_len; /* as it was on the wire; data.len is smaller when the capture cut it */
	int link_type;     /* LINKTYPE_/DLT_ value of the source */
	uint64_t time_ns;  /* as captured, since the epoch */
	uint64_t clock_ns; /* the highest time_ns so far: never goes back */
	uint64_t number;   /* from 1, over all sources of this run */
	uint16_t source;   /* index of the source */
	bool is_decrypted; /* the source carries decrypted TLS */
	const struct capture_plan *plan; /* NULL: the usual one */
};
