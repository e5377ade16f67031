"""The words of a verdict, apart from the code that decides it: reading them imports nothing heavy."""

from typing import Final

#: The four verdicts, from most to least urgent.
SIGNAL: Final = "signal"
WATCH: Final = "watch"
NORMAL: Final = "normal"
TOO_FEW: Final = "too_few"
VERDICTS: Final = (SIGNAL, WATCH, NORMAL, TOO_FEW)

#: How it was decided.
FARRINGTON: Final = "farrington"
EARS: Final = "ears"
#: So few cases that nothing could stand out: the mean of the past is all that is needed.
MEAN: Final = "mean"
NONE: Final = "none"
METHODS: Final = (FARRINGTON, EARS, MEAN, NONE)

#: The period is not there, will be revised, or its zeros are no zeros.
NOT_DELIVERED: Final = "not_delivered"
PROVISIONAL: Final = "provisional"
SILENT: Final = "silent"
#: No population in the judged period.
NO_EXPOSURE: Final = "no_exposure"
#: Less than a year of history; or of history after the last break of the series.
NO_HISTORY: Final = "no_history"
AFTER_BREAK: Final = "after_break"
#: All areas moved at once: probably counted otherwise, and no break was written down.
COUNTED_OTHERWISE: Final = "counted_otherwise"
#: Too many past periods were not delivered.
GAPS: Final = "gaps"
#: So little is normal here that only a rise of more than twelve times would show.
TOO_RARE: Final = "too_rare"
#: Only the newest periods are the measure, and a known effect (New Year's Eve) applies: not comparable.
KNOWN_EFFECT: Final = "known_effect"
#: Small counts were rounded to protect people: a verdict would report the rounding.
ROUNDED: Final = "rounded"
#: Beside a verdict of method ears: why the season is not known (also after_break and gaps stand there).
SHORT_HISTORY: Final = "short_history"
REASONS: Final = (
    NOT_DELIVERED,
    PROVISIONAL,
    SILENT,
    NO_EXPOSURE,
    NO_HISTORY,
    AFTER_BREAK,
    COUNTED_OTHERWISE,
    GAPS,
    TOO_RARE,
    KNOWN_EFFECT,
    ROUNDED,
    SHORT_HISTORY,
)
