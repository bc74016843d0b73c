#include "parsers/base/status.h"

const char *status_text(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return "done";
	case STATUS_NO_MEMORY:
		return "out of memory";
	case STATUS_LIMIT:
		return "a ceiling was reached";
	case STATUS_INVALID:
		return "not usable";
	case STATUS_IO:
		return "input or output failed";
	case STATUS_NOT_FOUND:
		return "not found";
	}
	return "unknown status";
}
