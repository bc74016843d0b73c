/*
 * counts: what all connections of one worker saw. held_bytes_now is a stock that
 * the worker's ceiling is measured by: never set any of these back.
 */
#pragma once

#include "parsers/base/chunk.h"

struct reassembly_counts {
	uint64_t segments;
	uint64_t connections, mid_stream, half_open_expired, reused, evicted, resets, resets_doubted, idle;
	uint64_t duplicates; /* copies that the mirror made: neither retransmitted nor out of order */
	uint64_t out_of_order, retransmitted, overlap_same, overlap_different;
	uint64_t out_of_window, keep_alives;
	uint64_t gaps[GAP_REASON_COUNT], gap_bytes[GAP_REASON_COUNT];
	uint64_t bytes_delivered;
	uint64_t held_bytes_now, held_bytes_peak; /* with what it takes to keep them */
};
