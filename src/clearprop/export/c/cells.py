"""Definitions in C of what reads a cell, as templates for `Language.text`: a number, a category, a date."""

IS_MISSING = """\
/* Whether a text stands for a missing cell: NULL, "", or what files have in its place. */
static inline int ${p}_is_missing(const char *text)
{
    static const char *const missing[] = {
${missing}
    };
    if (text == NULL) {
        return 1;
    }
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        if (strcmp(text, missing[i]) == 0) {
            return 1;
        }
    }
    return 0;
}"""

TEXT = """\
/* A text that means a category, and the place of that. */
struct ${p}_text {
    const char *text;
    int place;
};

/* The place of a text's category, from 0; -1 for one that is not known. */
static inline int ${p}_place(const char *text, const struct ${p}_text *known, int count, int missing)
{
    for (int i = 0; text != NULL && i < count; i++) {
        if (strcmp(text, known[i].text) == 0) {
            return known[i].place;
        }
    }
    return ${p}_is_missing(text) ? missing : -1;
}"""

SCALED = """\
/* x scaled as in training; of a missing x, what stands for it; of one beyond all bounds, the nearest known. */
static inline double ${p}_scaled(double x, double missing, double center, double scale, double low, double high)
{
    x = isnan(x) ? missing : x > 1e100 ? high : x < -1e100 ? low : x;
    return fmin(fmax((x - center) / scale, -1e6), 1e6);
}"""

BENT = """\
/* z, bent towards 3 where it is far out. */
static inline double ${p}_bent(double z)
{
    return z / sqrt((z / 3.0) * (z / 3.0) + 1.0);
}"""

CALENDAR = """\
/* Year, month from 0 and day of the month from 0, of a number of days since 1970. Years are counted from March, so that
   a leap day is a year's last; 400 of them are always 146097 days. */
static inline void ${p}_calendar(long days, long *year, long *month, long *day)
{
    long cycle = (long)floor((days + 719468L) / 146097.0);
    long rest = days + 719468L - cycle * 146097L;
    *year = (rest - rest / 1460L + rest / 36524L - rest / 146096L) / 365L;
    rest -= 365L * *year + *year / 4L - *year / 100L;
    *month = (5L * rest + 2L) / 153L;
    *day = rest - (153L * *month + 2L) / 5L;
    *year += 400L * cycle + (*month > 9L);
    *month = (*month + 2L) % 12L;
}"""

WALL = """\
/* What the clocks of a time zone show at a number of seconds since 1970 UTC. */
static inline double ${p}_wall(double seconds, const double *hours, const double *offsets, int count)
{
    int passed = 0;
    while (passed < count && hours[passed] * 3600.0 <= seconds) {
        passed++;
    }
    return seconds + offsets[passed];
}"""
