#include "sensor/report/html.h"

#include <inttypes.h>
#include <stdarg.h>
#include <time.h>

void html_raw(struct html *html, const char *markup)
{
	fputs(markup, html->file);
}

void html_format(struct html *html, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(html->file, format, arguments);
	va_end(arguments);
}

void html_text(struct html *html, struct bytes text)
{
	size_t from = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.data[i];
		const char *instead = byte == '&'                  ? "&amp;"
				      : byte == '<'                ? "&lt;"
				      : byte == '>'                ? "&gt;"
				      : byte == '"'                ? "&quot;"
				      : byte == '\''               ? "&#39;"
				      : byte < ' ' || byte == 0x7F ? " "
								   : NULL;

		if (instead == NULL)
			continue;
		fwrite(text.data + from, 1, i - from, html->file);
		fputs(instead, html->file);
		from = i + 1;
	}
	if (text.len > from)
		fwrite(text.data + from, 1, text.len - from, html->file);
}

void html_count(struct html *html, uint64_t count)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, count);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			fputc(',', html->file);
		fputc(digits[i], html->file);
	}
}

void html_size(struct html *html, uint64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 1000 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		size /= 1000;
		unit++;
	}
	fprintf(html->file, unit == 0 || size >= 100 ? "%.0f %s" : "%.1f %s", size, units[unit]);
}

void html_time(struct html *html, uint64_t time_ms)
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm date;
	char text[40];

	if (time_ms == 0 || gmtime_r(&seconds, &date) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &date) == 0)
		fputs("&ndash;", html->file);
	else
		fputs(text, html->file);
}

void html_share(struct html *html, uint64_t part, uint64_t whole)
{
	double share = whole == 0 ? 0 : 100.0 * (double)part / (double)whole;

	if (whole == 0)
		fputs("&ndash;", html->file);
	else if (part > 0 && share < 0.1)
		fputs("&lt; 0.1 %", html->file);
	else if (part < whole && share > 99.9)
		fputs("&gt; 99.9 %", html->file);
	else
		fprintf(html->file, part == 0 || part == whole ? "%.0f %%" : "%.1f %%", share);
}

void html_cell(struct html *html, struct bytes text)
{
	html_raw(html, "<td>");
	html_text(html, text);
	html_raw(html, "</td>");
}

void html_cell_or(struct html *html, struct bytes text, const char *otherwise)
{
	if (text.len > 0)
		html_cell(html, text);
	else
		html_format(html, "<td class=none>%s</td>", otherwise);
}

void html_cell_count(struct html *html, uint64_t count)
{
	html_format(html, "<td class=n data-n=%" PRIu64 ">", count);
	html_count(html, count);
	html_raw(html, "</td>");
}

void html_cell_time(struct html *html, uint64_t time_ms)
{
	html_format(html, "<td class=t data-n=%" PRIu64 ">", time_ms);
	html_time(html, time_ms);
	html_raw(html, "</td>");
}

const char *html_severity_name(unsigned severity)
{
	static const char *const names[] = {"Unknown", "Informational", "Low", "Medium", "High", "Critical"};

	return severity < sizeof(names) / sizeof(names[0]) ? names[severity] : names[0];
}

void html_severity(struct html *html, unsigned severity)
{
	html_format(html, "<span class=\"sev s%u\">%s</span>", severity, html_severity_name(severity));
}
