"""Every time zone there is: a daily time strikes exactly once a local date."""

from tests.chaos.figures import Figure

NAME = "zones"
FIRST, LAST = 2020, 2035


def run(first: int = FIRST, last: int = LAST) -> Figure:
    from tests.models.core.every_zone import every_zone

    trials, problems = every_zone(first, last)
    return Figure(
        NAME, "none", 0, trials, wrong=list(problems), other={"years": f"{first} to {last}"}
    )
