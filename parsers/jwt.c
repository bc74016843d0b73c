#include "parsers/jwt.h"

#include "parsers/base/limits.h"
#include "parsers/json_read.h"

bool jwt_is_likely(struct bytes text)
{
	size_t dots = 0;

	if (!bytes_starts(text, BYTES("eyJ")))
		return false;
	for (size_t i = 0; i < text.len; i++)
		dots += text.data[i] == '.';
	return dots == 2;
}

static bool part_read(struct bytes part, struct arena *arena, yyjson_val **out_object)
{
	struct bytes text = base64_decode(part, arena);
	struct json_reading reading;

	if (text.len == 0)
		return false;
	json_read(text, arena, &reading);
	if (reading.outcome != JSON_READ || !yyjson_is_obj(reading.root))
		return false;
	*out_object = reading.root;
	return true;
}

/* RFC 7519 section 2, NumericDate: a number, perhaps with a fraction, of any size. */
static bool date_of(yyjson_val *value, int64_t *out_seconds)
{
	double real;

	if (yyjson_is_uint(value)) {
		uint64_t seconds = yyjson_get_uint(value);

		*out_seconds = seconds > INT64_MAX ? INT64_MAX : (int64_t)seconds;
		return true;
	}
	if (yyjson_is_sint(value)) {
		*out_seconds = yyjson_get_sint(value);
		return true;
	}
	if (yyjson_is_raw(value)) {
		*out_seconds = yyjson_get_raw(value)[0] == '-' ? INT64_MIN : INT64_MAX;
		return true;
	}
	if (!yyjson_is_real(value))
		return false;
	real = yyjson_get_real(value);
	if (real >= 9.2e18)
		*out_seconds = INT64_MAX;
	else
		*out_seconds = real <= -9.2e18 ? INT64_MIN : (int64_t)real;
	return true;
}

static bool audiences_read(yyjson_val *claim, struct arena *arena, struct jwt *jwt)
{
	size_t count = yyjson_is_arr(claim) ? yyjson_arr_size(claim) : 1;
	struct bytes *list;
	yyjson_arr_iter iter;
	yyjson_val *item;

	if (!yyjson_is_str(claim) && !yyjson_is_arr(claim))
		return true;
	list = arena_alloc(arena, (count + 1) * sizeof(*list));
	if (list == NULL)
		return false;
	jwt->audiences = list;
	if (yyjson_is_str(claim)) {
		list[0] = json_text(claim);
		jwt->audience_count = 1;
		return true;
	}
	yyjson_arr_iter_init(claim, &iter);
	while ((item = yyjson_arr_iter_next(&iter)) != NULL) {
		if (yyjson_is_str(item))
			list[jwt->audience_count++] = json_text(item);
	}
	return true;
}

static struct bytes client_of(yyjson_val *claims)
{
	static const char *const names[] = {"azp", "client_id", "cid", "appid"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bytes client = json_text(json_last(claims, names[i]));

		if (client.len > 0)
			return client;
	}
	return BYTES_NONE;
}

bool jwt_read(struct bytes token, struct arena *arena, struct jwt *out_jwt)
{
	struct bytes rest = token;
	struct bytes header = bytes_split(&rest, '.');
	struct bytes claims = rest.data != NULL ? bytes_split(&rest, '.') : BYTES_NONE;
	struct jwt jwt = {.is_signature_empty = rest.len == 0};

	/* RFC 7515 section 3.1: three parts; five are a JWE, whose claims nobody can see. */
	if (rest.data == NULL || bytes_find_byte(rest, '.') != BYTES_NOT_FOUND)
		return false;
	if (!part_read(header, arena, &jwt.header) || !part_read(claims, arena, &jwt.claims))
		return false;
	if (!yyjson_is_str(json_last(jwt.header, "alg")))
		return false;
	jwt.algorithm = json_text(json_last(jwt.header, "alg"));
	jwt.key_id = json_text(json_last(jwt.header, "kid"));
	jwt.type = json_text(json_last(jwt.header, "typ"));
	jwt.issuer = json_text(json_last(jwt.claims, "iss"));
	jwt.subject = json_text(json_last(jwt.claims, "sub"));
	jwt.client_id = client_of(jwt.claims);
	jwt.has_expiry = date_of(json_last(jwt.claims, "exp"), &jwt.expiry_s);
	jwt.has_not_before = date_of(json_last(jwt.claims, "nbf"), &jwt.not_before_s);
	jwt.has_issued_at = date_of(json_last(jwt.claims, "iat"), &jwt.issued_at_s);
	if (!audiences_read(json_last(jwt.claims, "aud"), arena, &jwt))
		return false;
	*out_jwt = jwt;
	return true;
}
