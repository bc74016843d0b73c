#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "parsers/body.h"
#include "specs/odata_lexical.h"
#include "specs/odata_read.h"

/* Named values in one pair of parentheses; more are not looked at. */
#define ARGUMENTS_MAX 32

void odata_note(struct odata_notes *notes, const struct odata_note *note)
{
	if (notes != NULL && notes->count < ODATA_NOTES_MAX)
		notes->list[notes->count++] = *note;
}

/* One segment, decoded: "Orders(4711)" is the name and what stands in the parentheses. */
struct step {
	struct bytes text, name, arguments;
	bool has_arguments, is_broken;
};

struct walk {
	const struct odata *odata;
	const struct csdl *csdl;
	struct odata_path *path;
	struct odata_notes *notes;
	struct arena *arena;
	bool is_fixed; /* the template is not made longer: "{path}" stands for the rest */
};

static void print(struct odata_path *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A template that has no room left is cut; then no operation has it. */
static void print(struct odata_path *path, const char *format, ...)
{
	size_t room = ODATA_TEMPLATE_MAX - path->template_len;
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(path->template + path->template_len, room, format, arguments);
	va_end(arguments);
	if (len > 0)
		path->template_len += (size_t)len < room ? (size_t)len : room - 1;
}

/* OData URL Conventions section 2.2: cut at slashes, then decode, then parse. */
static struct step step_of(struct bytes segment, struct arena *arena)
{
	struct step step = {.text = percent_decode(segment, false, arena)};
	size_t open = bytes_find_byte(step.text, '(');

	step.name = step.text;
	if (open == BYTES_NOT_FOUND)
		return step;
	step.name = bytes_slice(step.text, 0, open);
	step.has_arguments = true;
	step.is_broken = step.text.data[step.text.len - 1] != ')';
	step.arguments = bytes_slice(step.text, open + 1, step.text.len - open - 2);
	return step;
}

/* -- parentheses ------------------------------------------------------------------------- */

struct argument {
	struct bytes name, value; /* name empty: the value stands alone */
};

/* Commas and "=" outside quotes and brackets. */
static size_t argument_end(struct bytes text, size_t at, char stop)
{
	bool is_quoted = false;
	int depth = 0;

	for (; at < text.len; at++) {
		char byte = text.data[at];

		if (byte == '\'')
			is_quoted = !is_quoted;
		if (is_quoted)
			continue;
		depth += (byte == '(') + (byte == '[') + (byte == '{');
		depth -= (byte == ')') + (byte == ']') + (byte == '}');
		if (byte == stop && depth == 0)
			break;
	}
	return at;
}

static size_t read_arguments(struct bytes text, struct argument list[ARGUMENTS_MAX])
{
	size_t count = 0, at = 0;

	while (at <= text.len && text.len > 0 && count < ARGUMENTS_MAX) {
		size_t end = argument_end(text, at, ',');
		struct bytes one = bytes_slice(text, at, end - at);
		size_t equals = argument_end(one, 0, '=');

		list[count] = (struct argument){.name = BYTES(""), .value = bytes_trim(one)};
		if (equals < one.len) {
			list[count].name = bytes_trim(bytes_slice(one, 0, equals));
			list[count].value = bytes_trim(bytes_from(one, equals + 1));
		}
		count++;
		at = end + 1;
	}
	return count;
}

static void check_literal(const struct walk *walk, const struct csdl_property *property, struct bytes literal)
{
	const struct csdl_value *value = &property->value;
	struct odata_note note = {.part = PART_PATH,
				  .keyword = KEYWORD_TYPE,
				  .name = property->name,
				  .expected = bytes_of(edm_name(value->edm)),
				  .value = literal};
	size_t len;

	if (!literal_fits(value, walk->csdl->version, literal)) {
		odata_note(walk->notes, &note);
		return;
	}
	if (value->edm != EDM_STRING || value->length_max == 0 || !literal_text_len(literal, &len) ||
	    len <= value->length_max)
		return;
	note.keyword = KEYWORD_LENGTH;
	note.expected = arena_printf(walk->arena, "at most %u characters", value->length_max);
	odata_note(walk->notes, &note);
}

static void note_name(const struct walk *walk, enum part part, enum keyword keyword, struct bytes name,
		      const char *expected)
{
	odata_note(walk->notes, &(struct odata_note){.part = part,
						     .keyword = keyword,
						     .name = name,
						     .expected = bytes_of(expected),
						     .value = name});
}

/* A key of one property may stand without its name; others are named, in any order. An alternate key is made
 * of other properties of the type. */
static void check_key(const struct walk *walk, const struct csdl_type *type, const struct step *step)
{
	struct argument list[ARGUMENTS_MAX];
	size_t count = read_arguments(step->arguments, list);
	const struct csdl_property *only = type->key_count == 1 ? csdl_property(type, type->keys[0]) : NULL;

	if (count == 1 && bytes_starts(list[0].value, BYTES("@")))
		return; /* an alias */
	if (count == 1 && list[0].name.len == 0) {
		if (only != NULL)
			check_literal(walk, only, list[0].value);
		else if (type->key_count > 1)
			note_name(walk, PART_PATH, KEYWORD_REQUIRED, type->keys[1], "every part of the key");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct csdl_property *property = csdl_property(type, list[i].name);

		if (property != NULL)
			check_literal(walk, property, list[i].value);
		else if (!csdl_is_key(type, list[i].name)) /* an alias for a path inside */
			note_name(walk, PART_PATH, KEYWORD_ODATA_PROPERTY, list[i].name,
				  "a property of the key");
	}
	if (count > 0 && csdl_is_key(type, list[0].name))
		for (size_t i = 0; i < type->key_count; i++) {
			bool is_there = false;

			for (size_t j = 0; j < count; j++)
				is_there = is_there || bytes_equal(list[j].name, type->keys[i]);
			if (!is_there)
				note_name(walk, PART_PATH, KEYWORD_REQUIRED, type->keys[i],
					  "every part of the key");
		}
}

static void print_key(struct walk *walk, const struct csdl_type *type)
{
	if (walk->is_fixed)
		return;
	print(walk->path, "(");
	odata_key_print(walk->path->template + walk->path->template_len,
			ODATA_TEMPLATE_MAX - walk->path->template_len, type);
	walk->path->template_len = strlen(walk->path->template);
	print(walk->path, ")");
}

/* -- steps ---------------------------------------------------------------------------------- */

/* The path goes where no operation of its own stands. */
static void fix(struct walk *walk)
{
	walk->path->template_len = walk->path->root_len;
	print(walk->path, "/{path}");
	walk->is_fixed = true;
}

static enum odata_end end_of_value(const struct csdl_value *value)
{
	bool is_entity = value->type != NULL && value->type->kind == CSDL_ENTITY;

	if (value->edm == EDM_UNKNOWN)
		return ODATA_ANYTHING;
	if (!is_entity)
		return ODATA_PROPERTY;
	return value->is_collection ? ODATA_COLLECTION : ODATA_ENTITY;
}

static void take_key(struct walk *walk, const struct step *step)
{
	struct odata_path *path = walk->path;

	check_key(walk, path->value.type, step);
	print_key(walk, path->value.type);
	path->value.is_collection = false;
	path->end = ODATA_ENTITY;
}

/* Which overload is meant cannot be told before the body is read: a name that any has is known. */
static const struct csdl_property *parameter_of(const struct csdl_operation *operation, struct bytes name)
{
	for (; operation != NULL; operation = operation->next)
		for (size_t i = 0; i < operation->parameter_count; i++)
			if (bytes_equal(operation->parameters[i].name, name))
				return &operation->parameters[i];
	return NULL;
}

static void take_function(struct walk *walk, const struct csdl_operation *operation, const struct step *step)
{
	struct argument list[ARGUMENTS_MAX];
	size_t count = read_arguments(step->arguments, list);
	struct odata_path *path = walk->path;

	path->function = operation;
	path->end = operation->is_action ? ODATA_ACTION : ODATA_FUNCTION;
	path->property = NULL;
	for (size_t i = 0; i < count && list[i].name.len > 0; i++) {
		const struct csdl_property *parameter = parameter_of(operation, list[i].name);

		if (parameter != NULL)
			check_literal(walk, parameter, list[i].value);
		else
			note_name(walk, PART_PATH, KEYWORD_ODATA_PROPERTY, list[i].name,
				  "a parameter of the function");
	}
	if (operation->next == NULL && !operation->is_action && walk->csdl->version == 4 &&
	    step->has_arguments)
		for (size_t i = operation->is_bound; i < operation->parameter_count; i++) {
			bool is_there = !operation->parameters[i].is_required;

			for (size_t j = 0; j < count; j++)
				is_there =
					is_there || bytes_equal(list[j].name, operation->parameters[i].name);
			if (!is_there)
				note_name(walk, PART_PATH, KEYWORD_REQUIRED, operation->parameters[i].name,
					  "every parameter of the function");
		}
	path->value = operation->returned;
}

static void take_property(struct walk *walk, const struct csdl_property *property, const struct step *step)
{
	struct odata_path *path = walk->path;
	bool is_first = property->is_navigation && path->navigation_count == 0 && path->property == NULL;

	path->property = property;
	path->navigation_count += property->is_navigation;
	if (is_first && !walk->is_fixed)
		print(path, "/" BYTES_FORMAT, BYTES_PRINT(property->name));
	else
		fix(walk);
	path->value = property->value;
	path->end = end_of_value(&path->value);
	if (step->has_arguments && path->end == ODATA_COLLECTION && path->value.type->key_count > 0)
		take_key(walk, step);
	else if (step->has_arguments && path->end != ODATA_ANYTHING)
		path->end = ODATA_UNKNOWN;
}

static void unknown(struct walk *walk, enum keyword keyword, struct bytes name)
{
	walk->path->end = ODATA_UNKNOWN;
	odata_note(walk->notes, &(struct odata_note){.part = PART_PATH,
						     .keyword = keyword,
						     .name = name,
						     .expected = keyword == KEYWORD_ODATA_ENTITY
									 ? BYTES("an entity set of $metadata")
									 : BYTES("a name of $metadata"),
						     .value = name});
}

/* "$value", "$count" ... behind what they may follow. */
static void take_word(struct walk *walk, struct bytes word)
{
	struct odata_path *path = walk->path;
	bool is_old = walk->csdl->version < 4;

	fix(walk);
	if (bytes_equal(word, BYTES("$value")))
		path->end = ODATA_VALUE;
	else if (bytes_equal(word, BYTES("$count")) &&
		 (path->value.is_collection || path->end == ODATA_FUNCTION))
		path->end = ODATA_COUNT;
	else if (bytes_equal(word, BYTES("$ref")) && !is_old)
		path->end = ODATA_LINKS;
	else if (bytes_equal(word, BYTES("$query")) || bytes_equal(word, BYTES("$each")) ||
		 bytes_equal(word, BYTES("$filter")) || bytes_equal(word, BYTES("$it")))
		path->end = is_old ? ODATA_UNKNOWN : ODATA_ANYTHING;
	else
		path->end = ODATA_UNKNOWN;
	if (path->end == ODATA_UNKNOWN)
		unknown(walk, KEYWORD_ODATA_PROPERTY, word);
}

static bool is_structured(const struct odata_path *path)
{
	return path->value.type != NULL &&
	       (path->end == ODATA_COLLECTION || path->end == ODATA_ENTITY || path->end == ODATA_PROPERTY ||
		path->end == ODATA_FUNCTION || path->end == ODATA_ACTION || path->end == ODATA_LINKS);
}

/* "Namespace.Type": from here on as that type. False: no such type, or one that has nothing to do with it. */
static bool take_cast(struct walk *walk, const struct step *step)
{
	const struct csdl_type *type = csdl_type(walk->csdl, step->name);
	struct odata_path *path = walk->path;

	if (type == NULL || !is_structured(path) ||
	    (!csdl_derives(type, path->value.type) && !csdl_derives(path->value.type, type)))
		return false;
	path->value.type = type;
	if (step->has_arguments && path->value.is_collection) {
		take_key(walk, step);
		if (path->property == NULL && !walk->is_fixed)
			path->root_len = path->template_len;
	}
	return true;
}

static void take_step(struct walk *walk, const struct step *step)
{
	struct odata_path *path = walk->path;
	bool is_dotted = bytes_find_byte(step->name, '.') != BYTES_NOT_FOUND;
	const struct csdl_operation *operation;
	const struct csdl_property *property = NULL;

	if (path->end == ODATA_FUNCTION || path->end == ODATA_ACTION)
		path->end = end_of_value(&path->value);
	if (path->end == ODATA_ANYTHING ||
	    (walk->csdl->version < 4 && bytes_equal(step->name, BYTES("$links")))) {
		fix(walk);
		path->end = path->end == ODATA_ANYTHING ? ODATA_ANYTHING : ODATA_LINKS;
		return;
	}
	if (step->name.len > 0 && step->name.data[0] == '$') {
		take_word(walk, step->name);
		return;
	}
	if (is_structured(path) && !path->value.is_collection)
		property = csdl_property(path->value.type, step->name);
	if (property != NULL) {
		bool is_link = path->end == ODATA_LINKS;

		take_property(walk, property, step);
		if (is_link && path->end != ODATA_UNKNOWN)
			path->end = ODATA_LINKS;
		return;
	}
	if (is_dotted && take_cast(walk, step))
		return;
	operation = csdl_operation(walk->csdl, step->name);
	if (operation != NULL && operation->is_bound) {
		fix(walk);
		take_function(walk, operation, step);
		return;
	}
	if (path->end == ODATA_COLLECTION && walk->csdl->has_key_segments && !is_dotted) {
		print_key(walk, path->value.type);
		if (path->property == NULL && !walk->is_fixed)
			path->root_len = path->template_len;
		path->value.is_collection = false;
		path->end = ODATA_ENTITY;
		return;
	}
	/* a bindable import of OData 3, an open type, a name of a namespace that is not here */
	if (walk->csdl->version == 3 && csdl_child(walk->csdl, step->name) != NULL) {
		fix(walk);
		path->end = ODATA_ANYTHING;
	} else if ((is_structured(path) && !path->value.is_collection && csdl_is_open(path->value.type)) ||
		   (is_dotted && !csdl_has_namespace(walk->csdl, step->name) &&
		    csdl_type(walk->csdl, step->name) == NULL)) {
		fix(walk);
		path->end = ODATA_ANYTHING;
	} else {
		unknown(walk, KEYWORD_ODATA_PROPERTY, step->name);
	}
}

/* -- the first segment ------------------------------------------------------------------------ */

static bool take_resource(struct walk *walk, const struct step *step, bool is_only)
{
	static const struct {
		struct bytes name;
		enum odata_end end;
		unsigned from_version;
	} words[] = {{BYTES_INIT("$metadata"), ODATA_METADATA, 2},
		     {BYTES_INIT("$batch"), ODATA_BATCH, 2},
		     {BYTES_INIT("$all"), ODATA_SEVERAL, 4},
		     {BYTES_INIT("$entity"), ODATA_SEVERAL, 4},
		     {BYTES_INIT("$crossjoin"), ODATA_SEVERAL, 4}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!bytes_equal(step->name, words[i].name) || walk->csdl->version < words[i].from_version)
			continue;
		print(walk->path, "/" BYTES_FORMAT, BYTES_PRINT(step->name));
		if (step->has_arguments)
			print(walk->path, "({EntitySets})");
		walk->path->end = is_only || words[i].end == ODATA_SEVERAL ? words[i].end : ODATA_UNKNOWN;
		return true;
	}
	return false;
}

static void take_child(struct walk *walk, const struct step *step)
{
	struct odata_path *path = walk->path;
	const struct csdl_child *child = csdl_child(walk->csdl, step->name);

	if (child == NULL) {
		unknown(walk, KEYWORD_ODATA_ENTITY, step->name);
		return;
	}
	path->child = child;
	print(path, "/" BYTES_FORMAT, BYTES_PRINT(child->name));
	if (child->kind == CSDL_IMPORT) {
		path->end = ODATA_ANYTHING;
		if (child->operation != NULL)
			take_function(walk, child->operation, step);
		return;
	}
	path->value = (struct csdl_value){.edm = child->type == NULL ? EDM_UNKNOWN : EDM_STRUCTURED,
					  .type = child->type,
					  .is_collection = child->kind == CSDL_SET};
	path->end = end_of_value(&path->value);
	if (!step->has_arguments)
		return;
	if (path->end == ODATA_COLLECTION && child->type->key_count > 0 && step->arguments.len > 0)
		take_key(walk, step);
	else if (path->end != ODATA_COLLECTION || step->arguments.len > 0) /* v2 takes "Orders()" */
		path->end = path->end == ODATA_ANYTHING ? ODATA_ANYTHING : ODATA_UNKNOWN;
}

void odata_path_read(const struct odata *odata, const struct bytes *segments, size_t segment_count,
		     struct arena *arena, struct odata_path *out_path, struct odata_notes *notes)
{
	struct walk walk = {odata, odata->csdl, out_path, notes, arena, false};

	out_path->end = ODATA_SERVICE;
	out_path->child = NULL;
	out_path->value = (struct csdl_value){0};
	out_path->property = NULL;
	out_path->function = NULL;
	out_path->navigation_count = out_path->template_len = out_path->root_len = 0;
	out_path->template[0] = '\0';
	while (segment_count > 0 && segments[segment_count - 1].len == 0)
		segment_count--; /* a slash at the end */
	if (segment_count == 0)
		print(out_path, "/");
	for (size_t i = 0; i < segment_count && out_path->end != ODATA_UNKNOWN; i++) {
		struct step step = step_of(segments[i], arena);

		if (step.text.data == NULL || step.is_broken || step.name.len == 0)
			unknown(&walk, i == 0 ? KEYWORD_ODATA_ENTITY : KEYWORD_ODATA_PROPERTY, step.text);
		else if (i > 0)
			take_step(&walk, &step);
		else if (!take_resource(&walk, &step, segment_count == 1))
			take_child(&walk, &step);
		if (i == 0)
			out_path->root_len = out_path->template_len;
	}
}
