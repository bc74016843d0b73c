/* Who acts on which object: hashes under the sensor's key, so that what is compared is not what was sent. */
#include <stdio.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/base/sketch.h"
#include "sensor/judged_past.h"

uint64_t judged_hash(const struct fingerprint_key *key, struct bytes value)
{
	uint64_t seed, hash;

	if (value.len == 0)
		return 0;
	memcpy(&seed, key->bytes, sizeof(seed));
	hash = sketch_hash(value, seed);
	return hash == 0 ? 1 : hash;
}

/* -- who -------------------------------------------------------------------------------------- */

static void make_names(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key)
{
	const struct credential *first = seen->credentials->count == 0 ? NULL : &seen->credentials->list[0];
	struct judged_past *past = &judged->past;
	char address[ADDRESS_TEXT_MAX], text[FINGERPRINT_TEXT_LEN + 1];

	address_print(&judged->client.address, address);
	past->source = arena_copy(&judged->arena, bytes_of(address));
	past->actor = past->source;
	if (judged->client_id.len > 0) {
		past->actor = judged->client_id;
	} else if (first != NULL && first->value.len > 0) {
		/* mostly made already: of the first credential that lasts */
		if (bytes_equal(judged_lasting(first), first->value))
			memcpy(text, judged->credential_hmac, sizeof(text));
		else
			fingerprint(key, "credential", first->value, text);
		past->actor = ARENA_JOIN(&judged->arena, BYTES("hmac:"), bytes_of(text));
	}
	past->has_credential = first != NULL;
}

static bool is_one_of(struct bytes word, const struct bytes *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal_nocase(word, list[i]))
			return true;
	return false;
}

#define IS_ONE_OF(word, ...)                                                                                 \
	is_one_of(word, (const struct bytes[]){__VA_ARGS__},                                                 \
		  sizeof((const struct bytes[]){__VA_ARGS__}) / sizeof(struct bytes))

static void take_field(struct judged_past *past, struct bytes name, struct bytes value,
		       const struct fingerprint_key *key)
{
	if (past->account == 0 &&
	    IS_ONE_OF(name, BYTES("username"), BYTES("user"), BYTES("email"), BYTES("login"),
		      BYTES("user_name"), BYTES("client_id"), BYTES("account")))
		past->account = judged_hash(key, value);
	else if (past->secret == 0 && IS_ONE_OF(name, BYTES("password"), BYTES("passwd"), BYTES("pwd"),
						BYTES("pin"), BYTES("client_secret")))
		past->secret = judged_hash(key, value);
}

static void take_login(struct judged_past *past, const struct body_reading *body,
		       const struct fingerprint_key *key)
{
	yyjson_val *name, *value;
	size_t index, max;

	if (body->kind == BODY_FORM)
		for (size_t i = 0; i < body->field_count && i < 32; i++)
			take_field(past, body->fields[i].name, body->fields[i].value, key);
	if (body->kind != BODY_JSON || yyjson_obj_size(body->json) > 32)
		return;
	yyjson_obj_foreach(body->json, index, max, name, value)
	{
		if (yyjson_is_str(value))
			take_field(past, (struct bytes){yyjson_get_str(name), yyjson_get_len(name)},
				   (struct bytes){yyjson_get_str(value), yyjson_get_len(value)}, key);
	}
}

static struct bytes last_segment(struct bytes path)
{
	struct bytes last = path;

	for (struct bytes rest = path; rest.data != NULL;) {
		struct bytes part = bytes_split(&rest, '/');

		if (part.len > 0)
			last = part;
	}
	return last;
}

static void make_login(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key)
{
	const struct credential *basic = credentials_of(seen->credentials, CREDENTIAL_BASIC);
	struct judged_past *past = &judged->past;
	struct bytes last = last_segment(seen->exchange->path);
	bool is_post = bytes_equal(seen->exchange->method, BYTES("POST"));

	past->is_token_endpoint =
		seen->match->kind == MATCH_OPERATION && seen->match->operation->is_token_endpoint;
	past->is_code = is_post && IS_ONE_OF(last, BYTES("otp"), BYTES("verify"), BYTES("mfa"), BYTES("2fa"),
					     BYTES("sms"), BYTES("verification"), BYTES("send-code"));
	past->is_login = is_post && (past->is_token_endpoint ||
				     IS_ONE_OF(last, BYTES("login"), BYTES("signin"), BYTES("sign-in"),
					       BYTES("token"), BYTES("authenticate"), BYTES("session"),
					       BYTES("sessions"), BYTES("auth")));
	if (past->is_login)
		take_login(past, seen->request, key);
	if (past->account == 0 && basic != NULL && basic->user.len > 0) {
		past->is_login = true;
		past->account = judged_hash(key, basic->user);
		past->secret = judged_hash(key, basic->password);
	}
}

/* -- objects ---------------------------------------------------------------------------------- */

/* "/customers/{id}/orders" -> "orders": what the last literal part of a template names. */
static struct bytes resource_of(struct bytes template)
{
	struct bytes resource = BYTES_NONE;

	for (struct bytes rest = template; rest.data != NULL;) {
		struct bytes part = bytes_split(&rest, '/');

		if (part.len > 0 && part.data[0] != '{')
			resource = part;
	}
	return resource;
}

static uint64_t object_of(const struct judged *judged, struct bytes value, const struct fingerprint_key *key)
{
	const uint64_t parts[3] = {judged_hash(key, judged->api_id), judged_hash(key, judged->past.resource),
				   judged_hash(key, value)};

	return judged_hash(key, (struct bytes){(const char *)parts, sizeof(parts)});
}

/* Distances stay, the number does not. */
static uint64_t number_shift(const struct fingerprint_key *key)
{
	return judged_hash(key, BYTES("number"));
}

/* "id", "orderId", "order_number": of the resource "orders". */
static bool is_id(struct bytes name, struct bytes resource)
{
	struct bytes stem = bytes_slice(resource, 0, resource.len > 4 ? resource.len - 2 : resource.len);

	if (IS_ONE_OF(name, BYTES("id"), BYTES("_id"), BYTES("uuid")))
		return true;
	return stem.len >= 3 && bytes_equal_nocase(bytes_slice(name, 0, stem.len), stem) &&
	       (bytes_ends_nocase(name, BYTES("id")) || bytes_ends_nocase(name, BYTES("number")));
}

/* Most names end otherwise than an id does: in none of "dDrR". */
static inline bool may_be_id(struct bytes name)
{
	char last = name.len > 0 ? (char)(name.data[name.len - 1] | 0x20) : '\0';

	return last == 'd' || last == 'r';
}

/* Gathered here first: most answers give one object or a few, and the record waits with what it holds. */
struct gift {
	const struct judged *judged;
	const struct fingerprint_key *key;
	size_t count;
	uint64_t list[LIMIT_GIVEN_OBJECTS], numbers[LIMIT_GIVEN_OBJECTS];
};

static void give(struct gift *gift, yyjson_val *value)
{
	struct bytes text = {yyjson_get_str(value), yyjson_get_len(value)};
	uint64_t number = 0;
	char digits[24];

	if (yyjson_is_uint(value)) {
		int len =
			snprintf(digits, sizeof(digits), "%llu", (unsigned long long)yyjson_get_uint(value));

		text = (struct bytes){digits, (size_t)len};
	} else if (!yyjson_is_str(value)) {
		return;
	}
	if (text.len == 0 || text.len > 128)
		return;
	gift->numbers[gift->count] = bytes_to_u64(text, &number) ? number + number_shift(gift->key) : 0;
	gift->list[gift->count++] = object_of(gift->judged, text, gift->key);
}

static void give_of(struct gift *gift, yyjson_val *object)
{
	yyjson_val *name, *value;
	size_t index, max;

	if (!yyjson_is_obj(object) || yyjson_obj_size(object) > 256)
		return;
	yyjson_obj_foreach(object, index, max, name, value)
	{
		struct bytes called = {unsafe_yyjson_get_str(name), unsafe_yyjson_get_len(name)};

		if (may_be_id(called) && gift->count < LIMIT_GIVEN_OBJECTS &&
		    is_id(called, gift->judged->past.resource))
			give(gift, value);
	}
}

static void give_each(struct gift *gift, yyjson_val *list)
{
	yyjson_val *item;
	size_t index, max;

	yyjson_arr_foreach(list, index, max, item)
	{
		if (index == LIMIT_GIVEN_OBJECTS)
			return;
		give_of(gift, item);
	}
}

/* A made object, or a list: the body itself, or an array right below it. */
static void make_given(struct gift *gift, yyjson_val *root)
{
	yyjson_val *name, *value;
	size_t index, max;

	give_each(gift, root);
	if (!yyjson_is_obj(root) || yyjson_obj_size(root) > 256)
		return;
	give_of(gift, root);
	yyjson_obj_foreach(root, index, max, name, value)
	{
		(void)name;
		give_each(gift, value);
	}
}

static void make_gift(struct judged *judged, yyjson_val *root, const struct fingerprint_key *key)
{
	struct judged_past *past = &judged->past;
	struct gift gift;
	uint64_t *list;
	size_t len;

	gift.judged = judged;
	gift.key = key;
	gift.count = 0;
	make_given(&gift, root);
	len = gift.count * sizeof(*list);
	list = len == 0 ? NULL : arena_take(&judged->arena, 2 * len);
	if (list == NULL)
		return;
	past->given = memcpy(list, gift.list, len);
	past->given_numbers = memcpy(list + gift.count, gift.numbers, len);
	past->given_count = gift.count;
}

static void make_object(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key)
{
	const struct match *match = seen->match;
	struct judged_past *past = &judged->past;
	struct bytes value, template;

	if (match->kind != MATCH_OPERATION)
		return;
	template = match->operation->template;
	past->resource = arena_copy(&judged->arena, bytes_slice(resource_of(template), 0, 128));
	if (template.len > 0 && template.data[template.len - 1] == '}' && match->value_count > 0) {
		value = match->values[match->value_count - 1];
		past->object = object_of(judged, value, key);
		past->has_number = bytes_to_u64(value, &past->object_number);
		past->object_number += number_shift(key);
	} else if (judged->status / 100 == 2 && seen->response->kind == BODY_JSON) {
		make_gift(judged, seen->response->json, key);
	}
}

void judged_actor_make(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key)
{
	make_names(judged, seen, key);
	if (!seen->exchange->request.is_seen)
		return;
	make_login(judged, seen, key);
	make_object(judged, seen, key);
	judged->past.path = judged_hash(key, seen->exchange->path);
}
