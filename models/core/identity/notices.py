"""What a person can be told of, where it reaches them, and the days on which they work."""

from collections.abc import Mapping
from enum import StrEnum


class Weekday(StrEnum):
    """The days of the week, in the order of `date.weekday`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Notice(StrEnum):
    """The kinds of messages that Rapport sends a person by itself; each person chooses."""

    DUE = "due"
    DAY = "day"
    MINE = "mine"
    GIVEN = "given"
    FOLLOWED = "followed"
    DEADLINE = "deadline"
    DIGEST = "digest"
    OWN = "own"


class Seldom(StrEnum):
    """What a person can hear less often than it happens."""

    CHANGES = "changes"
    DIGEST = "digest"


class Where(StrEnum):
    """Where a person is told."""

    MESSAGE = "direct_message"
    HOME = "home_only"
    OFF = "off"


WORKDAYS: tuple[str, ...] = tuple(map(str, tuple(Weekday)[:5]))
USUAL: tuple[str, ...] = tuple(map(str, tuple(Notice)[:-1]))
"""What people are told of until they choose: everything but what they did themselves."""
DAYS: Mapping[str, str] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
SPANS: Mapping[str, tuple[str, ...]] = {
    "weekdays": WORKDAYS,
    "workdays": WORKDAYS,
    "weekend": ("sat", "sun"),
    "weekends": ("sat", "sun"),
    "daily": tuple(DAYS),
    "everyday": tuple(DAYS),
}
"""The words for several days."""
NOTICES: Mapping[str, str] = {
    "due": "due tasks",
    "day": "overdue tasks each morning",
    "mine": "changes of my records",
    "given": "what I am given, asked or named in",
    "followed": "records I follow",
    "deadline": "deadlines of my cases",
    "digest": "the digest",
    "own": "what I did myself",
}
LABELS: Mapping[str, tuple[str, str]] = {
    "due": ("My tasks, when they are due", ""),
    "day": (
        "What is overdue, each morning",
        "One message when your working day begins",
    ),
    "mine": (
        "My records, when others change them",
        "Owner, amount, stage, won, lost, notes and replies",
    ),
    "given": ("What I am given, asked or named in", ""),
    "followed": ("Records I follow", ""),
    "deadline": ("My cases, before their deadline", ""),
    "digest": ("The digest of my team", "For those whose role has one"),
    "own": ("What I did myself", ""),
}
"""What the form says for each kind, and below that."""
RARELY: Mapping[str, str] = {
    "changes": "changes together once a day",
    "digest": "the digest once a week",
}
RARE_LABELS: Mapping[str, tuple[str, str]] = {
    "changes": ("Changes of records: once a day", "All of them in one message, in the morning"),
    "digest": ("The digest: once a week", "On the first of my working days"),
}
"""What the form says for each, and below that."""
PLACES: Mapping[str, str] = {
    "dm": Where.MESSAGE,
    "message": Where.MESSAGE,
    "directmessages": Where.MESSAGE,
    "on": Where.MESSAGE,
    "slack": Where.MESSAGE,
    "home": Where.HOME,
    "hometab": Where.HOME,
    "hometabonly": Where.HOME,
    "none": Where.OFF,
    "nothing": Where.OFF,
    "nowhere": Where.OFF,
}
"""Other words for where a person is told, squeezed."""
