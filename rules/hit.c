#include "rules/hit.h"

#include <string.h>

#include "rules/mask.h"

struct bytes hit_normal(struct bytes match, const struct data_class *class, char *text, size_t size)
{
	size_t len = 0;

	if (class->is_secret || match.len > size)
		return match;
	for (size_t i = 0; i < match.len; i++) {
		char byte = match.data[i];

		if (class->mask.is_email || (unsigned char)byte >= 0x80 || ascii_is_alnum(byte))
			text[len++] = ascii_lower(byte);
	}
	return (struct bytes){text, len};
}

static void sign(const struct fingerprint_key *key, struct hit *hit)
{
	char domain[80] = "value:", text[512];
	struct bytes id = hit->class->id;
	size_t len = strlen(domain);

	for (size_t i = 0; i < id.len && len + 1 < sizeof(domain); i++)
		domain[len++] = id.data[i];
	domain[len] = '\0';
	fingerprint(key, domain, hit_normal(hit->value, hit->class, text, sizeof(text)), hit->value_hmac);
	explicit_bzero(text, sizeof(text));
}

void hit_show(const struct hits *hits, struct hit *hit, struct arena *arena)
{
	if (hit->value.len == 0)
		return;
	hit->sample = mask_value(&hit->class->mask, hit->class->is_secret, hit->value, arena);
	sign(hits->key, hit);
	hit->value = BYTES_NONE;
}
