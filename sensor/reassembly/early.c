#include "sensor/reassembly/early.h"

#include <stdlib.h>
#include <string.h>

uint64_t piece_len(const struct piece *piece)
{
	return piece->bytes.len + piece->cut_len;
}

uint64_t piece_end(const struct piece *piece)
{
	return piece->offset + piece_len(piece);
}

struct piece piece_slice(const struct piece *piece, uint64_t from, uint64_t len)
{
	struct piece slice = *piece;

	slice.offset += from;
	slice.is_segment_start = piece->is_segment_start && from == 0;
	if (piece->cut_len > 0)
		slice.cut_len = len;
	else
		slice.bytes = bytes_slice(piece->bytes, from, len);
	return slice;
}

struct early **early_find(struct early_list *list, uint64_t offset)
{
	struct early **at = &list->first;

	/* Behind a hole segments mostly come in order: behind the last one. */
	if (list->last != NULL && piece_end(&list->last->piece) <= offset)
		return &list->last->next;
	while (*at != NULL && piece_end(&(*at)->piece) <= offset)
		at = &(*at)->next;
	return at;
}

static size_t cost_of(const struct early *held)
{
	return sizeof(*held) + held->piece.bytes.len;
}

static void account(struct early_list *list, const struct early *held)
{
	list->counts->held_bytes_now += cost_of(held);
	if (list->counts->held_bytes_now > list->counts->held_bytes_peak)
		list->counts->held_bytes_peak = list->counts->held_bytes_now;
}

void early_put(struct early_list *list, struct early **at, const struct piece *piece)
{
	struct early *held = malloc(sizeof(*held) + piece->bytes.len);

	if (held == NULL)
		return;
	held->piece = *piece;
	if (piece->bytes.len > 0) {
		memcpy(held->data, piece->bytes.data, piece->bytes.len);
		held->piece.bytes.data = held->data;
	}
	held->next = *at;
	*at = held;
	if (held->next == NULL)
		list->last = held;
	list->count++;
	list->bytes += cost_of(held);
	account(list, held);
}

struct early *early_pop(struct early_list *list)
{
	struct early *held = list->first;

	list->first = held->next;
	if (list->first == NULL)
		list->last = NULL;
	list->count--;
	list->bytes -= cost_of(held);
	return held;
}

void early_free(struct early_list *list, struct early *held)
{
	if (held == NULL)
		return;
	list->counts->held_bytes_now -= cost_of(held);
	free(held);
}

void early_shift(struct early_list *list, uint64_t by, uint64_t peer_by)
{
	for (struct early *held = list->first; held != NULL; held = held->next) {
		held->piece.offset += by;
		if (held->piece.is_peer_offset_known)
			held->piece.peer_offset += peer_by;
	}
}

void early_finish(struct early_list *list)
{
	while (list->first != NULL)
		early_free(list, early_pop(list));
}
