/* What a bad disk, or somebody, left in the state folder: pieces of all tables in any order, each a byte that
 * says of which, two of its length, and the bytes. Tables keep their ceilings, and what was read is written
 * and read back the same. */
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "sensor/state_table.h"

#define TABLE_USAGE     STATE_TABLES
#define TABLE_INVENTORY (STATE_TABLES + 1)
#define TABLE_COUNT     (STATE_TABLES + 2)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct lives lives;
	struct usage usage;
	struct inventory inventory;
	struct behaviour behaviour;
	struct acquaintance acquaintance;
	struct learner learner;
	struct standings standings;
	struct token_owners token_owners;
	struct state_tables tables;
};

static void tell_nothing(void *context, const struct usage_line *line)
{
	(void)context, (void)line;
}

static void tell_nobody(void *context, const struct inventory_line *line)
{
	(void)context, (void)line;
}

static void world_init(struct world *world)
{
	lives_init(&world->lives, 1, NULL, NULL);
	usage_init(&world->usage, 1, tell_nothing, NULL);
	inventory_init(&world->inventory, &(struct inventory_plan){.seed = 1, .tell = tell_nobody});
	behaviour_init(&world->behaviour, 1);
	acquaintance_init(&world->acquaintance, 1);
	learner_init(&world->learner, 1);
	standings_init(&world->standings, 1, NULL);
	token_owners_init(&world->token_owners, 1);
	world->tables = (struct state_tables){.lives = &world->lives,
					      .usage = &world->usage,
					      .inventory = &world->inventory,
					      .behaviour = &world->behaviour,
					      .acquaintance = &world->acquaintance,
					      .learner = &world->learner,
					      .standings = &world->standings,
					      .token_owners = &world->token_owners};
}

static void world_finish(struct world *world)
{
	lives_finish(&world->lives);
	usage_finish(&world->usage);
	inventory_finish(&world->inventory);
	behaviour_finish(&world->behaviour);
	acquaintance_finish(&world->acquaintance);
	learner_finish(&world->learner);
	standings_finish(&world->standings);
	token_owners_finish(&world->token_owners);
}

static void unpack(struct world *world, unsigned table, struct bytes piece)
{
	struct cursor cursor = cursor_of(piece);

	if (table < STATE_TABLES)
		state_table_unpack(&world->tables, table, &cursor);
	else if (table == TABLE_USAGE)
		usage_unpack(&world->usage, &cursor);
	else
		inventory_unpack(&world->inventory, &cursor);
}

static bool pack_piece(struct world *world, unsigned table, struct pack_place *place, struct pack *pack)
{
	if (table < STATE_TABLES)
		return state_table_pack(&world->tables, table, place, pack);
	return table == TABLE_USAGE ? usage_pack(&world->usage, &place->at, pack)
				    : inventory_pack(&world->inventory, &place->at, pack);
}

/* But for objects, whose large table makes each try slow (test_state.c has them): into `to` what `from`
 * holds; what it was is left in `out`. */
static void copy(struct world *from, struct world *to, struct buffer *out)
{
	struct buffer piece = BUFFER_MAX(LIMIT_RECORD_BYTES);

	for (unsigned table = 0; table < TABLE_COUNT; table++) {
		struct pack_place place = {0};
		struct pack pack = pack_begin(&piece);

		for (; table != STATE_OBJECTS && pack_piece(from, table, &place, &pack);
		     pack = pack_begin(&piece)) {
			CHECK(pack.status == STATUS_OK);
			unpack(to, table, buffer_bytes(&piece));
			CHECK(buffer_append(out, buffer_bytes(&piece)) == STATUS_OK);
		}
	}
	buffer_finish(&piece);
}

static void look_once_more(struct world *first)
{
	struct buffer texts[2] = {BUFFER_MAX(64 * MIB), BUFFER_MAX(64 * MIB)};
	struct world second, third;

	world_init(&second);
	world_init(&third);
	copy(first, &second, &texts[0]);
	copy(&second, &third, &texts[1]);
	CHECK(texts[0].len == texts[1].len &&
	      (texts[0].len == 0 || memcmp(texts[0].data, texts[1].data, texts[0].len) == 0));
	world_finish(&second);
	world_finish(&third);
	buffer_finish(&texts[0]);
	buffer_finish(&texts[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor cursor = cursor_of((struct bytes){.data = (const char *)data, .len = size});
	struct world world;

	world_init(&world);
	while (cursor.left > 3) {
		unsigned table = cursor_u8(&cursor) % TABLE_COUNT;
		size_t len = cursor_u16(&cursor);

		unpack(&world, table, cursor_take(&cursor, len < cursor.left ? len : cursor.left));
	}
	CHECK(world.behaviour.partners.count <= LIMIT_WATCHED_PARTNERS &&
	      world.behaviour.budget.steps_left <= LIMIT_WINDOW_STEPS_ALL);
	look_once_more(&world);
	world_finish(&world);
	return 0;
}
