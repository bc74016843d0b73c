#include "specs/reference.h"

#include <limits.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "specs/schema_resource.h"

struct loaded {
	struct document document;
	struct arena texts_before; /* of the first reading, when it was read again; still lent */
	bool is_read_again;
	enum status status;
	char sha256[DIGEST_TEXT_LEN + 1];
};

/* Files of a folder are named by the user who owns it: nothing to hide the hash from. */
#define NAME_SEED 0x72656673ull

/* Nodes looked at to find the anchors of one document. Aliases share nodes, so the steps are counted. */
#define ANCHOR_STEPS_MAX (2 * LIMIT_DOCUMENT_NODES)

#define URI_BYTES_MAX 4096 /* of a document that names itself, and of a reference to it */

static void loaded_leave(void *context, void *value)
{
	struct loaded *loaded = value;

	(void)context;
	document_finish(&loaded->document);
	arena_finish(&loaded->texts_before);
}

void references_init(struct references *references, const struct spec_files *files, struct problems *problems)
{
	*references = (struct references){.files = files, .problems = problems};
	arena_init(&references->scratch, LIMIT_CONTRACT_BYTES);
	references->scratch.block_len = LIMIT_READING_BLOCK;
	map_init(&references->documents, &(struct map_plan){.entries_max = SIZE_MAX,
							    .value_len = sizeof(struct loaded),
							    .seed = NAME_SEED,
							    .leave = loaded_leave});
	map_init(&references->names, &(struct map_plan){.entries_max = LIMIT_DOCUMENT_NODES,
							.value_len = sizeof(const struct node *),
							.seed = (uintptr_t)references});
	map_init(&references->selves, &(struct map_plan){.entries_max = SIZE_MAX,
							 .value_len = sizeof(const struct document *),
							 .seed = NAME_SEED});
}

void references_finish(struct references *references)
{
	map_finish(&references->documents);
	map_finish(&references->names);
	map_finish(&references->selves);
	arena_finish(&references->spare);
	arena_finish(&references->scratch);
	*references = (struct references){0};
}

static enum status read_document(struct references *references, const char *name, struct loaded *loaded)
{
	struct bytes text = BYTES_NONE;
	struct place place = {.file = name};
	enum status status = references->files->read(references->files->context, name, &text);

	if (status == STATUS_LIMIT || (status == STATUS_OK && text.len > LIMIT_SPEC_BYTES)) {
		problems_add(references->problems, PROBLEM_ERROR, "spec.invalid", place, "split the file",
			     "the file is larger than %llu MiB",
			     (unsigned long long)(LIMIT_SPEC_BYTES / MIB));
		return STATUS_INVALID;
	}
	if (status == STATUS_INVALID)
		problems_add(references->problems, PROBLEM_ERROR, "spec.invalid", place,
			     "put the file itself into the contracts folder",
			     "the file is a link that leads out of the contracts folder");
	else if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		problems_add(references->problems, PROBLEM_ERROR, "spec.invalid", place, "",
			     "the file could not be read: %s", status_text(status));
	if (status != STATUS_OK)
		return status;
	if (references->spare.newest == NULL) {
		arena_init(&references->spare, LIMIT_CONTRACT_BYTES);
		references->spare.block_len = LIMIT_READING_BLOCK;
	}
	status = digest_sha256(text, loaded->sha256)
			 ? document_read_into(text, name, &references->spare, &loaded->document,
					      references->problems)
			 : STATUS_NO_MEMORY;
	if (references->files->done != NULL)
		references->files->done(references->files->context, text);
	loaded->document.reading = ++references->reading_count;
	return status;
}

/* Its problems were told the first time. */
static enum status read_again(struct references *references, const char *name, struct loaded *loaded)
{
	struct problems *problems = references->problems, ignored;
	struct loaded again = {.texts_before = loaded->document.arena, .is_read_again = true};

	problems_init(&ignored);
	references->problems = &ignored;
	again.status = read_document(references, name, &again);
	references->problems = problems;
	problems_finish(&ignored);
	if (again.status != STATUS_OK)
		return again.status;
	memcpy(again.sha256, loaded->sha256, sizeof(again.sha256));
	*loaded = again;
	return STATUS_OK;
}

/* -- documents that say their own URI -------------------------------------------- */

/* RFC 3986 section 3.1: a scheme is letters, digits, "+", "-", "." before a colon. */
static bool has_scheme(struct bytes name)
{
	size_t colon = bytes_find_byte(name, ':');
	size_t slash = bytes_find_byte(name, '/');

	return colon != BYTES_NOT_FOUND && (slash == BYTES_NOT_FOUND || colon < slash);
}

/* OpenAPI 3.2 section 4.1.2.2.1: $self, absolute, is the base of what the document refers to; of a
 * schema that is a document it is $id. BYTES_NONE when there is none. */
static struct bytes self_of(const struct document *document)
{
	const char *keyword = node_get(document->root, "openapi") == NULL ? "$id" : "$self";
	struct bytes uri = node_text(node_get(document->root, keyword));
	size_t hash = bytes_find_byte(uri, '#');

	uri = bytes_slice(uri, 0, hash == BYTES_NOT_FOUND ? uri.len : hash);
	return has_scheme(uri) && uri.len <= URI_BYTES_MAX ? uri : BYTES_NONE;
}

/* Of two files with one URI the first counts. */
static bool self_add(struct references *references, const struct document *document)
{
	struct bytes uri = self_of(document);
	const struct document **place;
	bool is_new = false;

	if (uri.len == 0)
		return true;
	place = map_put(&references->selves, uri, &is_new);
	if (place != NULL && is_new)
		*place = document;
	return place != NULL;
}

/* Most contracts have no such URI, and their files are opened one at a time. */
static void open_all(struct references *references)
{
	bool (*reads)(const char *name) = references->reads;
	const struct document *document;

	references->reads = NULL;
	for (size_t i = 0; reads != NULL && i < references->files->name_count; i++) {
		const char *name = references->files->names[i];

		if (reads(name) && map_find(&references->documents, bytes_of(name)) == NULL)
			(void)!references_open(references, name, &document);
	}
}

/* The document of the contracts folder that has this URI, as seen from `from`; NULL when none has. */
static const struct document *self_find(struct references *references, const struct document *from,
					struct bytes uri)
{
	const struct document *const *place = NULL;
	struct bytes base = self_of(from);
	struct arena arena;

	if (uri.len == 0 || uri.len > URI_BYTES_MAX || (base.len == 0 && !has_scheme(uri)))
		return NULL;
	open_all(references);
	arena_init(&arena, 64 * KIB);
	uri = uri_join(&arena, base, uri);
	if (uri.len > 0)
		place = map_find(&references->selves, uri);
	arena_finish(&arena);
	return place == NULL ? NULL : *place;
}

enum status references_open(struct references *references, const char *name,
			    const struct document **out_document)
{
	bool is_new = false;
	struct loaded *loaded = map_put(&references->documents, bytes_of(name), &is_new);

	if (loaded == NULL)
		return STATUS_NO_MEMORY;
	if (is_new)
		loaded->status = read_document(references, name, loaded);
	if (is_new && loaded->status == STATUS_OK && !self_add(references, &loaded->document))
		return STATUS_NO_MEMORY;
	if (loaded->status == STATUS_OK && loaded->document.root == NULL) {
		enum status status = read_again(references, name, loaded);

		if (status != STATUS_OK)
			return status;
	}
	if (loaded->status == STATUS_OK)
		*out_document = &loaded->document;
	return loaded->status;
}

/* A document that is found by its URI is not asked for by its name, and one that many ask for is kept. */
void references_forget_nodes(struct references *references, const char *name)
{
	struct loaded *loaded = map_find(&references->documents, bytes_of(name));

	if (loaded != NULL && loaded->document.root != NULL && !loaded->is_read_again &&
	    self_of(&loaded->document).len == 0)
		document_forget_nodes(&loaded->document, &references->spare);
}

void references_seal(struct references *references, bool (*is_needed)(const struct node *root))
{
	for (void *value = map_oldest(&references->documents); value != NULL; value = map_newer(value)) {
		struct loaded *loaded = value;

		if (loaded->document.root != NULL && !is_needed(loaded->document.root))
			document_forget_nodes(&loaded->document, &references->spare);
	}
	map_finish(&references->names);
	map_finish(&references->selves);
	arena_finish(&references->spare);
	arena_finish(&references->scratch);
}

void references_forget(struct references *references, const char *name)
{
	struct loaded *loaded = map_find(&references->documents, bytes_of(name));

	if (loaded == NULL)
		return;
	document_forget_nodes(&loaded->document, &references->spare);
	document_finish(&loaded->document);
}

const char *references_digest(const struct references *references, const char *name)
{
	const struct loaded *loaded = map_find(&references->documents, bytes_of(name));

	return loaded == NULL ? "" : loaded->sha256;
}

/* -- names -------------------------------------------------------------------- */

/* Appends one part of a name; false when it leaves the folder or does not fit. */
static bool take_part(char *name, size_t *len, size_t name_max, struct bytes part)
{
	if (part.len == 0 || bytes_equal(part, BYTES(".")))
		return true;
	if (bytes_equal(part, BYTES(".."))) {
		if (*len == 0)
			return false;
		while (*len > 0 && name[*len - 1] != '/')
			(*len)--;
		*len -= *len > 0;
		return true;
	}
	if (*len + part.len + 2 > name_max || memchr(part.data, '\0', part.len) != NULL)
		return false;
	if (*len > 0)
		name[(*len)++] = '/';
	memcpy(name + *len, part.data, part.len);
	*len += part.len;
	return true;
}

bool reference_name(struct bytes name, const char *from, char *out_name, size_t name_max)
{
	const char *slash = strrchr(from, '/');
	struct bytes folder = {.data = from, .len = slash == NULL ? 0 : (size_t)(slash - from)};
	size_t len = 0;

	if (name.len == 0 || name.data[0] == '/' || has_scheme(name) ||
	    bytes_find_byte(name, '\\') != BYTES_NOT_FOUND)
		return false;
	for (struct bytes rest = folder; rest.data != NULL;)
		if (!take_part(out_name, &len, name_max, bytes_split(&rest, '/')))
			return false;
	for (struct bytes rest = name; rest.data != NULL;)
		if (!take_part(out_name, &len, name_max, bytes_split(&rest, '/')))
			return false;
	out_name[len] = '\0';
	return len > 0;
}

/* -- pointers ----------------------------------------------------------------- */

/* RFC 6901 section 6: percent-decoding first, then ~1 and ~0. False when it does not fit. */
static bool decode_token(struct bytes token, char *out_text, size_t text_max, struct bytes *out_token)
{
	size_t len = 0;

	for (size_t i = 0; i < token.len; i++) {
		char byte = token.data[i];

		if (len == text_max)
			return false;
		if (byte == '%' && token.len - i > 2 && ascii_hex_value(token.data[i + 1]) >= 0 &&
		    ascii_hex_value(token.data[i + 2]) >= 0) {
			byte = (char)(ascii_hex_value(token.data[i + 1]) * 16 +
				      ascii_hex_value(token.data[i + 2]));
			i += 2;
		}
		if (len > 0 && out_text[len - 1] == '~' && (byte == '0' || byte == '1')) {
			/* a decoded tilde is marked so that "~01" stays "~1" */
			out_text[len - 1] = byte == '0' ? '\x01' : '/';
			continue;
		}
		out_text[len++] = byte;
	}
	for (size_t i = 0; i < len; i++)
		if (out_text[i] == '\x01')
			out_text[i] = '~';
	*out_token = (struct bytes){.data = out_text, .len = len};
	return true;
}

const struct node *reference_step(const struct node *node, struct bytes token)
{
	char text[4096];
	struct bytes key;
	uint64_t index;

	if (!decode_token(token, text, sizeof(text), &key))
		return NULL;
	if (node->kind != NODE_LIST)
		return node_get_bytes(node, key);
	return bytes_to_u64(key, &index) && index < node->count ? node->items[index] : NULL;
}

/* -- anchors and ids ----------------------------------------------------------- */

/* A name of one document; an empty one stands for "its names are all here". */
static const struct node **name_put(struct references *references, const struct document *document,
				    struct bytes name, bool *out_is_new)
{
	const uint64_t which[] = {(uintptr_t)document, document->reading};
	char key[sizeof(which) + 1024];

	if (name.len > 1024)
		return NULL;
	memcpy(key, which, sizeof(which));
	if (name.len > 0)
		memcpy(key + sizeof(which), name.data, name.len);
	return map_put(&references->names, (struct bytes){.data = key, .len = sizeof(which) + name.len},
		       out_is_new);
}

static void name_add(struct references *references, const struct document *document, struct bytes name,
		     const struct node *node)
{
	bool is_new = false;
	const struct node **place = name.len == 0 ? NULL : name_put(references, document, name, &is_new);

	if (place != NULL && is_new)
		*place = node;
}

/* JSON Schema 2020-12 sections 8.2.1 and 8.2.2: "#name" for an anchor, the text of $id for an id. */
static void names_gather(struct references *references, const struct document *document,
			 const struct node *node, size_t *steps)
{
	static const char *const keys[] = {"$anchor", "$dynamicAnchor"};
	char name[256] = "#";

	if (node == NULL || node->kind < NODE_LIST || ++*steps > ANCHOR_STEPS_MAX)
		return;
	for (size_t i = 0; i < 2; i++) {
		struct bytes anchor = node_text(node_get(node, keys[i]));

		if (anchor.len == 0 || anchor.len >= sizeof(name) - 1)
			continue;
		memcpy(name + 1, anchor.data, anchor.len);
		name_add(references, document, (struct bytes){.data = name, .len = anchor.len + 1}, node);
	}
	name_add(references, document, node_text(node_get(node, "$id")), node);
	name_add(references, document, node_text(node_get(node, "$self")), node);
	for (size_t i = 0; i < node->count; i++)
		names_gather(references, document,
			     node->kind == NODE_LIST ? node->items[i] : node->entries[i].value, steps);
}

/* Each document is walked once, when somebody first asks for a name in it. */
static const struct node *name_find(struct references *references, const struct document *document,
				    struct bytes name)
{
	const struct node **place;
	bool is_new = false;
	size_t steps = 0;

	if (name.len == 0 || name_put(references, document, BYTES(""), &is_new) == NULL)
		return NULL;
	if (is_new)
		names_gather(references, document, document->root, &steps);
	is_new = false;
	place = name_put(references, document, name, &is_new);
	return place == NULL ? NULL : *place;
}

/* `root` is the document's, or that of a schema with an id of its own. */
static const struct node *find_fragment(struct references *references, const struct document *document,
					const struct node *root, struct bytes fragment)
{
	const struct node *node = root;

	if (fragment.len == 0)
		return node;
	if (fragment.data[0] != '/') /* with the hash before it */
		return name_find(references, document,
				 (struct bytes){.data = fragment.data - 1, .len = fragment.len + 1});
	for (struct bytes rest = bytes_from(fragment, 1); rest.data != NULL && node != NULL;)
		node = reference_step(node, bytes_split(&rest, '/'));
	return node;
}

/* -- references --------------------------------------------------------------- */

static const struct node *unresolved(struct references *references, struct place place,
				     struct bytes reference, const char *why)
{
	references->unresolved_count++;
	problems_add(references->problems, PROBLEM_WARNING, "spec.unenforceable", place,
		     "put the target into the contracts folder and name it by a relative path",
		     "$ref \"%.*s\" %s; what it stands for is not checked",
		     (int)(reference.len > 300 ? 300 : reference.len), reference.data, why);
	return NULL;
}

static const char *open_file(struct references *references, const struct document *document,
			     struct bytes file, const struct document **out_document)
{
	char name[PATH_MAX], decoded[PATH_MAX];
	struct bytes plain;
	enum status status;

	if (has_scheme(file))
		return "leads out of the contracts folder; nothing is ever fetched";
	if (!decode_token(file, decoded, sizeof(decoded), &plain) ||
	    !reference_name(plain, document->file, name, sizeof(name)))
		return "leads out of the contracts folder";
	if (map_find(&references->documents, bytes_of(name)) == NULL &&
	    ++references->pulled_count > LIMIT_SPEC_FILES)
		return "is one file too many";
	status = references_open(references, name, out_document);
	if (status == STATUS_NOT_FOUND)
		return "names a file that is not there";
	return status == STATUS_OK ? NULL : "names a file that could not be read";
}

const struct node *reference_find(struct references *references, const struct document *document,
				  struct bytes reference, struct place place,
				  const struct document **out_document)
{
	size_t hash = bytes_find_byte(reference, '#');
	struct bytes file = hash == BYTES_NOT_FOUND ? reference : bytes_slice(reference, 0, hash);
	struct bytes fragment = hash == BYTES_NOT_FOUND ? BYTES_NONE : bytes_from(reference, hash + 1);
	const struct document *target = document;
	const struct node *root = name_find(references, document, file), *node;
	const struct document *named = root != NULL ? NULL : self_find(references, document, file);
	const char *why = NULL;

	if (named != NULL)
		target = named;
	else if (file.len > 0 && root == NULL)
		why = open_file(references, document, file, &target);
	if (why != NULL)
		return unresolved(references, place, reference, why);
	node = find_fragment(references, target, root != NULL ? root : target->root, fragment);
	if (node == NULL)
		return unresolved(references, place, reference, "leads nowhere");
	*out_document = target;
	return node;
}

const struct node *reference_resolve(void *context, const struct document *document, struct bytes reference,
				     const struct document **out_document)
{
	return reference_find(context, document, reference, (struct place){.file = document->file},
			      out_document);
}

const struct node *reference_follow(struct references *references, const struct document *document,
				    const struct node *node, const struct document **out_document)
{
	const struct node *reference = node_get(node, "$ref");
	const struct document *at = document;

	for (size_t steps = 0; node != NULL && node_is(reference, NODE_STRING); steps++) {
		if (steps == LIMIT_REF_CHAIN)
			return unresolved(references, node_place(at, node), reference->text, "never ends");
		node = reference_find(references, at, reference->text, node_place(at, reference), &at);
		reference = node_get(node, "$ref");
	}
	if (node != NULL)
		*out_document = at;
	return node;
}
