#include "sensor/seen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/parts.h"

enum part_of_key { KEY_TEMPLATE, KEY_METHOD, KEY_HOST, KEY_COUNT };

struct seen_text {
	yyjson_doc *doc;
	size_t users; /* endpoints whose newest record is in it, and who reads it */
};

struct endpoint {
	yyjson_val *record;
	struct seen_text *text;
};

static void text_release(struct seen_text *text)
{
	if (text == NULL || --text->users > 0)
		return;
	yyjson_doc_free(text->doc);
	free(text);
}

static void leave(void *context, void *value)
{
	const struct endpoint *endpoint = value;

	(void)context;
	text_release(endpoint->text);
}

void seen_init(struct seen *seen)
{
	*seen = (struct seen){0};
	map_init(&seen->map, &(struct map_plan){.entries_max = LIMIT_INVENTORY,
						.value_len = sizeof(struct endpoint),
						.leave = leave});
}

void seen_finish(struct seen *seen)
{
	map_finish(&seen->map);
}

static struct bytes text_of(yyjson_val *object, const char *key)
{
	yyjson_val *value = yyjson_obj_get(object, key);

	return (struct bytes){.data = yyjson_get_str(value), .len = yyjson_get_len(value)};
}

/* -- reading ------------------------------------------------------------------------ */

static bool add_record(struct seen *seen, yyjson_val *record, struct seen_text *text)
{
	const struct bytes parts[KEY_COUNT] = {[KEY_TEMPLATE] = text_of(record, "template"),
					       [KEY_METHOD] = text_of(record, "method"),
					       [KEY_HOST] = text_of(record, "host")};
	struct buffer key = BUFFER_MAX(64 * KIB);
	struct endpoint *endpoint = NULL;
	bool is_new;

	if (!bytes_equal(text_of(record, "record"), BYTES("inventory")) || parts[KEY_METHOD].len == 0 ||
	    parts[KEY_TEMPLATE].len == 0 || parts[KEY_TEMPLATE].data[0] != '/')
		return true;
	seen->records++;
	if (parts_join(&key, parts, KEY_COUNT) == STATUS_OK)
		endpoint = map_put(&seen->map, buffer_bytes(&key), &is_new);
	buffer_finish(&key);
	if (endpoint == NULL)
		return false;
	text_release(endpoint->text);
	*endpoint = (struct endpoint){.record = record, .text = text};
	text->users++;
	return true;
}

/* Takes the document. Those that no endpoint needs go at once. */
static bool keep(struct seen *seen, yyjson_doc *doc, bool is_list)
{
	struct seen_text *text = calloc(1, sizeof(*text));
	yyjson_val *root = yyjson_doc_get_root(doc), *record;
	yyjson_arr_iter iterator;
	bool is_good = text != NULL;

	if (text == NULL) {
		yyjson_doc_free(doc);
		return false;
	}
	*text = (struct seen_text){.doc = doc, .users = 1};
	if (!is_list)
		is_good = add_record(seen, root, text);
	yyjson_arr_iter_init(is_list ? yyjson_obj_get(root, "items") : NULL, &iterator);
	while (is_good && (record = yyjson_arr_iter_next(&iterator)) != NULL)
		is_good = add_record(seen, record, text);
	text_release(text);
	return is_good;
}

bool seen_add_lines(struct seen *seen, struct bytes text)
{
	bool is_good = true;

	for (struct bytes rest = text; is_good && rest.data != NULL;) {
		struct bytes line = bytes_trim(bytes_split(&rest, '\n'));
		yyjson_doc *doc;

		if (line.len == 0)
			continue;
		doc = line.len > LIMIT_RECORD_BYTES ? NULL : yyjson_read(line.data, line.len, 0);
		if (doc == NULL)
			seen->left_out++;
		else
			is_good = keep(seen, doc, false);
	}
	return is_good;
}

bool seen_add_items(struct seen *seen, struct bytes text)
{
	yyjson_doc *doc = text.len == 0 ? NULL : yyjson_read(text.data, text.len, 0);

	if (doc == NULL) {
		seen->left_out++;
		return true;
	}
	return keep(seen, doc, true);
}

/* -- writing ------------------------------------------------------------------------ */

struct draw {
	yyjson_mut_doc *doc;
	const struct seen *seen;
	enum seen_form form;
	struct buffer template; /* of the endpoint being drawn */
};

static bool is_variable(struct bytes part)
{
	return part.len > 2 && part.data[0] == '{' && part.data[part.len - 1] == '}';
}

/* Two variables of one path need two names: the second {int} becomes {int2}. */
static bool name_variables(struct bytes template, struct buffer *out)
{
	enum status status = STATUS_OK;
	unsigned number = 0;

	buffer_clear(out);
	for (struct bytes rest = bytes_from(template, 1); rest.data != NULL && status == STATUS_OK;) {
		struct bytes part = bytes_split(&rest, '/');
		char text[32] = "";

		status = buffer_append_byte(out, '/');
		if (is_variable(part) && bytes_find(buffer_bytes(out), part) != BYTES_NOT_FOUND) {
			snprintf(text, sizeof(text), "%u}", ++number + 1);
			part.len--;
		}
		if (status == STATUS_OK)
			status = buffer_append(out, part);
		if (status == STATUS_OK)
			status = buffer_append(out, bytes_of(text));
	}
	return status == STATUS_OK;
}

static void add_parameters(struct draw *draw, yyjson_mut_val *operation, struct bytes template)
{
	yyjson_mut_val *parameters = yyjson_mut_arr(draw->doc);

	for (struct bytes rest = template; rest.data != NULL;) {
		struct bytes part = bytes_split(&rest, '/');
		yyjson_mut_val *parameter, *schema;

		if (!is_variable(part))
			continue;
		part = bytes_slice(part, 1, part.len - 2);
		parameter = yyjson_mut_arr_add_obj(draw->doc, parameters);
		yyjson_mut_obj_add_strncpy(draw->doc, parameter, "name", part.data, part.len);
		yyjson_mut_obj_add_str(draw->doc, parameter, "in", "path");
		yyjson_mut_obj_add_bool(draw->doc, parameter, "required", true);
		schema = yyjson_mut_obj_add_obj(draw->doc, parameter, "schema");
		yyjson_mut_obj_add_str(draw->doc, schema, "type",
				       bytes_starts(part, BYTES("int")) ? "integer" : "string");
		if (bytes_starts(part, BYTES("uuid")))
			yyjson_mut_obj_add_str(draw->doc, schema, "format", "uuid");
	}
	if (yyjson_mut_arr_size(parameters) > 0)
		yyjson_mut_obj_add_val(draw->doc, operation, "parameters", parameters);
}

static void add_responses(struct draw *draw, yyjson_mut_val *operation, yyjson_val *record)
{
	static const char *const classes[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
	static const char *const ranges[] = {"1XX", "2XX", "3XX", "4XX", "5XX"};
	yyjson_mut_val *responses = yyjson_mut_obj_add_obj(draw->doc, operation, "responses");
	yyjson_val *by_status = yyjson_obj_get(record, "by_status");

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		yyjson_mut_val *response;

		if (yyjson_get_uint(yyjson_obj_get(by_status, classes[i])) == 0)
			continue;
		response = yyjson_mut_obj_add_obj(draw->doc, responses, ranges[i]);
		yyjson_mut_obj_add_str(draw->doc, response, "description", "seen");
	}
	if (yyjson_mut_obj_size(responses) == 0)
		yyjson_mut_obj_add_str(draw->doc, yyjson_mut_obj_add_obj(draw->doc, responses, "default"),
				       "description", "none was seen");
}

static yyjson_mut_val *operation_of(struct draw *draw, yyjson_val *record, struct bytes template)
{
	static const char *const copied[] = {"documented", "partners",  "exposure", "auth", "classes",
					     "first_seen", "last_seen", "calls",    "risk"};
	yyjson_mut_val *operation = yyjson_mut_obj(draw->doc), *seen;

	if (yyjson_get_bool(yyjson_obj_get(record, "documented")) && text_of(record, "operation").len > 0)
		yyjson_mut_obj_add_val(draw->doc, operation, "summary",
				       yyjson_val_mut_copy(draw->doc, yyjson_obj_get(record, "operation")));
	if (yyjson_get_bool(yyjson_obj_get(record, "deprecated")))
		yyjson_mut_obj_add_bool(draw->doc, operation, "deprecated", true);
	add_parameters(draw, operation, template);
	add_responses(draw, operation, record);
	seen = yyjson_mut_obj_add_obj(draw->doc, operation, "x-specular-seen");
	for (size_t i = 0; i < sizeof(copied) / sizeof(*copied); i++) {
		yyjson_val *value = yyjson_obj_get(record, copied[i]);

		if (value != NULL)
			yyjson_mut_obj_add_val(draw->doc, seen, copied[i],
					       yyjson_val_mut_copy(draw->doc, value));
	}
	return operation;
}

/* The method as OpenAPI 3.1 knows it, lower case; empty: it cannot say this one. */
static const char *method_of(struct bytes method)
{
	static const char *const known[] = {"get",     "put",  "post",  "delete",
					    "options", "head", "patch", "trace"};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (bytes_equal_nocase(method, bytes_of(known[i])))
			return known[i];
	return NULL;
}

static bool is_wanted(const struct draw *draw, yyjson_val *record)
{
	return draw->form == SEEN_OPENAPI || !yyjson_get_bool(yyjson_obj_get(record, "documented"));
}

static yyjson_mut_val *child(struct draw *draw, yyjson_mut_val *object, struct bytes key)
{
	yyjson_mut_val *found = yyjson_mut_obj_getn(object, key.data, key.len);

	if (found == NULL) {
		found = yyjson_mut_obj(draw->doc);
		yyjson_mut_obj_add(object, yyjson_mut_strncpy(draw->doc, key.data, key.len), found);
	}
	return found;
}

/* One operation a method and path: what several hosts serve alike is one, with the hosts beside it. */
static void add_endpoint(struct draw *draw, yyjson_mut_val *paths, yyjson_val *record)
{
	struct bytes host = text_of(record, "host");
	const char *method = method_of(text_of(record, "method"));
	yyjson_mut_val *path = NULL, *operation, *hosts;

	if (method == NULL || !is_wanted(draw, record) ||
	    !name_variables(text_of(record, "template"), &draw->template))
		return;
	path = child(draw, paths, buffer_bytes(&draw->template));
	operation = yyjson_mut_obj_get(path, method);
	if (operation == NULL) {
		operation = operation_of(draw, record, buffer_bytes(&draw->template));
		yyjson_mut_obj_add_val(draw->doc, path, method, operation);
	}
	hosts = yyjson_mut_obj_get(operation, "x-specular-hosts");
	if (hosts == NULL)
		hosts = yyjson_mut_obj_add_arr(draw->doc, operation, "x-specular-hosts");
	if (host.len > 0)
		yyjson_mut_arr_add_strncpy(draw->doc, hosts, host.data, host.len);
}

static int compare(const void *left, const void *right)
{
	return bytes_compare(map_key(*(void *const *)left), map_key(*(void *const *)right));
}

static bool add_endpoints(struct draw *draw, yyjson_mut_val *paths)
{
	void **list = calloc(draw->seen->map.count + 1, sizeof(*list));
	size_t count = 0;

	if (list == NULL)
		return false;
	for (void *value = map_oldest(&draw->seen->map); value != NULL; value = map_newer(value))
		list[count++] = value;
	qsort(list, count, sizeof(*list), compare);
	for (size_t i = 0; i < count; i++)
		add_endpoint(draw, paths, ((const struct endpoint *)list[i])->record);
	free(list);
	return true;
}

/* Overlay 1.0.0 section 4.4: an update of the target `$.paths` is merged into it. */
static yyjson_mut_val *overlay_of(struct draw *draw, yyjson_mut_val *paths)
{
	yyjson_mut_val *root = yyjson_mut_obj(draw->doc), *info, *action;

	yyjson_mut_obj_add_str(draw->doc, root, "overlay", "1.0.0");
	info = yyjson_mut_obj_add_obj(draw->doc, root, "info");
	yyjson_mut_obj_add_str(draw->doc, info, "title", "Endpoints seen that no contract names");
	yyjson_mut_obj_add_str(draw->doc, info, "version", "1");
	action = yyjson_mut_arr_add_obj(draw->doc, yyjson_mut_obj_add_arr(draw->doc, root, "actions"));
	yyjson_mut_obj_add_str(draw->doc, action, "target", "$.paths");
	yyjson_mut_obj_add_str(draw->doc, action, "description",
			       "look at each: agree on it, or take it away");
	yyjson_mut_obj_add_val(draw->doc, action, "update", paths);
	return root;
}

static yyjson_mut_val *openapi_of(struct draw *draw, yyjson_mut_val *paths)
{
	yyjson_mut_val *root = yyjson_mut_obj(draw->doc), *info;

	yyjson_mut_obj_add_str(draw->doc, root, "openapi", "3.1.0");
	info = yyjson_mut_obj_add_obj(draw->doc, root, "info");
	yyjson_mut_obj_add_str(draw->doc, info, "title", "Endpoints seen by specular");
	yyjson_mut_obj_add_str(draw->doc, info, "version", "1");
	yyjson_mut_obj_add_val(draw->doc, root, "paths", paths);
	return root;
}

char *seen_write(const struct seen *seen, enum seen_form form, size_t *out_len)
{
	struct draw draw = {.doc = yyjson_mut_doc_new(NULL),
			    .seen = seen,
			    .form = form,
			    .template = BUFFER_MAX(64 * KIB)};
	yyjson_mut_val *paths = yyjson_mut_obj(draw.doc);
	char *text = NULL;

	if (paths != NULL && add_endpoints(&draw, paths)) {
		yyjson_mut_doc_set_root(draw.doc, form == SEEN_OVERLAY ? overlay_of(&draw, paths)
								       : openapi_of(&draw, paths));
		text = yyjson_mut_write(draw.doc, YYJSON_WRITE_PRETTY, out_len);
	}
	buffer_finish(&draw.template);
	yyjson_mut_doc_free(draw.doc);
	return text;
}
