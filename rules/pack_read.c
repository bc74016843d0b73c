#include "rules/pack_read.h"

#include <stdio.h>
#include <string.h>

#include "rules/catalogue.h"
#include "rules/pattern.h"
#include "rules/validator.h"
#include "specs/digest.h"
#include "specs/document.h"

struct reader {
	const struct document *document;
	struct arena *arena;
	struct problems *problems;
	bool is_trusted;
	bool is_broken;
};

static void complain(struct reader *reader, const struct node *node, const char *mend, const char *what,
		     struct bytes subject)
{
	problems_add(reader->problems, PROBLEM_ERROR, "pack.invalid", node_place(reader->document, node),
		     mend, "%s: \"" BYTES_FORMAT "\"", what, BYTES_PRINT(bytes_slice(subject, 0, 200)));
	reader->is_broken = true;
}

static bool is_scalar(const struct node *node)
{
	return node_is(node, NODE_STRING) || node_is(node, NODE_NUMBER);
}

static struct bytes text_copy(struct reader *reader, struct bytes text)
{
	struct bytes copy = arena_copy(reader->arena, text);

	if (copy.data == NULL)
		reader->is_broken = true; /* pack_read tells memory from mistakes by the arena */
	return copy;
}

static struct bytes text_read(struct reader *reader, const struct node *table, const char *key,
			      bool is_required)
{
	const struct node *node = node_get(table, key);

	if (node == NULL) {
		if (is_required)
			complain(reader, table, "add it", "a key is missing", bytes_of(key));
		return BYTES_NONE;
	}
	if (!is_scalar(node) || node->text.len == 0) {
		complain(reader, node, "write text", "this key needs text", bytes_of(key));
		return BYTES_NONE;
	}
	return text_copy(reader, node->text);
}

static bool bool_read(struct reader *reader, const struct node *table, const char *key, bool other)
{
	const struct node *node = node_get(table, key);

	if (node != NULL && !node_is(node, NODE_BOOLEAN))
		complain(reader, node, "write true or false", "this key needs true or false", bytes_of(key));
	return node_bool(node, other);
}

static uint64_t number_read(struct reader *reader, const struct node *table, const char *key, uint64_t min,
			    uint64_t max, uint64_t other)
{
	const struct node *node = node_get(table, key);
	uint64_t number = 0;

	if (node == NULL)
		return other;
	if (!bytes_to_u64(node_text(node), &number) || number < min || number > max) {
		complain(reader, node,
			 max == 5 ? "write a number from 1 to 5" : "write a number from 0 to 64",
			 "not a number this key can have", bytes_of(key));
		return other;
	}
	return number;
}

static const struct bytes *list_read(struct reader *reader, const struct node *table, const char *key,
				     size_t *out_count)
{
	const struct node *node = node_get(table, key);
	struct bytes *list;

	*out_count = 0;
	if (node == NULL)
		return NULL;
	if (!node_is(node, NODE_LIST)) {
		complain(reader, node, "write a list: [a, b]", "this key needs a list", bytes_of(key));
		return NULL;
	}
	list = arena_alloc(reader->arena, (node->count + 1) * sizeof(*list));
	if (list == NULL) {
		reader->is_broken = true;
		return NULL;
	}
	for (size_t i = 0; i < node->count; i++) {
		if (!is_scalar(node->items[i]))
			complain(reader, node->items[i], "write text in quotes", "this list holds text",
				 bytes_of(key));
		else
			list[(*out_count)++] = text_copy(reader, node->items[i]->text);
	}
	return list;
}

static void keys_check(struct reader *reader, const struct node *table, const char *const *known,
		       const char *mend)
{
	for (size_t i = 0; i < table->count; i++) {
		const char *const *at = known;

		while (*at != NULL && !bytes_equal(bytes_of(*at), table->entries[i].key))
			at++;
		if (*at != NULL)
			continue;
		problems_add(reader->problems, PROBLEM_ERROR, "pack.invalid",
			     (struct place){reader->document->file, table->entries[i].line,
					    table->entries[i].column},
			     mend, "unknown key: \"" BYTES_FORMAT "\"",
			     BYTES_PRINT(bytes_slice(table->entries[i].key, 0, 200)));
		reader->is_broken = true;
	}
}

/* in-list carries its values in the pack: packs open no files. */
static struct bytes in_list_read(struct reader *reader, const struct node *table)
{
	size_t count, len = 0;
	const struct bytes *list = list_read(reader, table, "list", &count);
	char *joined;

	for (size_t i = 0; i < count; i++)
		len += list[i].len + 1;
	if (len == 0) {
		complain(reader, table, "write the values under list: [A, B]",
			 "in-list reads no file; its values stand in the pack", BYTES("in-list"));
		return BYTES_NONE;
	}
	joined = arena_alloc(reader->arena, len);
	if (joined == NULL) {
		reader->is_broken = true;
		return BYTES_NONE;
	}
	for (size_t i = 0, at = 0; i < count; i++) {
		memcpy(joined + at, list[i].data, list[i].len);
		at += list[i].len;
		joined[at++] = '\n';
	}
	return (struct bytes){joined, len - 1};
}

static void validator_read(struct reader *reader, const struct node *table, struct data_class *class)
{
	const struct node *node = node_get(table, "validator");
	struct bytes argument = node_text(node), name;

	if (node == NULL)
		return;
	name = bytes_split(&argument, ':');
	class->validator = validator_find(name);
	if (class->validator == NULL) {
		complain(reader, node,
			 "use none, luhn, mod97, verhoeff, mod11:WEIGHTS, entropy:BITS, in-list or the name "
			 "of a built-in validator",
			 "there is no validator of that name", node_text(node));
		return;
	}
	if (bytes_equal(name, BYTES("in-list"))) {
		if (argument.len > 0)
			complain(reader, node,
				 "write \"validator: in-list\" and the values under list: [A, B]",
				 "in-list reads no file", node_text(node));
		else
			class->validator_argument = in_list_read(reader, table);
		return;
	}
	if (class->validator->has_argument != (argument.len > 0) ||
	    (class->validator->accepts_argument != NULL && !class->validator->accepts_argument(argument))) {
		complain(reader, node,
			 "write luhn, or mod11:87654321 (one digit a place, X for ten), or entropy:3.5",
			 "the validator cannot use what follows its name", node_text(node));
		return;
	}
	if (argument.len > 0)
		class->validator_argument = text_copy(reader, argument);
}

static unsigned places_read(struct reader *reader, const struct node *table)
{
	static const char *const names[] = {"request.path",    "request.query", "request.header",
					    "request.cookie",  "request.body",  "response.header",
					    "response.cookie", "response.body"};
	const struct node *node = node_get(table, "locations");
	unsigned places = 0;

	if (node == NULL)
		return SCAN_ANYWHERE;
	if (!node_is(node, NODE_LIST) || node->count == 0) {
		complain(reader, node, "write a list: [request.body, response.body]", "this key needs a list",
			 BYTES("locations"));
		return 0;
	}
	for (size_t i = 0; i < node->count; i++) {
		unsigned place = 0;

		while (place < 8 && !bytes_equal(bytes_of(names[place]), node_text(node->items[i])))
			place++;
		if (place == 8)
			complain(reader, node->items[i],
				 "use request.path, .query, .header, .cookie, .body or response.header, "
				 ".cookie, .body",
				 "there is no location of that name", node_text(node->items[i]));
		else
			places |= 1u << place;
	}
	return places;
}

static struct mask_plan mask_read(struct reader *reader, const struct node *table)
{
	static const char *const known[] = {"keep_first", "keep_last", "email", NULL};
	const struct node *node = node_get(table, "mask");
	struct mask_plan mask = {0};

	if (node == NULL)
		return mask;
	if (!node_is(node, NODE_TABLE)) {
		complain(reader, node, "write mask: {keep_last: 4}", "this key needs a table", BYTES("mask"));
		return mask;
	}
	keys_check(reader, node, known, "use keep_first, keep_last or email");
	mask.keep_first = (unsigned)number_read(reader, node, "keep_first", 0, 64, 0);
	mask.keep_last = (unsigned)number_read(reader, node, "keep_last", 0, 64, 0);
	mask.is_email = bool_read(reader, node, "email", false);
	return mask;
}

/* Words as scan_context takes them: letters and digits, lower case. */
static const struct bytes *words_read(struct reader *reader, const struct node *table, const char *key,
				      size_t *out_count)
{
	size_t count;
	const struct bytes *words = list_read(reader, table, key, &count);
	struct bytes *plain = arena_alloc(reader->arena, (count + 1) * sizeof(*plain));

	*out_count = 0;
	if (plain == NULL) {
		reader->is_broken = true;
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		char *word = arena_alloc(reader->arena, words[i].len + 1);
		size_t len = 0;

		for (size_t at = 0; word != NULL && at < words[i].len; at++)
			if (ascii_is_alnum(words[i].data[at]) || (unsigned char)words[i].data[at] >= 0x80)
				word[len++] = ascii_lower(words[i].data[at]);
		if (len == 0)
			complain(reader, node_get(table, key), "use words of letters", "not a word",
				 words[i]);
		plain[i] = (struct bytes){word, len};
	}
	*out_count = count;
	return plain;
}

static void context_read(struct reader *reader, const struct node *table, struct data_class *class)
{
	class->context = words_read(reader, table, "context", &class->context_count);
	class->not_beside = words_read(reader, table, "not_beside", &class->not_beside_count);
	class->is_context_required = bool_read(reader, table, "context_required", false);
	if (class->context_count == 0 && (class->is_context_required || class->context_pattern.len > 0))
		complain(reader, table, "add context: [word, word]",
			 "context is required, but there are no context words", class->id);
}

static void pattern_read(struct reader *reader, const struct node *table, const char *key,
			 struct bytes pattern)
{
	char reason[256];

	if (pattern.len == 0 || reader->is_trusted || pattern_is_usable(pattern, reason, sizeof(reason)))
		return;
	complain(reader, node_get(table, key), reason, "the pattern cannot be used", pattern);
}

static bool is_id(struct bytes id)
{
	for (size_t i = 0; i < id.len; i++)
		if (!(id.data[i] >= 'a' && id.data[i] <= 'z') && !ascii_is_digit(id.data[i]) &&
		    id.data[i] != '_')
			return false;
	return id.len > 0 && id.len <= 64 && !ascii_is_digit(id.data[0]);
}

/* A class of attacks is no data: it is neither sensitive nor secret. */
static void attack_read(struct reader *reader, const struct node *table, struct data_class *class)
{
	char id[64];

	class->attack = text_read(reader, table, "attack", false);
	if (class->attack.len == 0)
		return;
	snprintf(id, sizeof(id), "attack." BYTES_FORMAT, BYTES_PRINT(bytes_slice(class->attack, 0, 32)));
	if (catalogue_find(bytes_of(id)) == NULL && !bytes_equal(class->attack, BYTES("tell-tale")))
		complain(reader, node_get(table, "attack"),
			 "write sqli, xss, cmdi, lfi, ssrf ... or tell-tale", "no finding of that name",
			 class->attack);
	class->is_sensitive = class->is_secret = false;
	if (class->places & SCAN_REQUEST_HEADER)
		class->places |= SCAN_REQUEST_AGENT;
}

static void class_read(struct reader *reader, const struct node *table, struct bytes pack,
		       struct data_class *class)
{
	static const char *const known[] = {"id",         "title",    "pattern",  "context_pattern",
					    "validator",  "list",     "context",  "context_required",
					    "locations",  "severity", "mask",     "sensitive",
					    "secret",     "match",    "no_match", "attack",
					    "not_beside", NULL};

	if (!node_is(table, NODE_TABLE)) {
		complain(reader, table, "write - id: NAME and its keys", "a class is a table",
			 BYTES("classes"));
		return;
	}
	keys_check(reader, table, known,
		   "use id, title, pattern, context_pattern, validator, list, context, context_required, "
		   "not_beside, locations, severity, mask, sensitive, secret, match, no_match");
	class->pack = pack;
	class->id = text_read(reader, table, "id", true);
	if (class->id.data != NULL && !is_id(class->id))
		complain(reader, node_get(table, "id"), "use lower case letters, digits and _, at most 64",
			 "not an id", class->id);
	class->title = node_get(table, "title") == NULL ? class->id : text_read(reader, table, "title", true);
	class->pattern = text_read(reader, table, "pattern", true);
	class->context_pattern = text_read(reader, table, "context_pattern", false);
	pattern_read(reader, table, "pattern", class->pattern);
	pattern_read(reader, table, "context_pattern", class->context_pattern);
	validator_read(reader, table, class);
	context_read(reader, table, class);
	class->places = places_read(reader, table);
	class->severity = (unsigned)number_read(reader, table, "severity", 1, 5, 3);
	class->mask = mask_read(reader, table);
	class->is_secret = bool_read(reader, table, "secret", false);
	class->is_sensitive = bool_read(reader, table, "sensitive", true);
	attack_read(reader, table, class);
	class->match = list_read(reader, table, "match", &class->match_count);
	class->no_match = list_read(reader, table, "no_match", &class->no_match_count);
}

/* The version of a class: what decides whether something matches. */
static void fold(struct reader *reader, struct data_class *class)
{
	struct bytes all = arena_printf(reader->arena, BYTES_FORMAT "\n" BYTES_FORMAT "\n%s\n" BYTES_FORMAT,
					BYTES_PRINT(class->pattern), BYTES_PRINT(class->context_pattern),
					class->validator == NULL ? "none" : class->validator->name,
					BYTES_PRINT(class->validator_argument));
	char hex[DIGEST_TEXT_LEN + 1];

	if (all.data == NULL || !digest_sha256(all, hex)) {
		reader->is_broken = true;
		return;
	}
	class->fold = text_copy(reader, (struct bytes){hex, 8});
}

static void classes_read(struct reader *reader, struct data_class **out_classes, size_t *out_count)
{
	static const char *const known[] = {"pack", "title", "classes", NULL};
	const struct node *root = reader->document->root, *list = node_get(root, "classes");
	struct data_class *classes;
	struct bytes pack;

	if (!node_is(root, NODE_TABLE)) {
		complain(reader, root, "write pack: NAME and classes:", "a pack is a table", BYTES("pack"));
		return;
	}
	keys_check(reader, root, known, "use pack, title, classes");
	pack = text_read(reader, root, "pack", true);
	if (!node_is(list, NODE_LIST)) {
		complain(reader, list == NULL ? root : list, "write classes: and a list of them",
			 "a pack needs a list", BYTES("classes"));
		return;
	}
	classes = arena_alloc(reader->arena, (list->count + 1) * sizeof(*classes));
	if (classes == NULL) {
		reader->is_broken = true;
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		class_read(reader, list->items[i], pack, &classes[i]);
		fold(reader, &classes[i]);
		for (size_t other = 0; other < i; other++)
			if (classes[i].id.len > 0 && bytes_equal(classes[i].id, classes[other].id))
				complain(reader, list->items[i], "give one of them another id",
					 "the id stands twice in this pack", classes[i].id);
	}
	*out_classes = classes;
	*out_count = list->count;
}

enum status pack_read(struct bytes text, const char *file, bool is_trusted, struct arena *arena,
		      struct problems *problems, struct data_class **out_classes, size_t *out_count)
{
	struct document document = {0};
	struct reader reader = {
		.document = &document, .arena = arena, .problems = problems, .is_trusted = is_trusted};
	struct data_class *classes = NULL;
	size_t count = 0;
	enum status status = document_read(text, file, &document, problems);

	if (status != STATUS_OK)
		return status;
	classes_read(&reader, &classes, &count);
	document_finish(&document);
	if (arena->is_full)
		return STATUS_NO_MEMORY;
	if (reader.is_broken)
		return STATUS_INVALID;
	*out_classes = classes;
	*out_count = count;
	return STATUS_OK;
}
