"""What one may see is what the rules say over plain lists, one by one and by statement, by every
way to a record, over random companies.
"""

import io
import os
import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pytest
from sqlalchemy import func, select

from models.core.context import HIDDEN
from models.core.entity.base import Entity
from models.core.errors import Forbidden, NotFound
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.search.query import find_everywhere, find_records, suggestions
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.exchange.exporter import export
from tests.models.companies import SEEN, Rules, company
from tests.models.marks import SQLITE
from tests.models.plainly import Company, Eyes, everything

pytestmark = pytest.mark.dialect

COMPANIES = int(os.environ.get("COMPANIES", "1"))
"""How many are made up. Each is good for more than 1,000 comparisons: COMPANIES=10 for the whole
lot.

By default each person asks PostgreSQL for a quarter of the entities, the next person for the next
quarter, and SQLite for another one.
"""


def everyone(works: UnitOfWorkFactory) -> list[str]:
    with works("T1", writes=False) as work:
        return list(work.session.scalars(select(User.slack_id).order_by(User.id)))


def plain(works: UnitOfWorkFactory, roles: Mapping[str, Rules]) -> Company:
    with works("T1", writes=False) as work:
        return everything(work, roles)


def allowed(work: UnitOfWork, there: Company, entity: type[Entity], verb: str = "show") -> set[int]:
    """The numbers of the records that somebody may see, or use a verb on, as plain lists say."""
    assert work.actor
    person, rows = there.person(work.actor.slack_id), there.rows[entity.slug()]
    return {
        row["number"]
        for row in rows
        if not row["deleted_at"] and there.may(person, entity.slug(), row, verb)
    }


def doors(
    work: UnitOfWork, entity: type[Entity], everywhere: list[Entity]
) -> Iterator[tuple[str, set[int]]]:
    """Every way to come by records of an entity, and the numbers that it gives.

    everywhere: what a search through all entities found, which is the same for each of them.
    """
    yield "list", {record.number for record in work.session.scalars(select(entity))}
    yield "columns", set(work.session.scalars(select(entity.number)))
    yield (
        "inside",
        set(work.session.scalars(select(entity.number).where(entity.id.in_(select(entity.id))))),
    )
    yield "words", {record.number for record in find_records(work, entity, "acme").records}
    yield (
        "filter",
        {record.number for record in find_records(work, entity, "created <= today").records},
    )
    yield "picker", {record.number for record in suggestions(work, entity, "acme")}
    yield "everywhere", {record.number for record in everywhere if isinstance(record, entity)}


@pytest.mark.parametrize("seed", range(COMPANIES))
def test_what_is_listed_found_counted_and_offered_is_what_one_may_see(
    works: UnitOfWorkFactory, seed: int
) -> None:
    there = plain(works, company(works, random.Random(seed)))
    whole, cases = COMPANIES > 1, 0
    for place, slack_id in enumerate(everyone(works)):
        with works("T1", slack_id, writes=False) as work:
            everywhere = find_everywhere(work, "acme", 1000)
            for entity in SEEN if whole else SEEN[(place + works.sqlite) % 4 :: 4]:
                may = allowed(work, there, entity)
                for door, numbers in doors(work, entity, everywhere):
                    assert numbers == may, (door, slack_id, entity.slug())
                    cases += len(may) + 1
                assert work.session.scalar(select(func.count(entity.id))) == len(may)
                reached(work, entity, may)
    assert cases > (1000 if whole else 250)


def reached(work: UnitOfWork, entity: type[Entity], may: set[int]) -> None:
    """A number and a reference lead to a record just where it may be seen; its name is told just
    there.
    """
    with policy.beyond(work.session):
        there = work.session.scalars(select(entity)).all()
    for record in there[::2]:
        seen = record.number in may
        assert policy.can(work.actor, "show", record) is seen
        assert (work.name(entity.slug(), record.id) == HIDDEN) is not seen
        find, look = partial(work.find, entity, record.number), partial(work.lookup, entity.slug())
        missing = f"There is no {record.ref}."
        assert (answer(find) == missing) is not seen
        assert (answer(partial(look, record.ref)) == missing) is not seen


def answer(ask: Callable[[], object]) -> str:
    """What one is told instead of what one asked for; nothing where one gets it."""
    try:
        ask()
    except (NotFound, ValueError) as error:
        return str(error)
    return ""


@SQLITE
@pytest.mark.parametrize("seed", range(COMPANIES))
def test_an_export_holds_what_one_may_both_see_and_export_without_what_is_hidden(
    works: UnitOfWorkFactory, seed: int
) -> None:
    there = plain(works, company(works, random.Random(seed)))
    for slack_id in everyone(works):
        with works("T1", slack_id, writes=False) as work:
            for entity in SEEN:
                file = io.StringIO(newline="")
                try:
                    count = export(work, entity, file)
                except Forbidden:
                    count, file = 0, io.StringIO()
                may = allowed(work, there, entity) & allowed(work, there, entity, "export")
                assert count == len(may), (slack_id, entity.slug(), count, may)
                hidden = (
                    policy.rights_of(work.actor).hidden.get(entity.slug(), ()) if work.actor else ()
                )
                assert not set(file.getvalue().partition("\n")[0].strip().split(",")) & set(hidden)


@SQLITE
@pytest.mark.parametrize("seed", range(COMPANIES))
def test_those_who_read_together_see_what_each_of_them_may(
    works: UnitOfWorkFactory, seed: int
) -> None:
    luck = random.Random(seed)
    whole = plain(works, company(works, luck))
    people = everyone(works)
    for _ in range(20):
        together = luck.sample(people, luck.randrange(1, 4))
        with works("T1", writes=False) as work:
            viewers = list(work.session.scalars(select(User).where(User.slack_id.in_(together))))
            eyes = Eyes(whole, [whole.person(each.slack_id) for each in viewers], {})
            with policy.among(work.session, viewers):
                for entity in SEEN:
                    with policy.beyond(work.session):
                        there = work.session.scalars(select(entity)).all()
                    may = {row["number"] for row in eyes.records(entity.slug())}
                    assert set(work.session.scalars(select(entity.number))) == may
                    for record in there:
                        assert policy.shows(work, record) is (record.number in may)
