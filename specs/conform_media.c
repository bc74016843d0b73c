#include "specs/conform_check.h"

/* RFC 9110 section 8.3.1; a parameter's value may stand in quotes. */
static bool is_same_parameter(struct bytes sent, struct bytes declared)
{
	size_t at = 0;

	for (size_t i = 0; i < sent.len; i++) {
		if (ascii_is_space(sent.data[i]) || sent.data[i] == '"')
			continue;
		if (at == declared.len || ascii_lower(sent.data[i]) != declared.data[at])
			return false;
		at++;
	}
	return at == declared.len;
}

/* Each parameter of the declared key stands among those sent. */
static bool has_parameters(struct bytes sent, struct bytes declared)
{
	while (declared.data != NULL && declared.len > 0) {
		struct bytes wanted = bytes_split(&declared, ';');
		bool is_found = false;

		for (struct bytes rest = sent; rest.data != NULL && !is_found;)
			is_found = is_same_parameter(bytes_split(&rest, ';'), wanted);
		if (!is_found)
			return false;
	}
	return true;
}

/* "application" of "application" with a star as its subtype; BYTES_NONE for a full type. */
static struct bytes range_type(struct bytes range)
{
	return bytes_ends(range, BYTES("/*")) ? bytes_slice(range, 0, range.len - 2) : BYTES_NONE;
}

/* "application" slash star "+json" is no range of RFC 9110, but generators write it. */
static bool suffix_fits(struct bytes range, struct bytes type)
{
	size_t star = bytes_find(range, BYTES("/*+"));

	return star != BYTES_NOT_FOUND && type.len > range.len - 1 &&
	       bytes_equal_nocase(bytes_slice(type, 0, star + 1), bytes_slice(range, 0, star + 1)) &&
	       bytes_ends_nocase(type, bytes_from(range, star + 2));
}

/* 0: does not fit; 4 the very key, 3 the type without parameters, 2 its main type, 1 anything. */
static int fit(const struct media *media, struct bytes type, struct bytes parameters)
{
	bool is_range = bytes_find_byte(media->range, '*') != BYTES_NOT_FOUND;
	struct bytes main_type = is_range ? range_type(media->range) : BYTES_NONE;

	if (bytes_equal(media->range, BYTES("*/*")) || bytes_equal(media->range, BYTES("*")))
		return 1;
	if (main_type.data != NULL)
		return type.len > main_type.len && type.data[main_type.len] == '/' &&
				       bytes_equal_nocase(bytes_slice(type, 0, main_type.len), main_type)
			       ? 2
			       : 0;
	if (is_range && suffix_fits(media->range, type))
		return 2;
	if (!bytes_equal_nocase(type, media->range))
		return 0;
	if (media->parameters.len == 0)
		return 3;
	return has_parameters(parameters, media->parameters) ? 4 : 0;
}

static const struct media *best_media(const struct content *content, struct bytes type,
				      struct bytes parameters)
{
	const struct media *best = NULL;
	int best_fit = 0;

	for (size_t i = 0; i < content->count; i++) {
		int found = fit(&content->list[i], type, parameters);

		if (found <= best_fit)
			continue;
		best = &content->list[i];
		best_fit = found;
	}
	return best;
}

const struct media *content_media(const struct content *content, const struct message *message)
{
	struct bytes type = bytes_trim(message_media_type(message));
	const struct header *line = message_header(message, BYTES("content-type"));
	struct bytes parameters = line == NULL ? BYTES_NONE : line->value;
	const struct media *media;

	bytes_split(&parameters, ';');
	media = best_media(content, type, parameters);
	if (media != NULL || type.len == 0)
		return media;
	/* A declared charset adds nothing: JSON is UTF-8, and a text without one is what it is. */
	for (size_t i = 0; i < content->count; i++) {
		if (!bytes_equal_nocase(content->list[i].range, type) ||
		    bytes_find(content->list[i].parameters, BYTES("charset=")) == BYTES_NOT_FOUND)
			continue;
		return &content->list[i];
	}
	return NULL;
}

bool media_type_fits(struct bytes type, struct bytes list)
{
	struct bytes parameters = type;

	type = bytes_trim(bytes_split(&parameters, ';'));
	while (list.data != NULL) {
		struct bytes wanted = bytes_split(&list, ',');
		struct media media = {.range = bytes_trim(bytes_split(&wanted, ';'))};

		if (media.range.len > 0 && fit(&media, type, parameters) > 0)
			return true;
	}
	return false;
}
