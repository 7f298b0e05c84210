"""What whoever watches hears: every act by its verb, how it ended, and how long the person
waited.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.app import create_dispatcher
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import Interaction
from handlers.core.request import Request
from handlers.core.responses import Home, Response
from handlers.core.router import Catalogue, Router
from handlers.core.telemetry import Watch, reference, referred
from models.core.errors import Busy, Invalid
from models.core.unit_of_work import UnitOfWorkFactory
from tests.handlers.kit import SQLITE


class Kept(Watch):
    """Remembers what it heard."""

    def __init__(self) -> None:
        self.acts: list[tuple[str, str]] = []
        self.seconds: list[float] = []

    def handled(self, name: str, outcome: str, seconds: float) -> None:
        self.acts.append((name, outcome))
        self.seconds.append(seconds)


class Heard:
    """A person who keeps what they were told. trouble: what happens on the way to them."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble, self.said = trouble, ""

    def reply(self, reply: Response) -> None:
        if self.trouble:
            raise self.trouble

    def invalid(self, error: Invalid) -> None:
        self.said = str(error)

    def refused(self, sentence: str, request: str = "", propose: str = "") -> None:
        self.said = sentence

    def profile(self, person: str) -> Mapping[str, Any]:
        return {}


def act(line: str, surface: str = "command", person: str = "U_RITA", **more: Any) -> Interaction:
    return Interaction(surface, "T1", person, line, key=line, **more)


@SQLITE
@pytest.mark.parametrize(
    ("given", "heard"),
    [
        (act("lead new first_name=Ada company=Acme"), ("lead.new", "done")),
        (act("new lead company=Acme email=nonsense"), ("lead.new", "invalid")),
        (act("lead show LE-99"), ("lead.show", "refused")),
        (act("lead new first_name=Ada", person="U_GUS"), ("lead.new", "refused")),
        (act("Ada Lovelace"), ("unknown", "done")),
        (act(""), ("crm.help", "done")),
        (act("find ada"), ("crm.find", "done")),
        (act("", surface="home", container="home"), ("home", "done")),
        (act("ada", surface="options", state={"noun": "lead"}), ("options", "done")),
        (act("lead new", surface="form", texts={"company": "Acme"}), ("lead.new", "done")),
    ],
    ids=lambda value: value.line or value.surface if isinstance(value, Interaction) else value[1],
)
def test_an_act_is_heard_of_by_its_verb_and_how_it_ended(
    works: UnitOfWorkFactory, given: Interaction, heard: tuple[str, str]
) -> None:
    watch = Kept()
    create_dispatcher(works, watch=watch).handle(given, Heard())
    assert watch.acts == [heard]
    assert 0 < watch.seconds[0] < 60


def dispatcher_that(works: UnitOfWorkFactory, error: Exception, watch: Watch) -> Dispatcher:
    """Knows one verb, `try`, which fails."""
    router = Router("crm")

    @router.verb("try", record=False)
    def attempt(request: Request, _: Any) -> Response:
        """Fail."""
        raise error

    return Dispatcher(works, Catalogue([router]), lambda request: Home({}), watch)


@SQLITE
def test_a_failure_is_heard_of(works: UnitOfWorkFactory) -> None:
    watch = Kept()
    for error in (Busy(), ZeroDivisionError()):
        dispatcher_that(works, error, watch).handle(act("try", person="U_ADA"), Heard())
    assert watch.acts == [("crm.try", "busy"), ("crm.try", "failed")]


@SQLITE
def test_an_answer_that_did_not_arrive_is_a_failure(works: UnitOfWorkFactory) -> None:
    watch = Kept()
    create_dispatcher(works, watch=watch).handle(act("help"), Heard(ConnectionError()))
    assert watch.acts == [("crm.help", "failed")]


@SQLITE
def test_what_is_answered_after_slack_gave_up_is_late(works: UnitOfWorkFactory) -> None:
    watch = Kept()
    create_dispatcher(works, watch=watch, patience=0).handle(act("help"), Heard())
    replace(dispatcher_that(works, ZeroDivisionError(), watch), patience=0).handle(
        act("try", person="U_ADA"), Heard()
    )
    assert watch.acts == [("crm.help", "late"), ("crm.try", "failed")]


@SQLITE
def test_the_reference_a_person_is_told_is_the_one_of_the_act(works: UnitOfWorkFactory) -> None:
    seen: list[str] = []

    class Listening(Heard):
        def refused(self, sentence: str, request: str = "", propose: str = "") -> None:
            seen.append(reference())
            super().refused(sentence)

    person = Listening()
    dispatcher_that(works, ZeroDivisionError(), Watch()).handle(act("try", person="U_ADA"), person)
    assert person.said == f"Something went wrong. Nothing was saved. Reference {seen[0]}"
    assert re.fullmatch("[0-9a-f]{8}", seen[0])


def test_a_reference_lasts_as_long_as_what_it_stands_for() -> None:
    with referred() as outer:
        with referred() as inner:
            assert reference() == inner != outer
        assert reference() == outer
    assert reference() == ""
