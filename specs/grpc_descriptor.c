#include "specs/grpc_descriptor.h"

#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/protobuf.h"
#include "specs/digest.h"

/* Field numbers of descriptor.proto. */
enum {
	SET_FILE = 1,
	FILE_PACKAGE = 2,
	FILE_SERVICE = 6,
	SERVICE_NAME = 1,
	SERVICE_METHOD = 2,
	SERVICE_OPTIONS = 3,
	METHOD_NAME = 1,
	METHOD_OPTIONS = 4,
	OPTIONS_DEPRECATED = 33, /* of services and of methods */
};

#define NAME_BYTES_MAX 512
#define MEND           "make it with protoc --include_imports --descriptor_set_out=FILE"

/* Any message format; what a proxy answers with beside gRPC is its own. */
static const struct media grpc_media = {.range = BYTES_INIT("application/*")};
static const struct response grpc_response = {.status_to = 999, .is_default = true};

struct reader {
	struct arena *arena;
	struct problems *problems;
	const char *file;
	struct operation *operations; /* NULL: they are only counted */
	size_t count;
	size_t service_count;
	struct bytes package, service; /* where the reader stands */
	bool is_service_deprecated;
};

static bool refuse(struct reader *reader, const char *mend, const char *what)
{
	problems_add(reader->problems, PROBLEM_ERROR, "spec.invalid", (struct place){.file = reader->file},
		     mend, "%s", what);
	return false;
}

static bool out_of_memory(struct reader *reader)
{
	reader->arena->is_full = true;
	return false;
}

/* The last field of that number is the one that counts; false: there is none. `message` is a good one. */
static bool find(struct bytes message, uint32_t number, enum protobuf_wire wire,
		 struct protobuf_field *out_field)
{
	struct cursor cursor = cursor_of(message);
	struct protobuf_field field;
	bool is_found = false;

	while (protobuf_next(&cursor, &field)) {
		if (field.number != number || field.wire != wire)
			continue;
		*out_field = field;
		is_found = true;
	}
	return is_found;
}

static struct bytes text_of(struct bytes message, uint32_t number)
{
	struct protobuf_field field = {0};

	return find(message, number, PROTOBUF_LEN, &field) ? field.bytes : BYTES_NONE;
}

static bool is_deprecated(struct bytes message, uint32_t options)
{
	struct bytes text = text_of(message, options);
	struct protobuf_field field;
	bool has_len;

	return protobuf_is_message(text, &has_len) &&
	       find(text, OPTIONS_DEPRECATED, PROTOBUF_VARINT, &field) && field.value != 0;
}

/* Identifiers of the language; names that begin with a digit are let through, they break nothing. */
static bool is_name(struct bytes name, bool has_dots)
{
	for (size_t i = 0; i < name.len; i++)
		if (!ascii_is_alnum(name.data[i]) && name.data[i] != '_' &&
		    !(has_dots && name.data[i] == '.'))
			return false;
	return name.len > 0 && name.len <= NAME_BYTES_MAX;
}

/* -- from the set down to its methods ------------------------------------------------ */

typedef bool take_part(struct reader *reader, struct bytes part);

/* Every part of that number, each a message of its own. */
static bool each(struct reader *reader, struct bytes message, uint32_t number, take_part *take)
{
	struct cursor cursor = cursor_of(message);
	struct protobuf_field field;
	bool has_len;

	while (protobuf_next(&cursor, &field)) {
		if (field.number != number || field.wire != PROTOBUF_LEN)
			continue;
		if (!protobuf_is_message(field.bytes, &has_len))
			return refuse(reader, MEND,
				      "the file is no FileDescriptorSet: a part of it is cut or broken");
		if (!take(reader, field.bytes))
			return false;
	}
	return true;
}

static bool take_method(struct reader *reader, struct bytes method)
{
	struct bytes name = text_of(method, METHOD_NAME);
	struct operation *operation;

	if (!is_name(name, false))
		return refuse(reader, MEND, "a method has no name, or one that is no identifier");
	if (reader->count == LIMIT_OPERATIONS)
		return refuse(reader, "split the file", "more methods than are held");
	reader->count++;
	if (reader->operations == NULL)
		return true;
	operation = &reader->operations[reader->count - 1];
	operation->method = BYTES("POST");
	operation->template = arena_printf(reader->arena, "/" BYTES_FORMAT "%s" BYTES_FORMAT "/" BYTES_FORMAT,
					   BYTES_PRINT(reader->package), reader->package.len > 0 ? "." : "",
					   BYTES_PRINT(reader->service), BYTES_PRINT(name));
	if (operation->template.data == NULL)
		return out_of_memory(reader);
	operation->id = bytes_from(operation->template, 1);
	operation->is_deprecated = reader->is_service_deprecated || is_deprecated(method, METHOD_OPTIONS);
	operation->request = (struct content){.list = &grpc_media, .count = 1, .is_declared = true};
	operation->responses = &grpc_response;
	operation->response_count = 1;
	return true;
}

static bool take_service(struct reader *reader, struct bytes service)
{
	reader->service = text_of(service, SERVICE_NAME);
	reader->is_service_deprecated = is_deprecated(service, SERVICE_OPTIONS);
	reader->service_count++;
	if (!is_name(reader->service, false))
		return refuse(reader, MEND, "a service has no name, or one that is no identifier");
	return each(reader, service, SERVICE_METHOD, take_method);
}

static bool take_file(struct reader *reader, struct bytes file)
{
	reader->package = text_of(file, FILE_PACKAGE);
	if (reader->package.len > 0 && !is_name(reader->package, true))
		return refuse(reader, MEND, "a package has a name that is none");
	return each(reader, file, FILE_SERVICE, take_service);
}

static bool read_set(struct reader *reader, struct bytes set)
{
	bool has_len;

	if (!protobuf_is_message(set, &has_len))
		return refuse(reader, MEND, "the file is no FileDescriptorSet");
	reader->count = reader->service_count = 0;
	return each(reader, set, SET_FILE, take_file);
}

/* Counts first, so that the operations lie side by side. */
static bool read_operations(struct reader *reader, struct bytes set)
{
	if (!read_set(reader, set))
		return false;
	if (reader->count == 0)
		return refuse(reader, MEND,
			      reader->service_count > 0 ? "no service has a method"
							: "there is no service in it");
	reader->operations = arena_alloc(reader->arena, reader->count * sizeof(*reader->operations));
	return reader->operations == NULL ? out_of_memory(reader) : read_set(reader, set);
}

/* -- the whole ----------------------------------------------------------------------- */

bool descriptor_reads(const char *name)
{
	static const struct bytes suffixes[] = {BYTES_INIT(".pb"), BYTES_INIT(".protoset"),
						BYTES_INIT(".desc"), BYTES_INIT(".binpb")};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (bytes_ends_nocase(bytes_of(name), suffixes[i]))
			return true;
	return false;
}

static enum status fill(struct reader *reader, struct bytes text, struct openapi *openapi)
{
	struct server *server = arena_alloc(reader->arena, sizeof(*server));
	struct spec *spec = &openapi->spec;

	spec->file = arena_copy(reader->arena, bytes_of(reader->file));
	if (server == NULL || spec->file.data == NULL || !digest_sha256(text, spec->sha256))
		return STATUS_NO_MEMORY;
	*server = (struct server){.host = BYTES(""), .base_path = BYTES("")};
	openapi->servers = server;
	openapi->server_count = 1;
	openapi->routes = routes_new(reader->operations, reader->count, (struct place){.file = reader->file},
				     reader->problems);
	if (openapi->routes == NULL)
		return STATUS_NO_MEMORY;
	spec->name = spec->file;
	spec->operations = reader->operations;
	spec->operation_count = reader->count;
	spec->routes = openapi->routes;
	return STATUS_OK;
}

enum status descriptor_load(const struct spec_files *files, const char *name, struct arena *arena,
			    struct problems *problems, struct openapi *out_openapi)
{
	struct reader reader = {.arena = arena, .problems = problems, .file = name};
	struct openapi openapi = {0};
	struct bytes text = BYTES_NONE;
	enum status status = files->read(files->context, name, &text);

	if (status == STATUS_NOT_FOUND || status == STATUS_NO_MEMORY)
		return status;
	if (status != STATUS_OK) {
		refuse(&reader, "make it smaller, or readable", "cannot read the file");
		return STATUS_INVALID;
	}
	if (!read_operations(&reader, text))
		return arena->is_full ? STATUS_NO_MEMORY : STATUS_INVALID;
	status = fill(&reader, text, &openapi);
	if (status == STATUS_OK)
		*out_openapi = openapi;
	else
		openapi_finish(&openapi);
	return status;
}
