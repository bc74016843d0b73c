/*
 * digest_memory: digests worked out lately. A caller shows the same key with each of its requests: what is
 * needed of it is worked out once. It holds no value, only two hashes of each under a key that is drawn when
 * the sensor starts, and nobody who does not know it makes two values meet.
 *
 *	if (!digest_memory_find(memory, DIGEST_OF_KEY, value, digest)) {
 *		...
 *		digest_memory_put(memory, DIGEST_OF_KEY, value, digest);
 *	}
 *
 * Owns     a table of fixed size; a value that is new takes the place of another.
 * Thread   one worker's.
 */
#pragma once

#include "specs/digest.h"

/* What was worked out: the same value has one of each. */
enum digest_use { DIGEST_OF_KEY = 1, DIGEST_OF_CREDENTIAL, DIGEST_OF_USER };

struct digest_memory;

struct digest_memory *digest_memory_new(uint64_t seed); /* NULL without memory */
void digest_memory_free(struct digest_memory *memory);  /* accepts NULL */

/* NULL remembers nothing. */
bool digest_memory_find(const struct digest_memory *memory, enum digest_use use, struct bytes value,
			char out_digest[DIGEST_LEN]);
void digest_memory_put(struct digest_memory *memory, enum digest_use use, struct bytes value,
		       const char digest[DIGEST_LEN]);
