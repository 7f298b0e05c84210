"""Read the line of a rule: `when lead enters "hot" then assign round-robin team:emea, dm owner`.

    when NOUN TRIGGER [by people | by others] [where FILTER] then ACTION, ACTION [as role NAME]
    every DAY at TIME [NOUN [where FILTER]] then ACTION, ACTION [as role NAME]
    NOUN must FIELD, FIELD [if FILTER]
    NOUN must (FILTER) [if FILTER]
    NOUN needs approval [of WHOM] if FILTER

Only its shape is read here. Whether its fields, filters and people exist is asked by
`models.automation.checks`, for the person who owns the rule.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from models.automation import gates, outward
from models.automation.gates import GATE_EXAMPLE
from models.automation.pieces import (
    begins,
    is_channel,
    listed,
    noun_of,
    once,
    open_at,
    unquoted,
    unwrapped,
    word_of,
)
from models.automation.words import clock, day_of, message_of, pairs, team_of
from models.core.parsing.texts import clean

EXAMPLE = 'when lead is created then assign round-robin team:sales, task "Call" +1d'
MUST_EXAMPLE = "deal must close date if stage >= proposal"
MOST_ACTIONS = 10
NO_ROLE = "A rule about what must be holds for everybody and runs as no role. Leave the role out."


class When(StrEnum):
    """What sets a rule off."""

    CREATED = "created"
    CHANGED = "changed"
    ENTERS = "enters"
    LEAVES = "leaves"
    MOMENT = "moment"
    SCHEDULE = "schedule"
    SAVED = "saved"


class Does(StrEnum):
    """What a rule does."""

    SET = "set"
    ASSIGN = "assign"
    CREATE = "create"
    DM = "dm"
    POST = "post"
    SAY = "say"
    ASK = "ask"
    WEBHOOK = "webhook"
    MAIL = "mail"
    DIGEST = "digest"


class By(StrEnum):
    """Whose changes set a rule off."""

    ANYONE = ""
    PEOPLE = "people"
    OTHERS = "others"


@dataclass(frozen=True)
class Trigger:
    """What sets a rule off.

    Attributes:
        when: the kind of trigger.
        field: the word for the field that changes, or whose day it is relative to.
        before: the text of what the field held, "" for anything.
        after: the text of what the field holds now, "" for anything.
        filter: the filter that a record enters or leaves, or its name in quotes.
        by: whose changes count.
        offset: how long after the day of the field; negative for before it.
        at: the time of day, 09:00.
        days: the days of a schedule, as `date.weekday` counts.
    """

    when: When
    field: str = ""
    before: str = ""
    after: str = ""
    filter: str = ""
    by: By = By.ANYONE
    offset: timedelta = timedelta()
    at: str = "09:00"
    days: tuple[int, ...] = ()


@dataclass(frozen=True)
class Action:
    """One thing that a rule does.

    Attributes:
        does: the kind of action.
        noun: the entity of the record that is made.
        texts: the fields that are set, as (word, text); of a mail its subject.
        whom: who gets, hears or approves it: owner, me, @rita, team:emea, #sales, an address.
        turns: how one of a team is chosen: in turn, or load; "" for no team.
        text: the words of a message, or of a new record; the name of a filter.
    """

    does: Does
    noun: str = ""
    texts: tuple[tuple[str, str], ...] = ()
    whom: str = ""
    turns: str = ""
    text: str = ""


@dataclass(frozen=True)
class Sentence:
    """A rule as it was read.

    Attributes:
        noun: the entity that it is about, "" for a schedule about no record.
        trigger: what sets it off.
        where: the filter of the records that it is about, "" for all.
        actions: what it does.
        must: the words for the fields that may not be empty.
        holds: the filter that has to hold.
        approval: who has to approve what fits the filter, "" where nobody has to.
        role: the role with whose rights it runs, "" for those of its owner.
    """

    noun: str
    trigger: Trigger
    where: str = ""
    actions: tuple[Action, ...] = ()
    must: tuple[str, ...] = ()
    holds: str = ""
    approval: str = ""
    role: str = ""

    @property
    def validates(self) -> bool:
        """Return whether it refuses what does not fit, in place of doing something."""
        return self.trigger.when == When.SAVED


CREATED = re.compile(r"(?:is |was |gets )?(?:created|made|added|new)", re.I)
CHANGED = re.compile(
    r"(?:(?:is |was )?(?:changed|changes|edited|updated)(?:\s+(?P<behind>.+))?"
    r"|(?P<field>\"[^\"]+\"|[\w-]+(?:\s+[\w-]+){0,4}?)\s+(?:is changed|changes|changed|becomes(?P<becomes>))(?:\s+(?P<rest>.+))?)",
    re.I | re.S,
)
BEHIND = re.compile(r"(?P<field>\"[^\"]+\"|.+?)(?:\s+(?P<rest>(?:from|to)\b.*))?", re.I | re.S)
FROM_TO = re.compile(r"(?:from\s+(?P<before>.+?))?\s*(?:\bto\s+(?P<after>.+))?", re.I | re.S)
ENTERS = re.compile(r"(?P<way>enters|enter|leaves|leave)(?:\s+(?P<filter>.+))?", re.I | re.S)
LAST = re.compile(r"(?P<filter>.+?)\s+(?P<way>enters|leaves)", re.I | re.S)
MOMENT = re.compile(
    r"(?:is\s+)?(?:(?P<count>\d{1,4})\s*(?P<unit>[a-z]+)\s+(?P<side>before|after)|(?P<on>on|at))"
    r"\s+(?:its\s+|the\s+)?(?P<field>\"[^\"]+\"|[\w-]+(?:\s+[\w-]+){0,4}?)(?:\s+at\s+(?P<at>\S+))?",
    re.I,
)
UNITS = {"m": 1, "min": 1, "minute": 1, "h": 60, "hour": 60, "d": 1440, "day": 1440, "w": 10080}
UNITS |= {"week": 10080}
EVERY = re.compile(
    r"every\s+(?P<days>\w+(?:\s*(?:,|and)\s*\w+)*?)\s+(?:at\s+)?(?P<at>\d{1,2}(?::\d\d)?\s*(?:am|pm)?)(?:\s+(?:for\s+)?(?P<rest>.+))?",
    re.I | re.S,
)
AS_ROLE = re.compile(
    r"""(?:^|,?\s+)(?:running\s+)?as\s+(?:the\s+)?role\s+(?!then\b)(["“„«][^"“”»]+["“”»]|[^\s,"]+),?(?=\s|$)""",
    re.I,
)
BY = re.compile(r"\s*\bby\s+(people|others|anyone|anybody)\s*$", re.I)
ASSIGN = re.compile(
    r"(?:to\s+)?(?P<turns>round[- ]?robin|in turn|by load|least busy)?\s*(?:(?:in|to|of|among|for)\s+)?(?P<whom>.+?)"
    r"(?P<load>\s+by load)?",
    re.I | re.S,
)


def read(line: str) -> Sentence:
    """Return the rule that a line says.

    Raises:
        ValueError: what was not understood, and an example.
    """
    text, role = without_role(line)
    found = read_rule(text.strip().rstrip("."))
    if role and found.validates:
        raise ValueError(NO_ROLE)
    return replace(found, role=role)


def without_role(line: str) -> tuple[str, str]:
    """Return a line without the role that it runs as, and that role; "" where it names none.

    Raises:
        ValueError: it names two.
    """
    text = clean(line)
    found = [each for each in AS_ROLE.finditer(text) if open_at(text, each.start())]
    if len(found) > 1:
        raise ValueError("A rule runs as one role. Name one: as role manager")
    if not found:
        return text, ""
    (role,) = found
    return f"{text[: role.start()]} {text[role.end() :]}".strip(), unquoted(role[1])


def read_rule(text: str) -> Sentence:
    """Return the rule of a line that names no role."""
    if begins(text, "every"):
        return read_schedule(text)
    if begins(text, "when"):
        return read_when(text[4:].strip())
    noun, rest = noun_of(text)
    if noun and begins(rest, "must"):
        return read_must(noun, rest[4:].strip())
    if noun and begins(rest, "needs?"):
        return read_gate(noun, rest)
    raise ValueError(
        f"A rule begins with when or every. Try: {EXAMPLE}. Or: {MUST_EXAMPLE}. Or: {GATE_EXAMPLE}"
    )


def read_when(text: str) -> Sentence:
    """Return the rule of a line that began with when."""
    head, tail = once(text, "then")
    if tail is None:
        raise ValueError(f"What is done then? Try: {EXAMPLE}")
    noun, rest = noun_of(head)
    if not noun:
        raise ValueError(f"“{head[:40]}” begins with nothing that rules are about. Try: {EXAMPLE}")
    trigger, where = read_trigger(rest)
    return Sentence(noun, trigger, where, read_actions(tail))


def read_watch(text: str) -> tuple[str, Trigger, str]:
    """Return what a subscription is about: the entity, the trigger and the filter of a line.

    An example is `deal enters "big"`.
    """
    noun, rest = noun_of(clean(text).strip().rstrip("."))
    if not noun:
        raise ValueError(f"“{text[:40]}” begins with nothing that can be followed: deal is won.")
    return noun, *read_trigger(rest)


def read_must(noun: str, text: str) -> Sentence:
    """Return the rule of a line that says what must be."""
    wanted, condition = once(text, "if")
    wanted = wanted.strip()
    trigger = Trigger(When.SAVED)
    sentence = Sentence(noun, trigger, unwrapped(condition or ""))
    if not wanted:
        raise ValueError(f"What must it have? Try: {MUST_EXAMPLE}")
    if re.search(r"[=<>~≠≥≤(]", wanted):
        return replace(sentence, holds=unwrapped(wanted))
    wanted = re.sub(r"^(?:have|has|name|say)\s+", "", wanted, flags=re.I)
    names = [re.sub(r"^(?:an?|the)\s+", "", each.strip(), flags=re.I) for each in listed(wanted)]
    return replace(sentence, must=tuple(word_of(each) for each in names if each))


def read_gate(noun: str, text: str) -> Sentence:
    """Return the rule of a line that says what somebody has to approve."""
    whom, where = gates.read_gate(text)
    return Sentence(noun, Trigger(When.SAVED), where, approval=whom_of(whom))


def read_schedule(text: str) -> Sentence:
    """Return the rule of a line that began with every."""
    head, tail = once(text, "then")
    found = EVERY.fullmatch(head.strip())
    if tail is None or not found:
        raise ValueError('Try: every monday at 9:00 then post #sales "Forecast, please"')
    days = [day for word in re.split(r"\s*(?:,|\band\b)\s*", found["days"]) for day in day_of(word)]
    trigger = Trigger(When.SCHEDULE, at=clock(found["at"]), days=tuple(dict.fromkeys(days)))
    if not found["rest"]:
        return Sentence("", trigger, "", read_actions(tail))
    noun, rest = noun_of(found["rest"])
    if not noun or (rest and not begins(rest, "where")):
        raise ValueError(f"“{found['rest'][:40]}” is no noun with a filter: deal where stage=won.")
    return Sentence(noun, trigger, unwrapped(rest[5:]), read_actions(tail))


def read_trigger(text: str) -> tuple[Trigger, str]:
    """Return the trigger, and the filter of the records that it is about.

    Raises:
        ValueError: it is none.
    """
    text, by = text.strip(), By.ANYONE
    text, where = (text, "") if begins(text, "where") else condition(text)
    if found := BY.search(text):
        said, text = found[1].casefold(), text[: found.start()]
        by = By(said) if said in (By.PEOPLE, By.OTHERS) else By.ANYONE
    if begins(text, "where"):
        found = LAST.fullmatch(text[5:].strip())
        if not found:
            raise ValueError("A filter stands behind the trigger: deal is created where amount>5k")
        text = f"{found['way']} ({unwrapped(found['filter'])})"
    for way in (read_created, read_enters, read_moment, read_changed):
        if trigger := way(text.strip()):
            return replace(trigger, by=by), where
    raise ValueError(
        f"“{text[:60]}” is no trigger. There are: is created, changes, stage changes to won, "
        "enters (amount > 50k), leaves (…), 3d before close date."
    )


def condition(text: str) -> tuple[str, str]:
    """Return what stands before `where` or `if`, and the filter behind it."""
    for word in ("where", "if"):
        head, tail = once(text, word)
        if tail is not None:
            found = BY.search(tail)
            by, tail = (tail[found.start() :], tail[: found.start()]) if found else ("", tail)
            return f"{head}{by}", unwrapped(tail)
    return text, ""


def read_created(text: str) -> Trigger | None:
    return Trigger(When.CREATED) if CREATED.fullmatch(text) else None


def read_enters(text: str) -> Trigger | None:
    """Return the trigger of a record that begins, or ceases, to fit a filter."""
    found = ENTERS.fullmatch(text)
    if not found:
        return None
    if not found["filter"]:
        raise ValueError(
            'Enters what? Try: enters (amount > 50k), or a list you keep: enters "hot"'
        )
    way = When.ENTERS if found["way"].casefold().startswith("e") else When.LEAVES
    return Trigger(way, filter=unwrapped(found["filter"]))


def read_changed(text: str) -> Trigger | None:
    """Return the trigger of a change: of anything, of a field, from and to a value."""
    found = CHANGED.fullmatch(text)
    if not found:
        return None
    if found["field"]:
        rest = found["rest"] or ""
        rest = f"to {rest}" if found["becomes"] is not None else rest
        return Trigger(When.CHANGED, word_of(found["field"]), *values_of(rest))
    behind = BEHIND.fullmatch((found["behind"] or "").strip())
    if not behind:
        return Trigger(When.CHANGED)
    return Trigger(When.CHANGED, word_of(behind["field"]), *values_of(behind["rest"] or ""))


def values_of(text: str) -> tuple[str, str]:
    """Return the values of `from x to y`."""
    found = FROM_TO.fullmatch(text.strip())
    if not found:
        raise ValueError(f"“{text[:40]}” should be from and to: stage changes from proposal to won")
    return unquoted(found["before"] or ""), unquoted(found["after"] or "")


def read_moment(text: str) -> Trigger | None:
    """Return the trigger of a moment relative to a day: 3d before close date at 9:00."""
    found = MOMENT.fullmatch(text)
    if not found:
        return None
    offset = timedelta()
    if found["count"]:
        unit = found["unit"].casefold()
        minutes = UNITS.get(unit) or UNITS.get(unit.removesuffix("s"))
        if not minutes:
            raise ValueError(f"“{found['unit']}” is no span of time. Try 3d, 2 hours or 1 week.")
        offset = timedelta(minutes=minutes * int(found["count"]))
    at = clock(found["at"]) if found["at"] else "09:00"
    before = (found["side"] or "").casefold() == "before"
    offset = -offset if before else offset
    return Trigger(When.MOMENT, field=word_of(found["field"]), offset=offset, at=at)


# ── what is done ──────────────────────────────────────────────────────────────────────────────────


def read_actions(text: str) -> tuple[Action, ...]:
    """Return the actions of a list with commas between them."""
    found = [read_action(part) for part in listed(text, "and then") if part.strip()]
    if not found:
        raise ValueError(f"What is done then? Try: {EXAMPLE}")
    if len(found) > MOST_ACTIONS:
        raise ValueError(f"A rule does at most {MOST_ACTIONS} things; these are {len(found)}.")
    return tuple(found)


def read_action(text: str) -> Action:
    """Return one action.

    Raises:
        ValueError: it is none.
    """
    text = re.sub(r"^(?:and|then)\s+", "", text.strip(), flags=re.I)
    word, _, rest = text.partition(" ")
    if reader := ACTIONS.get(word.casefold()):
        return reader(rest.strip())
    noun, words = noun_of(re.sub(r"^(?:create|make|add|new)\s+", "", text, flags=re.I))
    if noun and words:
        return Action(Does.CREATE, noun=noun, text=words)
    raise ValueError(
        f"“{text[:40]}” is nothing that a rule does. It can set, assign, dm, post, say, digest, mail, "
        'call a webhook, ask for approval, and make records: task "Call" +1d.'
    )


def read_ask(text: str) -> Action:
    """Return the action that asks somebody to approve something."""
    whom, sets, said = gates.read_ask(text)
    return Action(Does.ASK, texts=pairs(sets) if sets else (), whom=whom_of(whom), text=said)


def whom_of(whom: str) -> str:
    """Return who is meant: a team as team:emea, all else as it was written."""
    team = team_of(whom)
    return f"team:{team}" if team else unquoted(whom)


def read_set(text: str) -> Action:
    return Action(Does.SET, texts=pairs(text))


def read_dm(text: str) -> Action:
    whom, said = message_of(text or "owner")
    return Action(Does.DM, whom=whom, text=said)


def read_post(text: str) -> Action:
    whom, said = message_of(re.sub(r"^(?:in|to)\s+", "", text, flags=re.I))
    if not is_channel(whom):
        raise ValueError("Post where? Name a channel: post #sales")
    return Action(Does.POST, whom=whom, text=said)


def read_say(text: str) -> Action:
    return Action(Does.SAY, text=unquoted(text))


def read_webhook(text: str) -> Action:
    return Action(Does.WEBHOOK, whom=outward.url_of(re.sub(r"^to\s+", "", text, flags=re.I)))


def read_mail(text: str) -> Action:
    whom, subject, said = outward.mail_of(text)
    return Action(Does.MAIL, whom=whom, texts=(("subject", subject),), text=said)


def read_digest(text: str) -> Action:
    """Return the action that adds what a saved filter finds to the digest of a channel."""
    whom, name = message_of(re.sub(r"^(?:of|in|to|for)\s+", "", text, flags=re.I))
    if not is_channel(whom) or not name:
        raise ValueError('Which filter, in the digest of which channel? Try: digest #sales "big"')
    return Action(Does.DIGEST, whom=whom, text=name)


def read_assign(text: str) -> Action:
    """Return the action that gives a record to a person, or to one of a team."""
    found = ASSIGN.fullmatch(text)
    if not found:
        raise ValueError("Assign to whom? Try: assign @rita, or assign round-robin team:sales")
    whom = found["whom"].strip()
    said = (found["turns"] or "").casefold()
    load = found["load"] or said in ("by load", "least busy")
    team = team_of(whom)
    if said and not team and re.fullmatch(r"[\w &-]+", whom):
        team = whom
    if said and not team:
        raise ValueError(f"“{whom[:40]}” is no team. Try: assign round-robin team:sales")
    turns = ("load" if load else "in turn") if team and (said or load) else ""
    return Action(Does.ASSIGN, whom=f"team:{team}" if team else whom, turns=turns)


ACTIONS: Mapping[str, Callable[[str], Action]] = {
    "set": read_set,
    **dict.fromkeys(("assign", "give"), read_assign),
    **dict.fromkeys(("dm", "tell", "message"), read_dm),
    "post": read_post,
    **dict.fromkeys(("say", "thread", "reply"), read_say),
    "ask": read_ask,
    **dict.fromkeys(("webhook", "call"), read_webhook),
    **dict.fromkeys(("mail", "e-mail", "email"), read_mail),
    "digest": read_digest,
}
"""The first word of an action → what reads the rest."""
