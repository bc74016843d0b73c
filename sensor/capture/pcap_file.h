/*
 * pcap_file: packets of a classic pcap file (draft-ietf-opsawg-pcap), read here
 * because libpcap asks its file twice for each packet.
 *
 *	words = pcap_file_open(&file, &intake);		NULL, or why it is none
 *	while ((result = pcap_file_next(&file, &packet)) == SOURCE_PACKET)
 *		...
 *
 * Both byte orders, micro- and nanoseconds, the longer packet headers of Kuznetzov's patch, and the lengths
 * that files of before 1998 have the other way round are read.
 *
 * Lends    packet.data, of the intake's, until the next pcap_file_next. The intake stays the caller's.
 * Thread   one.
 */
#pragma once

#include "sensor/capture/intake.h"
#include "sensor/capture/source.h"

#define PCAP_FILE_HEAD_LEN 24

/* What was captured, and what was on the wire: as the file has them. */
enum length_order { LENGTHS_RIGHT, LENGTHS_PERHAPS_TURNED, LENGTHS_TURNED };

struct pcap_file {
	struct intake *intake;
	bool is_swapped, is_nano;
	enum length_order lengths;
	size_t head_len; /* of a packet */
	uint32_t snaplen;
	uint32_t link_type;
	char head[PCAP_FILE_HEAD_LEN]; /* as it stands in the file */
	const char *error; /* NULL, or why pcap_file_next gave SOURCE_ERROR; what came before is good */
};

const char *pcap_file_open(struct pcap_file *file, struct intake *intake);

/* Of a file of this machine. */
void pcap_file_write_head(uint32_t link_type, char out_head[PCAP_FILE_HEAD_LEN]);

/* Fills data, wire_len, link_type and time_ns. SOURCE_PACKET, SOURCE_END or SOURCE_ERROR. */
enum source_result pcap_file_next(struct pcap_file *file, struct packet *out_packet);
