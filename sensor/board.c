#include "sensor/board.h"

#include <stdio.h>
#include <time.h>

#include "parsers/base/limits.h"

#define WAIT_S 20

void board_init(struct board *board)
{
	pthread_condattr_t attributes;

	*board = (struct board){0};
	pthread_mutex_init(&board->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&board->answered, &attributes);
	pthread_condattr_destroy(&attributes);
}

void board_finish(struct board *board)
{
	buffer_finish(&board->answer);
	pthread_cond_destroy(&board->answered);
	pthread_mutex_destroy(&board->lock);
}

enum status board_ask(struct board *board, const struct view_question *question, struct buffer *out_answer)
{
	struct timespec until;
	enum status status = STATUS_IO;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_S;
	pthread_mutex_lock(&board->lock);
	board->question = *question;
	board->has_question = true;
	board->has_answer = false;
	board->asked++;
	atomic_store(&board->is_waiting, true);
	while (!board->has_answer && !board->is_closed)
		if (pthread_cond_timedwait(&board->answered, &board->lock, &until) != 0)
			break;
	board->has_question = false;
	if (board->has_answer) {
		status = board->status;
		*out_answer = board->answer;
		board->answer = (struct buffer){0};
		board->has_answer = false;
	}
	pthread_mutex_unlock(&board->lock);
	return status;
}

void board_close(struct board *board)
{
	pthread_mutex_lock(&board->lock);
	board->is_closed = true;
	pthread_cond_broadcast(&board->answered);
	pthread_mutex_unlock(&board->lock);
}

void board_tell(struct board *board, bool is_good, const char *words)
{
	pthread_mutex_lock(&board->lock);
	board->has_news = true;
	board->news_are_good = is_good;
	snprintf(board->news, sizeof(board->news), "%s", words);
	atomic_store(&board->is_waiting, true);
	pthread_mutex_unlock(&board->lock);
}

static void tell_news(struct collector *collector, bool is_good, const char *words)
{
	char message[BOARD_WORDS_MAX + 64];

	snprintf(message, sizeof(message), "%s%s",
		 is_good ? "contracts and packs were loaded anew"
			 : "contracts or packs were refused and the old ones stay: ",
		 words);
	collector_notice(collector, is_good ? "sensor.spec_reload" : "sensor.config_error", is_good ? 1 : 3,
			 message);
}

static void answer(struct board *board, const struct collector *collector,
		   const struct view_question *question, uint64_t asked)
{
	struct buffer text = BUFFER_MAX(LIMIT_ADMIN_ANSWER_BYTES);
	enum status status = view_write(collector, question, &text);

	pthread_mutex_lock(&board->lock);
	if (board->has_question && board->asked == asked) {
		buffer_finish(&board->answer);
		board->answer = text;
		board->status = status;
		board->has_answer = true;
		pthread_cond_broadcast(&board->answered);
	} else {
		buffer_finish(&text);
	}
	pthread_mutex_unlock(&board->lock);
}

void board_serve(struct board *board, struct collector *collector)
{
	struct view_question question;
	char news[BOARD_WORDS_MAX];
	bool has_question, has_news, news_are_good;
	uint64_t asked;

	if (!atomic_load_explicit(&board->is_waiting, memory_order_relaxed))
		return;
	pthread_mutex_lock(&board->lock);
	atomic_store(&board->is_waiting, false);
	has_question = board->has_question && !board->has_answer;
	question = board->question;
	asked = board->asked;
	has_news = board->has_news;
	board->has_news = false;
	news_are_good = board->news_are_good;
	snprintf(news, sizeof(news), "%s", board->news);
	pthread_mutex_unlock(&board->lock);
	if (has_news)
		tell_news(collector, news_are_good, news);
	if (has_question)
		answer(board, collector, &question, asked);
}
