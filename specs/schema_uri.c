/* RFC 3986 section 5: a reference against its base. */
#include <string.h>

#include "specs/schema_resource.h"

struct uri {
	struct bytes scheme, authority, path, query; /* data is NULL where a part is not there */
};

static struct bytes absent_if(bool is_absent, struct bytes part)
{
	return is_absent ? BYTES_NONE : part;
}

static size_t find_any(struct bytes text, const char *set)
{
	size_t at = 0;

	while (at < text.len && strchr(set, text.data[at]) == NULL)
		at++;
	return at;
}

/* Appendix B; the fragment was cut off before. */
static struct uri uri_split(struct bytes text)
{
	struct uri uri = {0};
	size_t end = find_any(text, ":/?");

	if (end > 0 && end < text.len && text.data[end] == ':') {
		uri.scheme = bytes_slice(text, 0, end);
		text = bytes_from(text, end + 1);
	}
	if (bytes_starts(text, BYTES("//"))) {
		end = find_any(bytes_from(text, 2), "/?") + 2;
		uri.authority = bytes_slice(text, 2, end - 2);
		if (uri.authority.data == NULL)
			uri.authority = BYTES("");
		text = bytes_from(text, end);
	}
	end = find_any(text, "?");
	uri.path = bytes_slice(text, 0, end);
	uri.query = absent_if(end >= text.len, bytes_from(text, end + 1));
	return uri;
}

static size_t put(char *out, size_t len, struct bytes text)
{
	if (text.len > 0)
		memcpy(out + len, text.data, text.len);
	return len + text.len;
}

/* Section 5.2.4, for a path that starts with a slash; others stay as they are. */
static size_t dots_remove(char *path, size_t len)
{
	size_t out = 0, at = 0;

	if (len == 0 || path[0] != '/')
		return len;
	while (at < len) {
		size_t end = at + 1;
		struct bytes part;

		while (end < len && path[end] != '/')
			end++;
		part = (struct bytes){.data = path + at + 1, .len = end - at - 1};
		if (bytes_equal(part, BYTES("..")) || bytes_equal(part, BYTES("."))) {
			while (part.len == 2 && out > 0 && path[--out] != '/')
				;
			if (end == len)
				path[out++] = '/';
		} else {
			memmove(path + out, path + at, end - at);
			out += end - at;
		}
		at = end;
	}
	return out;
}

/* Section 5.2.3 */
static struct bytes folder_of(const struct uri *base)
{
	size_t len = base->path.len;

	while (len > 0 && base->path.data[len - 1] != '/')
		len--;
	return len == 0 && base->authority.data != NULL ? BYTES("/") : bytes_slice(base->path, 0, len);
}

struct bytes uri_join(struct arena *arena, struct bytes base_text, struct bytes reference)
{
	struct uri base = uri_split(base_text), uri = uri_split(reference);
	struct bytes folder = BYTES_NONE;
	char *out = arena_alloc(arena, base_text.len + reference.len + 8);
	size_t len = 0, path;

	if (out == NULL)
		return BYTES_NONE;
	if (uri.scheme.data == NULL) {
		uri.scheme = base.scheme;
		if (uri.authority.data == NULL) {
			uri.authority = base.authority;
			if (uri.path.len == 0 && uri.query.data == NULL)
				uri.query = base.query;
			if (uri.path.len == 0)
				uri.path = base.path;
			else if (uri.path.data[0] != '/')
				folder = folder_of(&base);
		}
	}
	len = put(out, len, uri.scheme);
	len = uri.scheme.data == NULL ? len : put(out, len, BYTES(":"));
	len = uri.authority.data == NULL ? len : put(out, put(out, len, BYTES("//")), uri.authority);
	path = len;
	len = put(out, put(out, len, folder), uri.path);
	len = path + dots_remove(out + path, len - path);
	if (uri.query.data != NULL)
		len = put(out, put(out, len, BYTES("?")), uri.query);
	return (struct bytes){.data = out, .len = len};
}
