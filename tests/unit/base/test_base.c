/* parsers/base: bytes, arena, buffer, map, cursor, endpoint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/arena.h"
#include "parsers/base/buffer.h"
#include "parsers/base/cursor.h"
#include "parsers/base/endpoint.h"
#include "parsers/base/map.h"
#include "parsers/base/problem.h"

static void bytes_split_gives_every_part(void **state)
{
	struct bytes rest = BYTES("a,,b");
	const char *expected[] = {"a", "", "b"};
	size_t count = 0;

	(void)state;
	while (rest.data != NULL) {
		struct bytes part = bytes_split(&rest, ',');

		assert_true(count < 3);
		assert_true(bytes_equal(part, bytes_of(expected[count])));
		count++;
	}
	assert_int_equal(count, 3);
}

static void bytes_numbers_refuse_overflow(void **state)
{
	uint64_t value = 7;

	(void)state;
	assert_true(bytes_to_u64(BYTES("18446744073709551615"), &value));
	assert_true(value == UINT64_MAX);
	assert_false(bytes_to_u64(BYTES("18446744073709551616"), &value));
	assert_false(bytes_to_u64(BYTES("+1"), &value));
	assert_false(bytes_to_u64(BYTES(""), &value));
	assert_true(value == UINT64_MAX);
}

/* Short runs and long ones are looked through in different ways. */
static void bytes_are_found_wherever_they_stand(void **state)
{
	char text[160];

	(void)state;
	for (size_t len = 3; len <= sizeof(text); len++)
		for (size_t at = 0; at + 3 <= len; at++) {
			memset(text, 'a', sizeof(text));
			text[at] = 'b';
			text[at + 2] = 'c';
			assert_int_equal(bytes_find((struct bytes){text, len}, BYTES("bac")), at);
			assert_true(bytes_find((struct bytes){text, at + 2}, BYTES("bac")) ==
				    BYTES_NOT_FOUND);
			assert_int_equal(bytes_find_nocase((struct bytes){text, len}, BYTES("BaC")), at);
		}
	assert_int_equal(bytes_find_nocase(BYTES("a"), BYTES("")), 0);
}

static void bytes_search_and_compare(void **state)
{
	(void)state;
	assert_int_equal(bytes_find(BYTES("hello"), BYTES("llo")), 2);
	assert_true(bytes_find(BYTES("hello"), BYTES("lll")) == BYTES_NOT_FOUND);
	assert_true(bytes_find(BYTES(""), BYTES("l")) == BYTES_NOT_FOUND);
	assert_int_equal(bytes_find_nocase(BYTES("Content-TYPE"), BYTES("type")), 8);
	assert_true(bytes_compare(BYTES("a"), BYTES("ab")) < 0);
	assert_true(bytes_equal(bytes_trim(BYTES(" \t x \r\n")), BYTES("x")));
	assert_true(bytes_equal(bytes_slice(BYTES("abc"), 1, SIZE_MAX), BYTES("bc")));
	assert_int_equal(bytes_slice(BYTES("abc"), 9, 1).len, 0);
}

static void arena_stops_at_its_ceiling(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 100);
	assert_non_null(arena_alloc(&arena, 60));
	assert_null(arena_alloc(&arena, 60));
	assert_true(arena.is_full);
	assert_null(arena_alloc(&arena, SIZE_MAX));
	arena_reset(&arena);
	assert_non_null(arena_alloc(&arena, 60));
	assert_false(arena.is_full);
	assert_true(bytes_equal(arena_printf(&arena, "%d-%s", 7, "x"), BYTES("7-x")));
	arena_wipe(&arena);
	/* What was largest is used again. */
	arena_init(&arena, 1 << 20);
	arena.block_len = 64;
	assert_non_null(arena_alloc(&arena, 50000));
	assert_non_null(arena_alloc(&arena, 100));
	arena_reset(&arena);
	assert_int_equal(arena.used, 0);
	assert_non_null(arena_alloc(&arena, 50000));
	arena_finish(&arena);
}

static void arena_rewinds_to_a_mark(void **state)
{
	struct arena arena;
	struct arena_mark mark;
	char *kept, *given_back;

	(void)state;
	arena_init(&arena, 100000);
	arena_rewind(&arena, arena_mark(&arena));
	kept = arena_alloc(&arena, 8);
	assert_non_null(kept);
	memcpy(kept, "kept", 5);
	mark = arena_mark(&arena);
	given_back = arena_alloc(&arena, 8);
	assert_non_null(given_back);
	memcpy(given_back, "secret", 7);
	assert_non_null(arena_alloc(&arena, 50000)); /* a block of its own */
	assert_null(arena_alloc(&arena, 100000));
	arena_rewind(&arena, mark);
	assert_false(arena.is_full);
	assert_int_equal(arena.used, mark.used);
	assert_string_equal(kept, "kept");
	assert_ptr_equal(arena_take(&arena, 8), given_back);
	assert_string_equal(given_back, "");
	arena_wipe(&arena);
}

static void arena_takes_back_the_end_of_the_newest(void **state)
{
	struct arena arena;
	char *first, *newest;

	(void)state;
	arena_init(&arena, 100000);
	first = arena_take(&arena, 64);
	assert_non_null(first);
	newest = arena_take(&arena, 50000); /* a block of its own */
	assert_non_null(newest);
	arena_keep(&arena, newest + 50000);
	assert_int_equal(arena.used, 64 + 50000);
	arena_keep(&arena, newest + 33);
	assert_int_equal(arena.used, 64 + 33);
	assert_ptr_equal(arena_copy(&arena, BYTES("a")).data, newest + 33); /* a text stands anywhere */
	assert_ptr_equal(arena_take(&arena, 8), newest + 48);
	arena_keep(&arena, newest);
	assert_int_equal(arena.used, 64);
	arena_wipe(&arena);
}

static void buffer_takes_all_or_nothing(void **state)
{
	struct buffer buffer = BUFFER_MAX(4);

	(void)state;
	assert_int_equal(buffer_append(&buffer, BYTES("abc")), STATUS_OK);
	assert_int_equal(buffer_append(&buffer, BYTES("de")), STATUS_LIMIT);
	assert_int_equal(buffer.len, 3);
	assert_int_equal(buffer_append_some(&buffer, BYTES("de")), 1);
	assert_true(bytes_equal(buffer_bytes(&buffer), BYTES("abcd")));
	buffer_wipe(&buffer);
	assert_null(buffer.data);
	assert_int_equal(buffer.bytes_max, 4);
	buffer_wipe(&buffer);
	assert_int_equal(buffer_append(&buffer, BYTES("abcd")), STATUS_OK);
	buffer_finish(&buffer);
}

static int left_count;

static void count_leaving(void *context, void *value)
{
	(void)context;
	(void)value;
	left_count++;
}

static void map_lets_the_oldest_go(void **state)
{
	struct map map;
	bool is_new;
	int *value;

	(void)state;
	left_count = 0;
	map_init(&map,
		 &(struct map_plan){
			 .entries_max = 2, .value_len = sizeof(int), .seed = 7, .leave = count_leaving});
	value = map_put(&map, BYTES("a"), &is_new);
	assert_true(is_new);
	*value = 1;
	map_put(&map, BYTES("b"), &is_new);
	map_put(&map, BYTES("a"), &is_new);
	assert_false(is_new);
	map_put(&map, BYTES("c"), &is_new);
	assert_null(map_find(&map, BYTES("b")));
	assert_int_equal(*(int *)map_find(&map, BYTES("a")), 1);
	assert_int_equal(map.evicted, 1);
	assert_true(bytes_equal(map_key(map_oldest(&map)), BYTES("a")));
	assert_true(bytes_equal(map_key(map_newest(&map)), BYTES("c")));
	map_touch(&map, map_oldest(&map));
	assert_true(bytes_equal(map_key(map_newest(&map)), BYTES("a")));
	map_finish(&map);
	assert_null(map_newest(&map));
	assert_int_equal(left_count, 3);
}

static void map_grows_and_keeps_all(void **state)
{
	struct map map;
	bool is_new;

	(void)state;
	map_init(&map, &(struct map_plan){.entries_max = 5000, .value_len = sizeof(int), .seed = 1});
	for (int i = 0; i < 5000; i++) {
		int *value = map_put(&map, (struct bytes){.data = (char *)&i, .len = sizeof(i)}, &is_new);

		assert_non_null(value);
		*value = i;
	}
	for (int i = 0; i < 5000; i++)
		assert_int_equal(*(int *)map_find(&map, (struct bytes){.data = (char *)&i, .len = sizeof(i)}),
				 i);
	assert_int_equal(map.count, 5000);
	map_finish(&map);
}

#define MAP_KEYS 300

/* Keys of all lengths, some too long to stand in an entry. */
static struct bytes map_test_key(unsigned number, char room[512])
{
	size_t len = 2 + number % 7 * number % 90;

	memset(room, 'k', len);
	memcpy(room, &number, 2);
	return (struct bytes){.data = room, .len = len};
}

/* A map where entries come and go at random holds what a plain list of them holds, in its order. */
static void map_does_as_a_list_does(void **state)
{
	uint64_t touched[MAP_KEYS] = {0}, seed = 7;
	const size_t entries_max = 100;
	struct map map;
	size_t count = 0;

	(void)state;
	map_init(&map, &(struct map_plan){
			       .entries_max = entries_max, .value_len = 3 * sizeof(unsigned), .seed = 3});
	for (uint64_t step = 1; step < 200000; step++) {
		unsigned number =
			(unsigned)((seed = seed * 6364136223846793005u + 1442695040888963407u) >> 33) %
			MAP_KEYS;
		bool is_leaving = (seed >> 20) % 3 == 0 || step % 4096 > 3800, is_new;
		char room[512];
		struct bytes key = map_test_key(number, room);
		unsigned *value = map_find(&map, key), oldest = 0;
		uint64_t called = map_call(&map, key); /* nothing changes, be it there or not */

		map_follow(&map, called);
		map_follow_order(&map, called);
		assert_int_equal(value != NULL, touched[number] != 0);
		assert_true(value == NULL || (value[0] == number && bytes_equal(map_key(value), key)));
		if (is_leaving) {
			if (value != NULL)
				map_remove(&map, value);
			count -= touched[number] != 0;
			touched[number] = 0;
			continue;
		}
		for (unsigned i = 1; i < MAP_KEYS; i++)
			if (touched[i] != 0 && (touched[oldest] == 0 || touched[i] < touched[oldest]))
				oldest = i;
		if (touched[number] == 0 && count == entries_max)
			touched[oldest] = 0;
		else
			count += touched[number] == 0;
		value = map_put(&map, key, &is_new);
		assert_int_equal(is_new, touched[number] == 0);
		assert_true(!is_new || (value[0] == 0 && value[2] == 0));
		value[0] = value[2] = number;
		touched[number] = step;
		assert_int_equal(map.count, count);
		assert_ptr_equal(map_newest(&map), value);
	}
	for (unsigned *value = map_oldest(&map), *next; value != NULL && (next = map_newer(value)) != NULL;
	     value = next)
		assert_true(touched[value[0]] < touched[next[0]]);
	map_finish(&map);
}

/* A map that held much and is empty gives its memory back; and it can be filled again. */
static void map_is_filled_again(void **state)
{
	struct map map;
	bool is_new;

	(void)state;
	map_init(&map, &(struct map_plan){
			       .entries_max = 40000, .value_len = 200, .seed = 1, .key_len = sizeof(int)});
	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < 50000; i++)
			*(int *)map_put(&map, (struct bytes){.data = (char *)&i, .len = sizeof(i)}, &is_new) =
				i;
		assert_int_equal(map.count, 40000);
		assert_int_equal(*(int *)map_oldest(&map), 10000);
		assert_true(map.chunk_bytes > 8000000);
		while (map_oldest(&map) != NULL)
			map_remove(&map, map_oldest(&map));
		assert_int_equal(map.chunk_bytes, 0);
	}
	map_finish(&map);
}

static void cursor_sticks_at_the_first_short_read(void **state)
{
	struct cursor cursor = cursor_of(BYTES("\x01\x02\x03"));

	(void)state;
	assert_int_equal(cursor_u16(&cursor), 0x0102);
	assert_int_equal(cursor_u16(&cursor), 0);
	assert_true(cursor.ran_out);
	assert_int_equal(cursor_u8(&cursor), 0);
	assert_int_equal(cursor_rest(&cursor).len, 0);
}

static void networks_contain_addresses(void **state)
{
	struct network network;
	struct address address;
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_true(network_read(BYTES("203.0.113.0/25"), &network));
	assert_true(address_read(BYTES("203.0.113.127"), &address));
	assert_true(network_contains(&network, &address));
	assert_true(address_read(BYTES("203.0.113.128"), &address));
	assert_false(network_contains(&network, &address));
	assert_true(network_read(BYTES("2001:db8::/32"), &network));
	assert_true(address_read(BYTES("2001:db8::9"), &address));
	assert_true(network_contains(&network, &address));
	address_print(&address, text);
	assert_string_equal(text, "2001:db8::9");
	assert_false(network_read(BYTES("203.0.113.1/25"), &network));
	assert_false(network_read(BYTES("203.0.113.0/33"), &network));
	assert_false(network_read(BYTES("203.0.113/24"), &network));
	assert_false(network_read(BYTES(""), &network));
}

static void problems_are_kept_and_counted(void **state)
{
	struct problems problems;

	(void)state;
	problems_init(&problems);
	for (int i = 0; i < 1005; i++)
		problems_add(&problems, PROBLEM_ERROR, "spec.invalid", (struct place){.line = 1}, "mend",
			     "%d", i);
	assert_int_equal(problems.count, 1000);
	assert_int_equal(problems.left_out, 5);
	assert_int_equal(problems.error_count, 1005);
	assert_string_equal(problems.list[999].what, "999");
	problems_finish(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_split_gives_every_part),
		cmocka_unit_test(bytes_numbers_refuse_overflow),
		cmocka_unit_test(bytes_search_and_compare),
		cmocka_unit_test(bytes_are_found_wherever_they_stand),
		cmocka_unit_test(arena_stops_at_its_ceiling),
		cmocka_unit_test(arena_rewinds_to_a_mark),
		cmocka_unit_test(arena_takes_back_the_end_of_the_newest),
		cmocka_unit_test(buffer_takes_all_or_nothing),
		cmocka_unit_test(map_lets_the_oldest_go),
		cmocka_unit_test(map_grows_and_keeps_all),
		cmocka_unit_test(map_does_as_a_list_does),
		cmocka_unit_test(map_is_filled_again),
		cmocka_unit_test(cursor_sticks_at_the_first_short_read),
		cmocka_unit_test(networks_contain_addresses),
		cmocka_unit_test(problems_are_kept_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
