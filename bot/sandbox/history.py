"""What the company of the sandbox did before its last weeks: deals that ended, talks, cases.

It leaves no deal, lead, case or task open, and nothing of the last ten days, so that what stands in
`seed.STORY` is all there is to do. It is told after that, so its numbers follow those.
"""

from collections.abc import Iterator

RITA, RAVI, ROSA = "U_RITA", "U_RAVI", "U_ROSA"
SAM, SOFIA = "U_SAM", "U_SOFIA"

Line = tuple[float, str, str]
"""(days ago, who, what they typed)."""

DEALS: tuple[tuple[str, str, tuple[tuple[int, str], ...]], ...] = (
    (
        RITA,
        '"Northwind office chairs" CU-1 AC-1 amount=€12,600',
        ((175, "new"), (160, "stage {} proposal"), (150, "won {}")),
    ),
    (
        RAVI,
        '"Sundaram pilot line" CU-4 AC-4 amount=€24k',
        ((170, "new"), (141, "stage {} negotiation"), (128, "won {}")),
    ),
    (
        ROSA,
        '"Kvarnby meter audit" CU-5 AC-5 amount=€41k',
        ((165, "new"), (142, "stage {} proposal"), (120, 'lost {} "No budget this year"')),
    ),
    (
        RITA,
        '"Blue Fjord test vessels" CU-2 AC-2 amount=€38k',
        ((149, "new"), (130, "stage {} proposal"), (110, "won {}")),
    ),
    (
        RITA,
        '"Oakline outlet" CU-6 AC-6 amount=€16k',
        ((140, "new"), (100, 'lost {} "A local joiner was faster" competitor=Holzwerk')),
    ),
    (
        ROSA,
        '"Kvarnby control room" CU-7 AC-5 amount=€64k',
        ((131, "new"), (101, "stage {} negotiation"), (84, "won {}")),
    ),
    (
        RAVI,
        '"Sundaram warehouse sensors" CU-8 AC-4 amount=€29k',
        ((111, "new"), (90, "stage {} proposal"), (72, "won {}")),
    ),
    (
        RITA,
        '"Northwind canteen" CU-1 AC-1 amount=€9,800',
        ((102, "new"), (66, 'lost {} "Too expensive"')),
    ),
    (
        ROSA,
        '"Kvarnby substation check" CU-5 AC-5 amount=€36k',
        ((91, "new"), (61, "stage {} negotiation"), (48, "won {}")),
    ),
    (
        RITA,
        '"Blue Fjord harbour beacons" CU-2 AC-2 amount=€57k',
        ((85, "new"), (69, "stage {} discovery"), (55, "stage {} proposal"), (41, "won {}")),
    ),
    (
        RAVI,
        '"Sundaram dye house" CU-4 AC-4 amount=€22k',
        ((71, "new"), (37, 'lost {} "Went with the cheaper offer" competitor=Gridwise')),
    ),
    (
        RITA,
        '"Oakline bedroom line" CU-6 AC-6 amount=€19,500',
        ((60, "new"), (43, "stage {} proposal"), (30, "won {}")),
    ),
    (
        RITA,
        '"Winter garden set" CU-3 AC-3 amount=€7,400',
        ((54, "new"), (27, 'lost {} "They keep the old chairs"')),
    ),
    (
        ROSA,
        '"Kvarnby service contract" CU-7 AC-5 amount=€45k',
        ((46, "new"), (33, "stage {} proposal"), (17, "won {}")),
    ),
    (
        RAVI,
        '"Sundaram training days" CU-8 AC-4 amount=€11k',
        ((39, "new"), (24, "stage {} negotiation"), (13, "won {}")),
    ),
)
"""Who sold, what, and (days ago, what happened), the oldest deal first; {} is the deal's number."""

CASES: tuple[tuple[str, str, tuple[tuple[int, str], ...]], ...] = (
    (
        SAM,
        '"Beacon update fails" CU-2 AC-2 priority=high origin=email',
        (
            (34, "claim {}"),
            (33, "reply {} Please restart the beacon once; the update then goes through."),
            (31, "resolve {} All beacons have the new version."),
        ),
    ),
    (
        SOFIA,
        '"The wrong table came" CU-1 AC-1 priority=normal origin=phone',
        ((29, "claim {}"), (27, "resolve {} The right one was delivered this morning.")),
    ),
    (
        SAM,
        '"Readings arrive an hour late" CU-7 AC-5 priority=urgent origin=email',
        (
            (22, "claim {}"),
            (22, "reply {} We see the delay too and are looking for its cause."),
            (21, "note {} It is the gateway in hall 2; ask Rosa about the spare one."),
            (20, "resolve {} The gateway was replaced; readings come every minute again."),
        ),
    ),
    (
        SOFIA,
        '"A charge stands twice on the invoice" CU-6 AC-6 priority=high origin=email',
        ((18, "claim {}"), (16, "resolve {} The second charge is paid back.")),
    ),
    (
        SAM,
        '"The login link expires too soon" CU-5 AC-5 priority=low origin=slack',
        ((14, "claim {}"), (12, "resolve {} It is good for a day now.")),
    ),
)
"""Who took the case, what it was, and (days ago, what happened); it came a day before that."""

DONE: tuple[Line, ...] = (
    (147, RITA, 'log call CU-1 "Grace likes the chairs and asks about tables" minutes=15'),
    (126, RAVI, 'log meeting OP-11 "Saw the pilot line run for an hour" minutes=60'),
    (104, ROSA, 'log email OP-15 "Sent the drawings of the control room"'),
    (88, RAVI, 'log call OP-16 "They want the sensors before the monsoon" minutes=20'),
    (67, RITA, 'log call OP-17 "Grace has to cut a third of the budget" minutes=10'),
    (57, RITA, 'log meeting OP-19 "Walked the pier with the harbour master" minutes=75'),
    (52, ROSA, 'log email OP-18 "Confirmed the dates of the check"'),
    (44, RITA, 'log call OP-21 "Jonas wants delivery in two parts" minutes=25'),
    (38, RAVI, 'log note OP-20 "Gridwise was a fifth cheaper"'),
    (26, ROSA, 'log call OP-23 "Tomas asks for a yearly price" minutes=30'),
    (19, ROSA, 'log email OP-23 "Sent the contract for signature"'),
    (15, RAVI, 'log call OP-24 "Two days in Chennai, one online" minutes=20'),
)
"""What people said and wrote about deals that have ended since."""

TASKS: tuple[tuple[int, int, str, str], ...] = (
    (58, 56, RITA, '"Order the beacon samples" OP-19'),
    (45, 42, RITA, '"Send the beacon contract" OP-19'),
    (34, 31, RITA, '"Measure the bedroom floor" OP-21'),
    (25, 21, ROSA, '"Ask legal about the service terms" OP-23'),
    (20, 14, RAVI, '"Find a trainer for the looms" OP-24'),
)
"""(days ago planned, days ago done, who, what)."""

HOURS = (9.3, 11.6, 14.2, 16.8, 10.1, 15.4)
"""The hours of the day at which things happen, one after the other."""


def told(deals: int, cases: int, tasks: int) -> list[Line]:
    """Return the lines of the history.

    Args:
        deals: How many deals there are before it.
        cases: How many cases.
        tasks: How many activities of any kind.
    """
    lines = [*DONE, *of_deals(deals), *of_cases(cases)]
    lines += [(planned, who, f"task new {what}") for planned, _, who, what in TASKS]
    ordered = at_hours(sorted(lines, key=lambda line: -line[0]))
    made = [line for _, _, line in ordered if line.startswith(("log ", "task new "))]
    numbers = {line: tasks + place for place, line in enumerate(made, 1)}
    done: list[Line] = [
        (days, who, f"task done AT-{numbers[f'task new {what}']}") for _, days, who, what in TASKS
    ]
    return sorted([*ordered, *at_hours(done)], key=lambda line: -line[0])


def of_deals(before: int) -> Iterator[Line]:
    """Yield what happened to the deals, which are numbered in their order."""
    for number, (who, what, happened) in enumerate(DEALS, before + 1):
        for days, line in happened:
            yield (
                days,
                who,
                f"deal new {what}" if line == "new" else f"deal {line.format(f'OP-{number}')}",
            )


def of_cases(before: int) -> Iterator[Line]:
    """Yield what happened to the cases, which are numbered in their order."""
    for number, (who, what, happened) in enumerate(CASES, before + 1):
        yield happened[0][0] + 1, who, f"case new {what}"
        for days, line in happened:
            yield days, who, f"case {line.format(f'CS-{number}')}"


def at_hours(lines: list[Line]) -> list[Line]:
    """Return the lines at different hours of their days, in the order that they have."""
    day, place, spread = -1.0, 0, []
    for number, (days, who, line) in enumerate(lines):
        place = place + 1 if days == day else 0
        day = days
        hour = HOURS[number % len(HOURS)] / 24 if not place else HOURS[1] / 24 + place / 24
        spread.append((days - hour, who, line))
    return spread
