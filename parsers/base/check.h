/*
 * check: our own mistakes. CHECK stays on in release builds and stops the
 * program with file and line. Never use it on anything that traffic, a file
 * or a peer decides.
 */
#pragma once

_Noreturn void check_failed(const char *file, int line, const char *what);

#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))
