#include "parsers/base/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void check_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "specular: %s:%d: broken promise: %s\n", file, line, what);
	abort();
}
