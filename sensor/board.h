/*
 * board: where other threads leave questions for the collector, and news: what
 * has a past has one owner, who looks here between two turns.
 *
 *	status = board_ask(&board, &question, &answer);		the admin API's thread
 *	board_tell(&board, is_good, words);			whoever loaded contracts
 *	board_serve(&board, &collector);			the collector's thread
 *
 * Without anything to do, a look costs one atomic load.
 *
 * Owns     the answer until it is taken.
 * Thread   one asks, any tells, one serves.
 */
#pragma once

#include <pthread.h>

#include "sensor/view.h"

#define BOARD_WORDS_MAX 1024

struct board {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	_Atomic bool is_waiting; /* something is to be done */
	bool is_closed;
	bool has_question, has_answer, has_news;
	uint64_t asked; /* number of the newest question: an answer that came too late is told by it */
	struct view_question question;
	struct buffer answer;
	enum status status;
	bool news_are_good;
	char news[BOARD_WORDS_MAX];
};

void board_init(struct board *board);
void board_finish(struct board *board);

/* Waits for the collector; STATUS_IO when it does not answer in time, or has ended.
 * The answer is moved into `out_answer`, which the caller finishes. */
MUST_CHECK enum status board_ask(struct board *board, const struct view_question *question,
				 struct buffer *out_answer);
void board_close(struct board *board); /* nobody answers any more: who waits is told so */

void board_tell(struct board *board, bool is_good, const char *words);
void board_serve(struct board *board, struct collector *collector);
