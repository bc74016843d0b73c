#include "sensor/freight.h"

void freight_init(struct freight *freight, size_t bytes_max)
{
	*freight = (struct freight){.bytes_max = bytes_max};
}

static bool fits(const struct freight *freight, uint64_t loaded, uint64_t unloaded, uint64_t bytes)
{
	return loaded == unloaded || loaded - unloaded + bytes <= freight->bytes_max;
}

bool freight_load(struct freight *freight, size_t bytes)
{
	uint64_t loaded = atomic_load_explicit(&freight->loaded, memory_order_relaxed);

	if (!fits(freight, loaded, freight->unloaded_seen, bytes)) {
		freight->unloaded_seen = atomic_load_explicit(&freight->unloaded, memory_order_acquire);
		if (!fits(freight, loaded, freight->unloaded_seen, bytes)) {
			atomic_store_explicit(&freight->wanted, bytes, memory_order_release);
			return false;
		}
	}
	atomic_store_explicit(&freight->wanted, 0, memory_order_relaxed);
	atomic_store_explicit(&freight->loaded, loaded + bytes, memory_order_relaxed);
	return true;
}

void freight_unload(struct freight *freight, size_t bytes)
{
	uint64_t unloaded = atomic_load_explicit(&freight->unloaded, memory_order_relaxed);

	atomic_store_explicit(&freight->unloaded, unloaded + bytes, memory_order_release);
}

bool freight_is_short(struct freight *freight)
{
	uint64_t wanted = atomic_load_explicit(&freight->wanted, memory_order_acquire);

	return wanted != 0 && !fits(freight, atomic_load_explicit(&freight->loaded, memory_order_relaxed),
				    atomic_load_explicit(&freight->unloaded, memory_order_relaxed), wanted);
}

uint64_t freight_waiting(const struct freight *freight)
{
	uint64_t unloaded = atomic_load_explicit(&freight->unloaded, memory_order_relaxed);
	uint64_t loaded = atomic_load_explicit(&freight->loaded, memory_order_relaxed);

	return loaded > unloaded ? loaded - unloaded : 0;
}
