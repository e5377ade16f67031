"""The words of an evaluation, apart from the code that works it out: reading them imports nothing heavy."""

from typing import Final

#: Refusals: no effect is given.
NO_TREATED: Final = "no_treated_area"
NO_COMPARISON: Final = "no_comparison_area"
TOO_SHORT_BEFORE: Final = "too_short_before"
TOO_SHORT_AFTER: Final = "too_short_after"
TOO_FEW_EVENTS: Final = "too_few_events"
PEAK_BEFORE_START: Final = "peak_before_start"

#: Warnings: the effect is given, and said with this.
PRE_TREND: Final = "pre_trend"
FEW_UNTREATED: Final = "few_untreated"
RANDOMISATION_DISAGREES: Final = "randomisation_disagrees"
PEAK_LEFT_OUT: Final = "peak_left_out"
AUTOCORRELATED: Final = "autocorrelated"

#: What there must be at least: years on both sides of the start, and events in the treated areas.
YEARS_BEFORE: Final = 2
FEWEST_YEARS_AFTER: Final = 0.5
FEWEST_EVENTS: Final = 20

#: Readings of a displacement quotient.
DIFFUSION: Final = "diffusion"
NONE: Final = "none"
DISPLACEMENT: Final = "displacement"
MORE_DISPLACEMENT: Final = "more_displacement_than_effect"
NO_SUCCESS: Final = "no_success"
