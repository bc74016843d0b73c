/*
 * multipart: the parts of a multipart body (RFC 2046 section 5.1, RFC 7578), one
 * after another. It reads what is there and copies nothing.
 *
 *	struct multipart multipart;
 *	struct multipart_part part;
 *	multipart_open(&multipart, content, content_type);
 *	while (multipart_next(&multipart, &part))
 *		use(part.name, part.content);
 *	if (multipart.error != NULL)
 *		it broke at multipart.error_offset
 *
 * A multipart inside a multipart is a part like others: nobody goes into it. At
 * most LIMIT_MULTIPART_PARTS are read.
 *
 * Lends    everything: runs of the content.
 */
#pragma once

#include "parsers/base/bytes.h"

/* RFC 2046 section 5.1.1: 1 to 70 characters. */
#define MULTIPART_BOUNDARY_MAX 70

struct multipart {
	struct bytes content;
	struct bytes boundary;
	size_t at; /* of the next delimiter */
	size_t count;
	const char *error; /* static; NULL while it is well-formed */
	size_t error_offset;
	bool is_ceiling; /* it broke at a ceiling of ours */
	bool is_over;
};

struct multipart_part {
	struct bytes head;         /* its field lines */
	struct bytes name;         /* of Content-Disposition, without quotes; data NULL when there is none */
	struct bytes file_name;    /* the same */
	struct bytes content_type; /* the whole field; data NULL when there is none */
	struct bytes content;
};

void multipart_open(struct multipart *multipart, struct bytes content, struct bytes content_type);

/* False at the end, and when it broke: error says so. */
bool multipart_next(struct multipart *multipart, struct multipart_part *out_part);

/* A field of a part's head, by name in any case; data NULL when it is not there. */
struct bytes multipart_field(const struct multipart_part *part, struct bytes name);

/* A parameter of a field, "boundary" of `multipart/mixed; boundary="x"`, without quotes; data NULL when it is
 * not there. */
struct bytes field_parameter(struct bytes field, struct bytes name);
