#include "parsers/base/uuid.h"

/* The dashes first: few other texts have them. No branch in the loop, so that compilers take many bytes at a
 * time. */
bool uuid_is(struct bytes text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	unsigned char other = 0;

	if (text.len != UUID_LEN || text.data[8] != '-' || text.data[13] != '-' || text.data[18] != '-' ||
	    text.data[23] != '-')
		return false;
	for (size_t i = 0; i < UUID_LEN; i++) {
		unsigned char byte = (unsigned char)text.data[i];
		unsigned char is_digit = (unsigned char)(byte - '0') < 10;
		unsigned char is_letter = (unsigned char)((byte | 0x20) - 'a') < 6;

		other |= form[i] != '-' && !(is_digit | is_letter);
	}
	return other == 0;
}
