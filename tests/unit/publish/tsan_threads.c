/* For the thread sanitizer alone: it knows threads that pthread_create made, and librdkafka makes its own by
 * C11's thrd_create, behind the sanitizer's back. What happens inside that library, which is not
 * instrumented, is passed over; what its threads do in our callbacks is not. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

const char *__tsan_default_suppressions(void);

const char *__tsan_default_suppressions(void)
{
	return "called_from_lib:librdkafka.so.1\n";
}

struct start {
	thrd_start_t work;
	void *argument;
};

static void *run(void *context)
{
	struct start start = *(struct start *)context;

	free(context);
	return (void *)(intptr_t)start.work(start.argument);
}

int thrd_create(thrd_t *out_thread, thrd_start_t work, void *argument)
{
	struct start *start = malloc(sizeof(*start));

	if (start == NULL)
		return thrd_nomem;
	*start = (struct start){work, argument};
	return pthread_create(out_thread, NULL, run, start) == 0 ? thrd_success : thrd_error;
}

int thrd_join(thrd_t thread, int *out_result)
{
	void *result = NULL;
	int status = pthread_join(thread, &result);

	if (out_result != NULL)
		*out_result = (int)(intptr_t)result;
	return status == 0 ? thrd_success : thrd_error;
}
