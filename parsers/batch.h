/*
 * batch: the requests in the body of an OData $batch, each with its response (OData 2.0 "Batch Processing",
 * OData 4.01 sections 11.7.7 and 19 of the JSON Format): multipart/mixed with change sets one level deep, or
 * JSON.
 *
 *	struct batch batch;
 *	batch_open(&batch, exchange, request.json, response.json);
 *	while ((part = batch_next(&batch)) != NULL)
 *		judge(part), exchange_free(part);
 *	batch.broken_count
 *
 * A part is an exchange of its own, of the same connection, number and time; `part` counts from 1. At most
 * LIMIT_BATCH_PARTS come out; `is_cut` says that there were more. A part whose URL is longer than
 * LIMIT_START_LINE_BYTES is broken, as a request with it would be.
 *
 * Owns     nothing: parts own their arena, and lend from the outer exchange, which must outlive them.
 */
#pragma once

#include <yyjson.h>

#include "parsers/exchange.h"
#include "parsers/multipart.h"

struct batch_side {
	struct multipart outer, inner; /* inner: of the change set that is open */
	bool is_open, is_in_set;
};

/* A part that later ones can name, as "$1". */
struct batch_reference {
	struct bytes id, path;
};

/* Of a JSON batch. */
struct batch_answer {
	struct bytes id;
	yyjson_val *table;
};

struct batch {
	struct exchange *exchange;
	struct bytes base; /* path of the service: that of the batch without "/$batch" */
	struct batch_side request, response;
	struct multipart_part set_answer; /* one answer to a whole change set: it failed */
	bool has_set_answer;
	bool is_json;
	yyjson_arr_iter requests;
	struct batch_answer *answers;
	size_t answer_count;
	uint32_t part_count;
	size_t broken_count; /* parts that are no request, or whose response is none */
	bool is_cut;
	struct batch_reference *references;
	size_t reference_count;
};

/* The trees are those of the bodies, NULL where they are not JSON. */
void batch_open(struct batch *batch, struct exchange *exchange, yyjson_val *request, yyjson_val *response);

/* NULL at the end, and without memory. */
struct exchange *batch_next(struct batch *batch);
