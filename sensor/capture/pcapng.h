/*
 * pcapng: packets of a pcapng file (draft-ietf-opsawg-pcapng), read here
 * because libpcap takes neither interfaces of different link types or snapshot
 * lengths nor several sections that differ.
 *
 *	pcapng = pcapng_new(&intake);	NULL without memory
 *	while ((result = pcapng_next(pcapng, &packet)) == SOURCE_PACKET)
 *		...
 *	pcapng_free(pcapng);
 *
 * Owns     a buffer for one packet, and the interfaces of the section at hand.
 * Lends    packet.data until the next pcapng_next. The intake stays the caller's.
 * Thread   one.
 */
#pragma once

#include "sensor/capture/intake.h"
#include "sensor/capture/source.h"

struct pcapng;

struct pcapng *pcapng_new(struct intake *intake);

/* Fills data, wire_len, link_type and time_ns. SOURCE_PACKET, SOURCE_END, or SOURCE_ERROR, of which
 * pcapng_error says why; what came before is good. */
enum source_result pcapng_next(struct pcapng *pcapng, struct packet *out_packet);
const char *pcapng_error(const struct pcapng *pcapng);
uint64_t pcapng_secrets(const struct pcapng *pcapng); /* blocks with decryption secrets, skipped */
void pcapng_free(struct pcapng *pcapng);              /* accepts NULL */
