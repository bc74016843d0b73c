/*
 * early: pieces of one direction that came too early, copied, sorted by offset,
 * never overlapping. stream.c decides what goes in.
 *
 * Owns     its copies. All of a worker's lists share one total, kept in its counts.
 * Thread   one.
 */
#pragma once

#include "sensor/reassembly/counts.h"

/* A run of a segment: bytes, or bytes that the capture cut off, or a bare FIN. */
struct piece {
	struct bytes bytes;
	uint64_t cut_len; /* when bytes is empty */
	uint64_t offset;
	uint64_t peer_offset;
	bool is_peer_offset_known;
	bool is_segment_start;
	uint64_t time_ns, clock_ns;
	uint64_t number; /* of the packet */
};

struct early {
	struct early *next;
	struct piece piece;
	char data[];
};

struct early_list {
	struct early *first, *last;
	size_t count;
	size_t bytes; /* with struct early itself: tiny segments cost more than they carry */
	struct reassembly_counts *counts;
};

uint64_t piece_len(const struct piece *piece);
uint64_t piece_end(const struct piece *piece);
struct piece piece_slice(const struct piece *piece, uint64_t from, uint64_t len);

/* The first entry that ends behind `offset`: where a piece that starts there has to be compared or put. */
struct early **early_find(struct early_list *list, uint64_t offset);

/* Puts a copy before *at. Without memory nothing is put: the bytes become a hole. */
void early_put(struct early_list *list, struct early **at, const struct piece *piece);

struct early *
early_pop(struct early_list *list); /* the first leaves the list and stays counted until early_free */
void early_free(struct early_list *list, struct early *held);             /* accepts NULL */
void early_shift(struct early_list *list, uint64_t by, uint64_t peer_by); /* all offsets grow */
void early_finish(struct early_list *list);
