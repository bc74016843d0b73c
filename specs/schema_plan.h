/*
 * schema_plan: a schema with all that $ref and allOf join to it, flat, for the
 * bodies that fit. Most bodies do. schema_quick.c runs it, allocates nothing and
 * answers "fits, and nothing is to be reported", "does not fit", or "unsure";
 * only the first ends a check, everything else is walked again in full by
 * schema_check.c, which alone reports. What a plan does not know makes it unsure.
 *
 * Owns     nothing; in the arena of the set, frozen.
 */
#pragma once

#include "specs/schema_evaluate.h"
#include "specs/schema_sure.h"
#include "specs/schema_words.h"

#define PLAN_PARTS_MAX 16

/* Names of one plan that are required; with more of them it is unsure. Each has a bit of its own, the others
 * as far as there are any: the rest share the last one. */
#define PLAN_REQUIRED_MAX 63

/* Names of one plan, and of all plans of a set: beyond it the full check does the work, and memory stays
 * small. */
#define PLAN_NAMES_MAX     2000
#define PLAN_NAMES_ALL_MAX 4000000

/* Texts that tell the branches of one plan apart, and names that are tried: loading stays fast. */
#define PLAN_TOLD_MAX  128
#define PLAN_TELLS_MAX 4

enum quick_outcome { QUICK_FITS, QUICK_UNSURE, QUICK_FAILS };

struct plan_name {
	struct bytes name;              /* first: schema_words looks here */
	const struct schema *schema;    /* NULL: only required */
	const struct schema *second;    /* another part says something too; or NULL */
	const struct schema_sure *sure; /* of `schema`, when that says all; it may be sure of nothing */
	uint64_t bit;
	bool is_read_only, is_write_only;
	bool is_more; /* any of these three says more than `schema` */
};

/* Of objects with one text: which branch alone can fit them. */
struct plan_told {
	struct bytes text; /* first: schema_words looks here */
	const struct schema *branch;
};

/* A name that every branch requires, with an enum or const of its own: {"kind": "scan"}. */
struct plan_telling {
	struct bytes name;
	struct plan_told *told;
	size_t told_count; /* 0: there is no such name */
	struct schema_words words;
};

struct plan {
	bool is_unsure;
	bool has_object, has_array;
	bool lists_names; /* other names are undeclared: to be reported */
	bool is_closed;   /* other names do not fit */
	bool is_unique;
	bool is_one_of;
	bool is_nullable; /* null is for the full check to decide */
	uint32_t tags;    /* of the yyjson values that its types allow */
	struct schema_sure sure;
	uint32_t unsure_tags; /* and those that need a closer look: 1.0, numbers of many digits; all when
				 unsure */
	const struct schema **parts;
	size_t part_count;
	const struct schema **scalars; /* those parts that have some */
	size_t scalar_count;
	struct plan_name *names;      /* in the order of the contract, as most bodies have them */
	size_t name_count, names_len; /* in bytes */
	size_t note;                  /* where names that are known note which of these they are */
	struct schema_words words;
	uint64_t required;    /* their bits */
	const bool **excuses; /* by bit: is the name readOnly or writeOnly anywhere? */
	const struct schema *additional;
	uint64_t count_min, count_max; /* of properties */
	const struct schema *items;
	uint64_t items_min, items_max;
	const struct schema_list *branches; /* of oneOf or anyOf */
	struct plan_telling *telling;       /* known when the branches have plans; or NULL */
	const struct discriminator_rule *discriminator;
	const struct schema *discriminating; /* the part that has it */
};

/* Plans for all schemas compiled by this call. */
void schema_plans_make(struct schema_set *set, struct schema *first);

/* The full walk, which reports; schema_check does it when the quick one is not content. */
bool schema_check_fully(const struct schema *schema, yyjson_val *value, struct schema_checker *checker);

/* True: the value fits and there is nothing to report. */
bool quick_fits(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value);
