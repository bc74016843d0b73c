/*
 * sieve: which patterns could match in a value? Said fast, from the patterns
 * alone, and never too few: whoever asks lets Hyperscan look at the rest.
 *
 * Two steps. One automaton of all patterns that need no context goes through the
 * value once (sieve_states.h); in nearly all values no pattern ends. Of what ends,
 * the shape of the value (how long it is, how many digits, which signs) rules out
 * most; the answer for a shape is kept. The patterns that need context are looked
 * for in the same way, where a name gives some or a second automaton sees a context
 * word in the value. A pattern that cannot be followed (rules/places.h) is ruled out
 * by its place alone.
 *
 *	if (!sieve_look(sieve, place, value, &found)) look without it
 *	if (found.is_any) the classes in found.lanes
 *
 * A lane is a form of a class: first the patterns of all classes, then their
 * weaker forms. Sets of classes are bit sets, of names_words words each
 * (scan_names.h); sets of lanes have twice as many.
 *
 * Owns     the automata and the shapes, all of limited size.
 * Lends    what was found, until the next look.
 * Thread   one scanner's.
 */
#pragma once

#include "rules/pattern.h"
#include "rules/shape.h"

struct sieve;

/* What a look found. */
struct sieve_found {
	const uint64_t *lanes; /* forms that could match; of a look without context: classes */
	const uint64_t *words; /* classes that have a context word in the value */
	bool is_any, is_any_word;
};

/* What is known of a class's forms in a value that was looked at: it does not match. */
struct sieve_hint {
	bool is_strong_out, is_weak_out;
};

struct sieve *sieve_new(const struct pattern_set *set); /* NULL without memory */
void sieve_free(struct sieve *sieve);

/* The text last looked at is wiped: for the next exchange. Accepts NULL. */
void sieve_forget(struct sieve *sieve);

/* `place` is the number of its bit in enum scan_place. False when hostile texts cost too much, or there is no
 * room: nothing is told. Looked for are patterns that need no context, and context words. */
bool sieve_look(struct sieve *sieve, unsigned place, struct bytes value, struct sieve_found *out_found);

/* What can be told without a walk. */
enum sieve_said {
	SIEVE_UNSURE, /* look */
	SIEVE_CLEAR,  /* a look would find nothing */
	SIEVE_EMPTY,  /* ... nor is anything written inside (scan_layer.h) */
};

/* At a glance: of letters and digits alone there is one place where a match may begin, the first, so no
 * context word stands before it, and few of them are too few; and what differs in its digits alone from a
 * text that was walked through for all digits is known (rules/skeleton.h). */
enum sieve_said sieve_glance(struct sieve *sieve, struct bytes value);

/* ... of whole numbers: the bit of each count of digits of which nothing is found, whichever they are. */
#define SIEVE_NUMBER_DIGITS_MAX 20
uint32_t sieve_numbers_out(const struct sieve *sieve);

/* What a look tells that found nothing. */
struct sieve_found sieve_found_nothing(const struct sieve *sieve);

/* True: of the classes that have a word in the value, none has there what needs it. A word says little: most
 * often what it stands for has not the shape of the text. */
bool sieve_rules_out(struct sieve *sieve, const uint64_t *worded, unsigned place, struct bytes value);

/* Looked for are the forms of these classes, where they have one that needs context: the value's names give
 * it, or a word in the value, before the match. No words are told. */
bool sieve_look_bound(struct sieve *sieve, const uint64_t *named, const uint64_t *worded, unsigned place,
		      struct bytes value, struct sieve_found *out_found);

/* Adds the classes that have a bound form among the lanes of a bound look. */
void sieve_classes_bound(const struct sieve *sieve, const uint64_t *lanes, uint64_t *out_classes);

/* Of a class that was among those told, by the look that told it. */
struct sieve_hint sieve_hint(const struct sieve *sieve, const struct sieve_found *found, size_t class_index);

/* More starts than these, or a longer value, are not followed. */
#define SIEVE_FOLLOW_MAX     64
#define SIEVE_FOLLOW_LEN_MAX 255

/* The matches that begin at one place: a bit for each end. */
struct sieve_ends {
	uint64_t bits[SIEVE_FOLLOW_LEN_MAX / 64 + 1];
	uint16_t from;
};

/* All matches of one form (rules/pattern.h) from edge to edge, by where they begin: at most SIEVE_FOLLOW_MAX.
 * False where they cannot be told exactly. */
bool sieve_follow(struct sieve *sieve, size_t form, struct bytes value, struct sieve_ends *out_list,
		  size_t *out_count);
