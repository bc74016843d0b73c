/*
 * service: does the provider keep its service levels towards one partner? In
 * windows of five minutes: the 95th percentile of the server's own time, the
 * share of 5xx; over the day, the share of calls that were served at all. What
 * is usual is learned beside (also how many calls there are, and how large the
 * answers), and told when it is left: not before SERVICE_LEARN_WINDOWS windows
 * were seen. A server that is slow while there are more calls than usual is saturated.
 *
 *	service_take(&service, judged);		a window that is over is told with the next call
 *
 * Server time is from the request's last byte to the response's first, as the mirror saw them;
 * what passes before and after is the network's and the client's.
 *
 * Thread   the collector's.
 */
#pragma once

#include "sensor/judged.h"
#include "sensor/quantile.h"

#define SERVICE_WINDOW_NS     (300ull * 1000000000ull)
#define SERVICE_LEAST         20  /* calls; of fewer nothing is said */
#define SERVICE_LEARN_WINDOWS 288 /* a day of traffic */

struct service {
	uint64_t start_ns, calls, errors, bytes; /* bytes: of the answers' bodies */
	struct quantile server, network;
	uint64_t day, day_calls, day_unserved;
	unsigned learned;                                             /* windows */
	double usual_ms, usual_error_share, usual_calls, usual_bytes; /* bytes of an answer */
};

void service_take(struct service *service, struct judged *judged);
void service_finish(struct service *service); /* accepts zeroed memory */
void service_pack(const struct service *service,
		  struct pack *pack); /* for the state that outlives the process */
void service_unpack(struct service *service, struct cursor *cursor); /* what it was is gone */
