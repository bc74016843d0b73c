/*
 * scan_names: which classes does a name give context to? Names repeat, so the
 * answers are kept.
 *
 *	facts = names_look(names, key);
 *	if (facts->classes != NULL && (facts->classes[index / 64] >> index % 64 & 1))
 *
 * Owns     tables of fixed size; a name that is new takes the place of another.
 * Lends    the classes, until the next call.
 * Thread   one scanner's.
 */
#pragma once

#include "parsers/json_names.h"
#include "rules/pack.h"
#include "rules/word_trie.h"

struct scan_names;

/* NULL without memory. `beside`: of the same packs, for as long as the names last. */
struct scan_names *names_new(const struct packs *packs, const struct word_trie *beside);
void names_free(struct scan_names *names);

size_t names_words(const struct scan_names *names); /* of 64 bits each, in one answer */

struct name_facts {
	const uint64_t *classes; /* it gives context to them; NULL: to none */
	const uint64_t *others;  /* digits beside it are none of them; NULL: of none. Context goes before */
	bool is_data;            /* it may be more than a name: kim@example.com */
};

/* Until the next name. */
const struct name_facts *names_look(struct scan_names *names, struct bytes name);

/* The same of a name out of its order: names_look expects those of an object one after another. */
const struct name_facts *names_find(struct scan_names *names, struct bytes name);

/* The same of a name that the JSON reader knows: always of one reader's names. */
const struct name_facts *names_known(struct scan_names *names, const struct json_name *name);

/* The bytes of names looked at before may have changed: for the next exchange. */
void names_forget(struct scan_names *names);
