#include "parsers/session_looking.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/base/zeroed.h"

void candidate_forget(struct candidate *candidate)
{
	if (candidate->bytes.data != NULL)
		explicit_bzero(candidate->bytes.data, candidate->bytes.len);
	buffer_finish(&candidate->bytes);
	*candidate = (struct candidate){.bytes.bytes_max = LIMIT_START_LINE_BYTES + 1};
}

struct looking *looking_new(void)
{
	struct looking *looking = zeroed(sizeof(*looking));

	if (looking == NULL)
		return NULL;
	candidate_forget(&looking->candidates[0]);
	candidate_forget(&looking->candidates[1]);
	return looking;
}

void looking_free(struct looking *looking)
{
	if (looking == NULL)
		return;
	candidate_forget(&looking->candidates[0]);
	candidate_forget(&looking->candidates[1]);
	buffer_finish(&looking->announcement);
	free(looking);
}
