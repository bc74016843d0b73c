/*
 * text: bytes that the generator puts together. It stops the program where memory ends.
 *
 * Owns     its memory.
 */
#pragma once

#include <stddef.h>

struct text {
	char *data;
	size_t len, capacity;
};

void text_add(struct text *text, const void *data, size_t len);
__attribute__((format(printf, 2, 3))) void text_print(struct text *text, const char *format, ...);
void text_gzip(struct text *text, const struct text *plain);
void text_free(struct text *text);
