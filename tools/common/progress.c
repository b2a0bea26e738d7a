/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line: what is done, how fast, and how long it will still take.
 */
#include "common/progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "common/signals.h"
#include "common/units.h"

#define LINE_MAX_COLUMNS 160
#define NS_PER_S UINT64_C(1000000000)

/* Ten redraws a second please the eye; a log needs less. */
static uint64_t interval_ns(const struct progress *p)
{
	return p->tty ? NS_PER_S / 10 : NS_PER_S;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

void progress_init(struct progress *p, const char *tool, FILE *out,
		   bool enabled)
{
	*p = (struct progress){
		.tool = tool,
		.out = out,
		.enabled = enabled,
		.tty = isatty(fileno(out)),
	};
	progress_start(p, NULL);
}

void progress_start(struct progress *p, const char *phase)
{
	progress_clear(p);
	p->phase = phase;
	p->start_ns = now_ns();
	p->next_ns = p->start_ns + interval_ns(p);
	p->done = 0;
	p->total = 0;
	p->shown = true;
}

/* Bytes per second so far tell how long the rest takes. */
static void format_left(const struct progress *p, uint64_t elapsed, char *buf)
{
	double left = (double)elapsed / (double)p->done *
		      (double)(p->total - p->done);

	/* No forecast is good to a hundredth, or for years. */
	if (left < 60.0 * NS_PER_S)
		snprintf(buf, UNITS_MAX, "%.0f s", left / NS_PER_S);
	else if (left < 100.0 * 3600 * NS_PER_S)
		units_duration(buf, (uint64_t)left);
	else
		strcpy(buf, "long");
}

static void format_line(const struct progress *p, uint64_t now, char *buf,
			size_t size)
{
	uint64_t elapsed = now - p->start_ns;
	char left[UNITS_MAX] = "?";
	const char *phase = p->phase ? p->phase : "";
	const char *colon = p->phase ? ": " : "";
	const char *rate = units_rate(UNITS_BUF, p->done, elapsed);

	if (!p->total || p->done > p->total) {
		snprintf(buf, size, "%s: %s%s%s, %s, %s", p->tool, phase,
			 colon, units_size(UNITS_BUF, p->done, false), rate,
			 units_duration(UNITS_BUF, elapsed));
		return;
	}
	if (p->done)
		format_left(p, elapsed, left);
	snprintf(buf, size, "%s: %s%s%s of %s, %s, %s, %s left", p->tool,
		 phase, colon, units_size(UNITS_BUF, p->done, false),
		 units_size(UNITS_BUF, p->total, false),
		 units_percent(UNITS_BUF, p->done, p->total), rate, left);
}

static void print_line(struct progress *p, uint64_t now)
{
	char line[LINE_MAX_COLUMNS];

	progress_clear(p);
	format_line(p, now, line, sizeof(line));
	fprintf(p->out, "%s\n", line);
	p->shown = true;
}

/* A line that wraps could not be wiped: it is cut at the right edge. */
static void draw_line(struct progress *p, uint64_t now)
{
	char line[LINE_MAX_COLUMNS];
	struct winsize ws;
	size_t len;

	format_line(p, now, line, sizeof(line));
	if (!ioctl(fileno(p->out), TIOCGWINSZ, &ws) && ws.ws_col &&
	    ws.ws_col < sizeof(line))
		line[ws.ws_col - 1] = '\0';
	len = strlen(line);
	fprintf(p->out, "\r%s%*s", line,
		p->drawn > len ? (int)(p->drawn - len) : 0, "");
	fflush(p->out);
	p->drawn = len > p->drawn ? len : p->drawn;
	p->shown = true;
}

int progress_update(void *ctx, uint64_t done, uint64_t total)
{
	struct progress *p = ctx;
	bool report = signals_take_report();
	uint64_t now = now_ns();

	p->done = done;
	p->total = total;
	p->shown = false;
	if (report) {
		print_line(p, now);
	} else if (p->enabled && now >= p->next_ns) {
		if (p->tty)
			draw_line(p, now);
		else
			print_line(p, now);
		p->next_ns = now + interval_ns(p);
	}
	return signals_caught() != 0;
}

void progress_clear(struct progress *p)
{
	if (!p->drawn)
		return;
	fprintf(p->out, "\r%*s\r", (int)p->drawn, "");
	fflush(p->out);
	p->drawn = 0;
	p->shown = false;
}

void progress_finish(struct progress *p)
{
	progress_clear(p);
	if (p->enabled && !p->tty && !p->shown)
		print_line(p, now_ns());
	p->enabled = false;
}
