"""Records are given to the people of a team in turn: by load, in working hours, by two replicas."""

from collections import Counter
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from models.automation import runner
from models.core import records
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import StoppedClock, given
from tests.models.automation.test_runner import log, rule

pytestmark = pytest.mark.dialect
TURNS, LOAD = "round-robin team:support", "by load team:support"


def given_to(works: UnitOfWorkFactory, *leads: Lead) -> list[str]:
    """Who has these leads, in their order."""
    with works("T1", writes=False) as work:
        return [work.who(work.get(Lead, lead.id).owner).split()[0] for lead in leads]


def new(works: UnitOfWorkFactory, *names: str) -> list[Lead]:
    made = [given(works, Lead, by="U_ADA", first_name=name) for name in names]
    runner.run_all(works, "T1")
    return made


def test_who_is_at_work_gets_it_however_few_the_others_have(works: UnitOfWorkFactory) -> None:
    works.welcome("T1", "U_SAM", starts_at="20:00", ends_at="23:00")
    for name in ("Ann", "Bea", "Cid"):
        given(works, Lead, by="U_ADA", first_name=name, owner="U_SOFIA")
    rule(works, f"when lead is created then assign {LOAD}")
    assert given_to(works, *new(works, "Dan", "Eve")) == ["Sofia", "Sofia"]


def test_where_nobody_is_at_work_the_load_decides(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    given(works, Lead, by="U_ADA", first_name="Ann", owner="U_SAM")
    rule(works, f"when lead is created then assign {LOAD}")
    clock.forward(timedelta(days=4))  # a Saturday
    assert given_to(works, *new(works, "Bea", "Cid", "Dan")) == ["Sofia", "Sam", "Sofia"]


def test_what_is_closed_is_no_load(works: UnitOfWorkFactory) -> None:
    for name in ("Ann", "Bea"):
        lead = given(works, Lead, by="U_ADA", first_name=name, owner="U_SAM")
        with works("T1", "U_ADA") as work:
            records.update(work, work.get(Lead, lead.id), {"status": "unqualified"})
    given(works, Lead, by="U_ADA", first_name="Cid", owner="U_SOFIA")
    rule(works, f"when lead is created then assign {LOAD}")
    assert given_to(works, *new(works, "Dan")) == ["Sam"]


def test_who_comes_back_to_work_is_next_and_does_not_catch_up(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    works.welcome("T1", "U_SAM", starts_at="13:00", ends_at="20:00")
    rule(works, f"when lead is created then assign {TURNS}")
    assert given_to(works, *new(works, "Ann", "Bea", "Cid")) == ["Sofia"] * 3
    clock.forward(timedelta(hours=3))
    assert given_to(works, *new(works, "Dan", "Eve", "Fay")) == ["Sam", "Sofia", "Sam"]


def test_who_left_is_passed_over_and_an_empty_team_is_said(works: UnitOfWorkFactory) -> None:
    rule(works, f"when lead is created then assign {TURNS}")
    works.welcome("T1", "U_SAM", left=True)
    assert given_to(works, *new(works, "Ann", "Bea")) == ["Sofia", "Sofia"]
    works.welcome("T1", "U_SOFIA", left=True)
    new(works, "Cid")
    assert log(works)[-1][1] == "Nobody is in the team support."


def test_two_replicas_at_once_give_each_their_share(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    rule(works, f"when lead is created then assign {TURNS}")
    for number in range(12):
        given(works, Lead, by="U_ADA", first_name=f"Ann {number}")
    others = [works, UnitOfWorkFactory(works.engine, clock)]
    threads = [Thread(target=runner.run_all, args=(each, "T1")) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with works("T1", writes=False) as work:
        owners = Counter(work.who(id) for id in work.session.scalars(select(Lead.owner)))
    assert owners == {"Sam Silva": 6, "Sofia Stein": 6}
