/*
 * pcapng: packets of a pcapng file (draft-ietf-opsawg-pcapng), read here
 * because libpcap takes neither interfaces of different link types or snapshot
 * lengths nor several sections that differ.
 *
 *	pcapng = pcapng_new(file);	NULL without memory
 *	while ((result = pcapng_next(pcapng, &packet)) == PCAPNG_PACKET)
 *		...
 *	pcapng_free(pcapng);
 *
 * Owns     a buffer for one packet, and the interfaces of the section at hand.
 * Lends    packet.data until the next pcapng_next. The file stays the caller's.
 * Thread   one.
 */
#pragma once

#include <stdio.h>

#include "parsers/base/bytes.h"

struct pcapng;

enum pcapng_result {
	PCAPNG_PACKET,
	PCAPNG_END,
	PCAPNG_ERROR, /* pcapng_error says why; what came before is good */
};

struct pcapng_packet {
	struct bytes data;
	uint32_t wire_len;
	uint32_t link_type;
	uint64_t time_ns;
};

struct pcapng *pcapng_new(FILE *file);
enum pcapng_result pcapng_next(struct pcapng *pcapng, struct pcapng_packet *out_packet);
const char *pcapng_error(const struct pcapng *pcapng);
uint64_t pcapng_secrets(const struct pcapng *pcapng); /* blocks with decryption secrets, skipped */
void pcapng_free(struct pcapng *pcapng);              /* accepts NULL */
