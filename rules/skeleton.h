/*
 * skeleton: a short value with all its digits made the same. Values of one kind share it:
 * times, article numbers. What is known to hold no match, whichever digits it has, is
 * kept in mind, so that the next value of the kind need not be looked at.
 *
 *	skeleton = skeleton_of(value);
 *	if (skeletons_say(skeletons, &skeleton) == SKELETON_NEW)
 *		skeletons_put(skeletons, &skeleton, is_clear);
 *
 * A text that holds no digits, or few, is no skeleton of many: SKELETON_DIGITS_MIN.
 *
 * Owns     a table of fixed size; a skeleton that is new takes the place of another.
 * Thread   one scanner's.
 */
#pragma once

#include "rules/glance.h"

#define SKELETON_LEN_MAX    32
#define SKELETON_DIGITS_MIN 4

#define SKELETON_SLOTS 256

struct skeleton {
	char text[SKELETON_LEN_MAX]; /* each digit a '0'; zeros behind its end */
	uint8_t len;
	bool is_clear;
};

enum skeleton_said { SKELETON_NEW, SKELETON_CLEAR, SKELETON_UNSURE };

struct skeletons {
	struct skeleton slots[SKELETON_SLOTS]; /* len 0: empty */
};

/* Of a value of 1 to SKELETON_LEN_MAX bytes. */
struct skeleton skeleton_of(struct bytes value);

enum skeleton_said skeletons_say(const struct skeletons *skeletons, const struct skeleton *skeleton);
void skeletons_put(struct skeletons *skeletons, const struct skeleton *skeleton, bool is_clear);
