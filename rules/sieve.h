/*
 * sieve: which patterns could match in a value? Said fast, from the patterns
 * alone, and never too few: whoever asks lets Hyperscan look at the rest.
 *
 * Two steps. The shape of a value (how many digits, which signs) rules out most
 * patterns; the answer for a shape is kept. Then one automaton of the patterns
 * that are left is started wherever a match may begin (scan_edges.h): most
 * values leave it within two or three bytes. A pattern that the automaton cannot
 * follow (rules/places.h) is always among those that could match.
 *
 *	shape = sieve_shape(sieve, shape_of(&shaper, value));
 *	if (shape->may_be_free && !sieve_find_free(sieve, shape, value, classes)) look without it
 *
 * Sets of classes are bit sets, of names_words words each (scan_names.h).
 *
 * Owns     the automaton and the shapes, both of limited size.
 * Lends    a shape, until the next call of sieve_shape.
 * Thread   one scanner's.
 */
#pragma once

#include "rules/pattern.h"
#include "rules/shape.h"

struct sieve;

struct sieve_shape {
	uint64_t shape;   /* 0: none kept here yet */
	uint64_t *lanes;  /* patterns that could match in such a value */
	bool may_be_free; /* one of them needs no context */
	bool may_be_bound;
	bool may_have_words;        /* a bound one, behind a word in the value itself */
	uint16_t start_line, start; /* of the free ones, in the automaton */
	unsigned epoch;
};

/* What is known of a class's forms in the value last looked at. */
struct sieve_hint {
	bool is_strong_out, is_weak_out;     /* it does not match */
	bool is_strong_whole, is_weak_whole; /* it matches the whole value, and could match nothing else */
};

struct sieve *sieve_new(const struct pattern_set *set); /* NULL without memory */
void sieve_free(struct sieve *sieve);

const struct sieve_shape *sieve_shape(struct sieve *sieve, uint64_t measured);

/* Adds the classes whose free form could match. False when hostile texts cost too much: nothing is told. */
bool sieve_find_free(struct sieve *sieve, const struct sieve_shape *shape, struct bytes value,
		     uint64_t *out_classes);

/* Of the classes wanted those with a bound form that could match. */
void sieve_find_bound(struct sieve *sieve, const struct sieve_shape *shape, struct bytes value,
		      const uint64_t *wanted, uint64_t *out_classes);

/* After one of these: of a class that was among those told. */
struct sieve_hint sieve_hint_free(const struct sieve *sieve, size_t class_index);
struct sieve_hint sieve_hint_bound(const struct sieve *sieve, const struct sieve_shape *shape,
				   size_t class_index);
