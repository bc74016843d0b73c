#include "sensor/behaviour/usual.h"

#include <math.h>

#define WEEK_NS (7.0 * 86400e9)

bool usual_is_learned(const struct usual *usual, uint64_t time_ns)
{
	return usual->first_ns != 0 && usual_since(usual->first_ns, time_ns) >= USUAL_LEARN_NS;
}

bool usual_is_exceeded(const struct usual *usual, uint64_t amount, uint64_t time_ns)
{
	return usual_is_learned(usual, time_ns) && (double)amount > USUAL_FACTOR * usual->most;
}

void usual_learn(struct usual *usual, uint64_t amount, uint64_t time_ns)
{
	bool is_told = usual_is_exceeded(usual, amount, time_ns);

	if (usual->first_ns == 0)
		usual->first_ns = time_ns;
	usual->most *= pow(0.5, (double)usual_since(usual->last_ns == 0 ? time_ns : usual->last_ns, time_ns) /
					WEEK_NS);
	usual->last_ns = time_ns;
	if ((double)amount > usual->most && !is_told)
		usual->most = (double)amount;
}

struct usual usual_of(const uint64_t numbers[3])
{
	return (struct usual){.first_ns = numbers[0], .last_ns = numbers[1], .most = unpack_bits(numbers[2])};
}
